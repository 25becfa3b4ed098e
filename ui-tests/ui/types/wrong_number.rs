use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

impl Db {
    #[sync_to_async]
    fn get(&self, key: u32) -> u32 {
        key
    }
}

async fn caller() {
    repeat("text").await;
    repeat("text", 2, 3).await;
    Db.get().await;
}

fn main() {}
