use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn look<T: Send + Sync + 'static>(value: &T) -> usize {
    size_of_val(value)
}

#[sync_to_async]
fn count<T: Send + Sync + 'static>(values: &[T]) -> usize {
    values.len()
}

fn main() {}
