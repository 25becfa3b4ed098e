use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(rename = "read file")]
fn read() {}

#[sync_to_async(rename = "")]
fn write() {}

#[sync_to_async(rename = "fn")]
fn keyword() {}

#[sync_to_async(suffix = "-async")]
impl Db {
    fn get(self) {}
}

fn main() {}
