use asyncify_runtime::asyncify;

struct Db;

async fn caller(db: Db) {
    asyncify!(unknown(8)).await;
    asyncify!(db.unknown(8)).await;
}

fn main() {}
