use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn make<T: Default + Send>() -> T {
    T::default()
}

fn main() {}
