use asyncify_runtime::sync_to_async;

struct Db;

impl Db {
    #[sync_to_async]
    fn get(&self, key: u32) -> u32 {
        key
    }
}

async fn caller(db: Db) -> u32 {
    db.get(8).await
}

fn main() {}
