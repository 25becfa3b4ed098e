use asyncify_runtime::sync_to_async;

struct Db(u32);

#[sync_to_async]
fn fill(buf: &mut Vec<u8>, byte: u8) {
    buf.push(byte);
}

#[sync_to_async]
fn fill_pattern((buf, byte): (&mut Vec<u8>, u8)) {
    buf.push(byte);
}

impl Db {
    #[sync_to_async]
    fn put(&mut self, key: u32) {
        self.0 = key;
    }
}

async fn caller(buf: &mut Vec<u8>, db: &mut Db) {
    fill(buf, 8).await;
    fill_pattern((buf, 8)).await;
    db.put(8).await;
}

fn main() {}
