use asyncify_runtime::asyncify;

async fn caller() -> Result<u32, std::num::ParseIntError> {
    let value = asyncify!({ Ok("8".parse::<u32>()?) }).await?;
    Ok(value)
}

fn main() {}
