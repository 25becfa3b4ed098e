use asyncify_runtime::asyncify;

async fn caller() -> Result<u32, String> {
    loop {
        asyncify!({ break }).await;
    }
}

async fn tried() -> Result<u32, String> {
    let size: u32 = asyncify!({ "8".parse::<u32>()? }).await;
    Ok(size)
}

fn main() {}
