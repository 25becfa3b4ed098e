use asyncify_runtime::sync_to_async;

#[sync_to_async]
trait Store {
    fn put(&mut self, key: u32);
}

struct Db(u32);

#[sync_to_async]
impl Store for Db {
    fn put(&mut self, key: u32) {
        self.0 = key;
    }
}

fn main() {}
