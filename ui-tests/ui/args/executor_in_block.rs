use asyncify_runtime::{BlockingPool, sync_to_async};

#[derive(Clone)]
struct Db {
    pool: BlockingPool,
}

#[sync_to_async(executor = &self.pool)]
impl Db {
    fn open(pool: BlockingPool) -> Self {
        Self { pool }
    }

    fn get(&self, key: u32) -> u32 {
        key
    }
}

fn main() {}
