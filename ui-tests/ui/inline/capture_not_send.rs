use std::rc::Rc;

use asyncify_runtime::asyncify;

async fn caller(shared: Rc<u8>) {
    asyncify!({ *shared + 1 }).await;
    asyncify!(|| 8 + 1).await;
}

fn main() {}
