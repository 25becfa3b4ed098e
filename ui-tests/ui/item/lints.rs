#![deny(warnings)]

use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async]
fn unused_variable(path: String) -> usize {
    let size = 8;
    0
}

#[sync_to_async]
fn unused_mut(mut path: String) -> String {
    path
}

#[sync_to_async]
impl Db {
    fn unreachable(self) -> usize {
        return 8;
        9
    }
}

async fn caller() {
    unused_variable(String::new()).await;
    unused_mut(String::new()).await;
    Db.unreachable().await;
}

fn main() {}
