use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async]
impl Db {
    fn get(self, key: u32) -> u32;

    fn put(self, key: u32) -> u32 {
        key
    }
}

async fn caller() -> u32 {
    Db.get(1).await + Db.put(1).await
}

fn main() {}
