use std::rc::Rc;

use asyncify_runtime::sync_to_async;

struct Reader(u32);

#[sync_to_async(lend)]
fn read(reader: &mut Reader, times: u32) {
    reader.0 += times;
}

#[sync_to_async(lend)]
impl Reader {
    fn next(&mut self) -> u32 {
        self.0
    }
}

#[sync_to_async(lend)]
fn count(shared: &mut Rc<u8>) {
    *shared = Rc::new(1);
}

#[sync_to_async(lend)]
fn generic<T: Send + 'static>(_value: &mut T) {}

async fn caller(reader: &mut Reader) {
    read(reader, 8).await;
    reader.next().await;
    count(&mut Rc::new(8)).await;
    generic(&mut 8).await;
}

fn main() {}
