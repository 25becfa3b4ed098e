use std::rc::Rc;

use asyncify_runtime::asyncify;

fn share(byte: u8) -> Rc<u8> {
    Rc::new(byte)
}

async fn caller() {
    asyncify!(share(8)).await;
    asyncify!({ Rc::new(8) }).await;
}

fn main() {}
