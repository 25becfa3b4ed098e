use asyncify_runtime::sync_to_async;

struct Db;

trait Store {
    fn get(self);
}

#[sync_to_async(suffix = "_async")]
fn read() {}

#[sync_to_async(skip)]
fn skipped() {}

#[sync_to_async(rename = "other")]
impl Db {}

#[sync_to_async(suffix = "_async")]
impl Store for Db {
    #[sync_to_async(rename = "other")]
    fn get(self) {}
}

// They stay as they are, which is what they were asked to.
fn caller() {
    read();
    skipped();
    Db.get();
}

fn main() {}
