use asyncify_runtime::asyncify;

fn read(path: &str) -> Result<usize, String> {
    Ok(path.len())
}

async fn caller() -> Result<usize, String> {
    let size = asyncify!(read("path")?).await;
    Ok(size)
}

fn main() {}
