use asyncify_runtime::async_to_sync;

#[async_to_sync]
fn read() -> u8 {
    8
}

fn main() {
    read();
}
