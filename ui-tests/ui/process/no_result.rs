use asyncify_runtime::sync_to_async;

#[sync_to_async(process)]
fn unit() {}

#[sync_to_async(process)]
fn plain(number: u32) -> u32 {
    number
}

#[sync_to_async(process)]
fn other_error(number: u32) -> Result<u32, String> {
    Ok(number)
}

fn main() {}
