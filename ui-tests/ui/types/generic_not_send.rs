use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn keep<T: 'static>(value: T) {
    drop(value);
}

fn main() {}
