use asyncify_runtime::sync_to_async;

struct ParseFailed;

struct SaveFailed;

fn parse(text: &str) -> Result<u32, ParseFailed> {
    text.parse().map_err(|_| ParseFailed)
}

#[sync_to_async]
fn save(text: &str) -> Result<u32, SaveFailed> {
    Ok(parse(text)?)
}

#[sync_to_async]
fn infallible(text: &str) -> u32 {
    parse(text)?
}

fn main() {}
