use std::rc::Rc;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn count(shared: Rc<u8>) -> u8 {
    *shared
}

#[sync_to_async]
fn address(pointer: *const u8, (first, second): (u8, Rc<Vec<u8>>)) -> bool {
    pointer.is_null()
}

#[sync_to_async]
fn object(read: Box<dyn Fn(u32) -> u32>) -> u32 {
    read(8)
}

fn main() {}
