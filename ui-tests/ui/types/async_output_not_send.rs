use std::rc::Rc;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
async fn share(byte: u8) -> Rc<u8> {
    Rc::new(byte)
}

fn main() {}
