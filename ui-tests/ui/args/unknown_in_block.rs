use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(sufix = "_async")]
impl Db {
    #[sync_to_async(skipp)]
    fn get(self) {}
}

fn caller() {
    Db.get();
}

fn main() {}
