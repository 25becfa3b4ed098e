use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(sufix = "_async")]
impl Db {
    #[sync_to_async(skipp)]
    fn get(self) {}
}

async fn caller() {
    Db.get().await;
}

fn main() {}
