use std::rc::Rc;

use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
fn share(byte: u8) -> Rc<u8> {
    Rc::new(byte)
}

impl Db {
    #[sync_to_async]
    fn get(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(Vec::new())
    }
}

fn main() {}
