use std::rc::Rc;

use asyncify_runtime::sync_to_async;

#[sync_to_async(in_place)]
fn count(shared: &Rc<u8>) -> usize {
    Rc::strong_count(shared)
}

fn spawn(_: impl Future + Send) {}

fn caller(shared: &Rc<u8>) {
    spawn(count(shared));
}

fn main() {}
