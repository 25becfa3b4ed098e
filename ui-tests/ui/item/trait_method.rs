use asyncify_runtime::sync_to_async;

trait Store {
    #[sync_to_async]
    fn get(&self, key: u32) -> u32;
}

fn main() {}
