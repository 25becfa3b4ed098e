use asyncify_runtime::sync_to_async;

#[sync_to_async(executor(&asyncify_runtime::Inline))]
fn read() {}

struct Db;

#[sync_to_async]
impl Db {
    #[sync_to_async(skip(true))]
    fn get(self) {}
}

fn main() {}
