use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn lines(text: String) -> impl Iterator<Item = String> {
    text.lines().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[sync_to_async]
fn later(text: String) -> impl Future<Output = String> {
    async move { text }
}

#[sync_to_async]
fn tried(text: String) -> Result<impl DoubleEndedIterator<Item = u8>, String> {
    Ok(text.into_bytes().into_iter())
}

fn main() {}
