use asyncify_runtime::asyncify;

#[derive(Clone)]
struct Db;

impl Db {
    fn open() -> Self {
        Self
    }

    fn table(&self) -> Self {
        Self
    }

    fn get(&self, key: u32) -> u32 {
        key
    }
}

async fn caller(db: Db) {
    asyncify!(db.table().get(8)).await;
    asyncify!(Db::open().get(8)).await;
}

fn main() {}
