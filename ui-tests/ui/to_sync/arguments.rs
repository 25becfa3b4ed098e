use asyncify_runtime::async_to_sync;

#[async_to_sync(renam = "read_sync", executor = global())]
async fn read() -> u8 {
    8
}

#[async_to_sync(rename = "write")]
async fn write() {}

#[async_to_sync(suffix = "_sync")]
async fn close() {}

fn main() {
    read();
    close();
}
