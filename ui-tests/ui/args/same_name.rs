use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(rename = "read")]
fn read() {}

#[sync_to_async(suffix = "")]
impl Db {
    fn get(self) {}
}

fn main() {}
