use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn keep<T: Send>(value: T) {
    drop(value);
}

fn main() {}
