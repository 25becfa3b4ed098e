use asyncify_runtime::async_to_sync;

#[async_to_sync(rename = "read_sync")]
async fn read(path: &str, count: usize) -> usize {
    path.len() + count
}

async fn caller() {
    read_sync("path", 8).await;
}

fn main() {
    let _: String = read_sync("path", 8);
    read_sync("path");
}
