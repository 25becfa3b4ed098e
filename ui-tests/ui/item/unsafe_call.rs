use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async]
unsafe fn read(address: usize) -> u8 {
    address as u8
}

impl Db {
    #[sync_to_async]
    unsafe fn get(self) -> u32 {
        8
    }
}

async fn caller() {
    read(0).await;
    Db.get().await;
}

fn main() {}
