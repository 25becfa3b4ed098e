use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async]
impl Db {
    #[sync_to_async(skip, executor = &asyncify_runtime::Inline)]
    fn get(self) {}

    #[sync_to_async(rename = "put_async", skip)]
    fn put(self) {}
}

fn main() {}
