#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> Result<char, String> {
    Ok(text.chars().next()?)
}

fn main() {}
