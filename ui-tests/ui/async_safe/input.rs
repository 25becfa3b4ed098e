#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
async fn ask() -> std::io::Result<String> {
    let mut name = String::new();
    std::io::stdin().read_line(&mut name)?;
    for line in std::io::stdin().lines() {
        name += &line?;
    }
    Ok(name)
}

fn main() {
    drop(ask());
}
