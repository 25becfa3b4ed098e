#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> Result<u8, String> {
    Ok(n)
}

async fn caller() -> Result<u8, String> {
    let n = f(1)?;
    Ok(n)
}

fn main() {}
