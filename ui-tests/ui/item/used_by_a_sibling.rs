use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Db {
    fn get(&self, key: u32) -> u32 {
        key
    }

    fn double(&self, key: u32) -> u32 {
        let value: u32 = self.get(key);
        value * 2
    }
}

fn main() {}
