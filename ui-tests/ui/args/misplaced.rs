use asyncify_runtime::sync_to_async;

struct Db;

trait Store {
    async fn get(self);
}

#[sync_to_async(suffix = "_async")]
fn read() {}

#[sync_to_async(skip)]
fn skipped() {}

#[sync_to_async(rename = "other")]
impl Db {}

#[sync_to_async(suffix = "_async")]
impl Store for Db {
    #[sync_to_async(rename = "other")]
    fn get(self) {}
}

async fn caller() {
    read().await;
    skipped().await;
    Db.get().await;
}

fn main() {}
