#![deny(dead_code)]

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn read(path: String) -> String {
    path
}

pub struct Db;

#[sync_to_async]
impl Db {
    fn get(self) -> u32 {
        8
    }
}

fn main() {}
