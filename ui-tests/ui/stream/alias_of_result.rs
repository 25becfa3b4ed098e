use asyncify_runtime::sync_to_async;

type Answer<T> = Result<T, std::fmt::Error>;
type Maybe<T> = Option<T>;
type Numbers = std::ops::Range<u8>;

#[sync_to_async(stream)]
fn answers() -> Answer<Vec<u8>> {
    Ok(vec![1])
}

#[sync_to_async(stream = 2)]
fn maybe<T: Send + 'static>(value: T) -> Maybe<Vec<T>> {
    Some(vec![value])
}

#[sync_to_async(stream)]
fn numbers() -> Numbers {
    0..3
}

#[sync_to_async(stream)]
fn generic<I: IntoIterator<Item = u8, IntoIter: Send + 'static> + Send + 'static>(items: I) -> I {
    items
}

fn main() {}
