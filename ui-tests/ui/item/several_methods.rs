use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Db {
    fn get(&self, key: &mut u32) -> u32 {
        key.count_ones()
    }

    fn put(&mut self, key: u32) -> &u32 {
        drop(key);
        &0
    }

    fn len(&self) -> usize {
        0
    }
}

async fn caller(db: Db) -> usize {
    db.len().await
}

fn main() {}
