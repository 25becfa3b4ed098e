use asyncify_runtime::asyncify;

#[derive(Clone)]
struct Db;

impl Db {
    fn get(&self, key: u32) -> u32 {
        key
    }
}

fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

async fn caller(db: Db, text: String) {
    asyncify!(repeat("text", text)).await;
    asyncify!(repeat(8, 2)).await;
    asyncify!(db.get("key")).await;
}

fn main() {}
