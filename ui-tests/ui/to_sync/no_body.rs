use asyncify_runtime::async_to_sync;

#[async_to_sync]
async fn read() -> u8;

fn main() {
    read();
}
