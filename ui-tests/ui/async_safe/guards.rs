#![deny(deprecated)]

use asyncify_runtime::async_safe;
use std::sync::{Arc, Mutex, RwLock};

async fn pause() {}

struct Counter {
    count: Mutex<u32>,
}

#[async_safe]
impl Counter {
    async fn by_its_unwrap(&self) {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        pause().await;
        *count += 1;
    }
}

#[async_safe]
async fn by_its_type(names: Arc<RwLock<Vec<String>>>) -> usize {
    let names = names.read().expect("nobody panics");
    if names.is_empty() {
        pause().await;
    }
    names.len()
}

fn main() {
    let _ = Counter::by_its_unwrap;
    let _ = by_its_type;
}
