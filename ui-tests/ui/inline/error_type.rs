use asyncify_runtime::asyncify;

async fn caller() -> Result<u32, Box<dyn std::error::Error>> {
    let value = asyncify!({ Ok("8".parse::<u32>()?) }).await?;
    Ok(value)
}

fn main() {}
