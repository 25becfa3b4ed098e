use asyncify_runtime::async_to_sync;

#[async_to_sync]
struct Db;

fn main() {
    let _ = Db;
}
