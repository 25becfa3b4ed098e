use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
fn optional(some: bool) -> Option<std::ops::Range<u8>> {
    some.then_some(0..3)
}

#[sync_to_async(stream)]
fn nested() -> Result<Option<impl Iterator<Item = u8>>, std::fmt::Error> {
    Ok(Some(0..3))
}

#[sync_to_async(stream)]
fn twice() -> Result<Result<std::ops::Range<u8>, u8>, u8> {
    Ok(Ok(0..3))
}

#[sync_to_async(stream)]
fn bare() -> std::fmt::Result {
    Ok(())
}

#[sync_to_async(stream)]
fn no_iterator() -> Result<u32, std::fmt::Error> {
    Ok(7)
}

fn main() {}
