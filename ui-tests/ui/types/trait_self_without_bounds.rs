use asyncify_runtime::sync_to_async;

#[sync_to_async]
trait Store {
    fn size(&self) -> usize {
        8
    }
}

fn main() {}
