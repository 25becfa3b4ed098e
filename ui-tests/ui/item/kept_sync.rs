use asyncify_runtime::sync_to_async;

struct Rows<'a>(&'a [u8]);

struct Db;

// What is refused stays sync for its callers, and is async for the callers of its counterpart.
#[sync_to_async(suffix = "_async")]
impl Db {
    fn fill(&mut self, rows: Rows) -> usize {
        rows.0.len()
    }

    const fn look(&mut self) -> &u8 {
        &0
    }

    #[sync_to_async(rename = "rows_in_time")]
    fn rows(&self) -> impl Iterator<Item = u8> + '_ {
        std::iter::empty()
    }
}

#[sync_to_async(rename = "fill async")]
fn fill(buffer: &mut [u8]) -> usize {
    buffer.len()
}

#[sync_to_async(rename = "stop_async")]
fn stop(buffer: &mut [u8]) -> ! {
    panic!("{buffer:?}")
}

fn caller(db: &mut Db) -> usize {
    let count = db.fill(Rows(&[])) + db.rows().count() + fill(&mut []);
    if count < usize::from(*db.look()) { stop(&mut []) } else { count }
}

async fn async_caller(db: &mut Db) -> usize {
    let count = db.fill_async(Rows(&[])).await + db.rows_in_time().await.count();
    if count < usize::from(*db.look_async().await) { stop_async(&mut []).await } else { count }
}

fn spawn(_: impl Send) {}

fn main() {
    spawn(async { stop_async(&mut []).await });
}
