#![allow(dead_code)]

#[derive(Clone)]
pub struct Db;

use stores::Store as _;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

mod stores {
    pub trait Store {}
}

mod inner {
    fn caller() {
        drop(super::Db.f(1));
    }
}

fn main() {}
