use asyncify_runtime::sync_to_async;

#[sync_to_async]
#[sync_to_async]
fn read(path: String) -> String {
    path
}

struct Db;

#[sync_to_async]
impl Db {
    #[sync_to_async(skip)]
    #[sync_to_async]
    fn get(self) -> u32 {
        8
    }
}

async fn caller() -> String {
    read(String::new()).await
}

fn main() {}
