use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(remote)]
fn größe(width: u32) -> Result<u32, Error> {
    Ok(width)
}

fn main() {}
