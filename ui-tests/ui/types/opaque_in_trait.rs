use asyncify_runtime::sync_to_async;

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn default(&self) -> impl Clone + Send + 'static {
        1
    }
}

trait Names {
    fn names(&self, prefix: &str) -> impl Future<Output = impl Clone + Send + 'static> + Send;
}

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Names for Db {
    fn names(&self, prefix: &str) -> impl Clone + Send + 'static {
        prefix.len()
    }
}

fn main() {}
