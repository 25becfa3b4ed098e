use std::rc::Rc;

use asyncify_runtime::asyncify;

fn count(shared: Rc<u8>, add: u8) -> u8 {
    *shared + add
}

async fn caller(shared: Rc<u8>) {
    asyncify!(count(shared, 8)).await;
}

fn main() {}
