use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async]
impl Db {
    #[sync_to_async(skip = true)]
    fn get(self) {}
}

fn main() {}
