use asyncify_runtime::sync_to_async;

struct Cache<T>(T);

#[sync_to_async]
impl<T: Send + Sync + 'static> Cache<T> {
    fn size(&self) -> usize {
        8
    }
}

fn main() {}
