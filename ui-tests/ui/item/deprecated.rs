#![deny(deprecated)]

use asyncify_runtime::sync_to_async;

#[deprecated = "use `read_all`"]
#[sync_to_async]
fn read(path: String) -> String {
    path
}

struct Db;

#[sync_to_async]
impl Db {
    #[deprecated(since = "0.2.0", note = "use `fetch`")]
    fn get(self) -> u32 {
        8
    }
}

async fn caller() {
    read(String::new()).await;
    Db.get().await;
}

fn main() {}
