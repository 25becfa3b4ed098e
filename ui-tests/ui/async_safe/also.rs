#![deny(deprecated)]

use asyncify_runtime::async_safe;

fn compress(_: &[u8]) -> Vec<u8> {
    Vec::new()
}

struct Database;

impl Database {
    fn query(&self, _: &str) {}
}

#[async_safe(also(compress, Database::query), allow(std::fs))]
async fn store(database: &Database) -> std::io::Result<()> {
    database.query("select 1");
    std::fs::write("a", compress(b"a"))
}

fn main() {
    drop(store(&Database));
}
