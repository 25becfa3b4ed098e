use asyncify_runtime::asyncify;

fn read(path: &str) -> usize {
    path.len()
}

async fn caller() {
    asyncify!(read("path").await);
}

fn main() {}
