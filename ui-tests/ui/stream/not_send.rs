use std::rc::Rc;

use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
fn iterator() -> impl Iterator<Item = u8> {
    let shared = Rc::new(7);
    (0..3).map(move |k| k + *shared)
}

#[sync_to_async(stream)]
fn item() -> impl Iterator<Item = Rc<u8>> {
    (0..3).map(Rc::new)
}

#[sync_to_async(stream)]
fn named() -> Box<dyn Iterator<Item = u8>> {
    Box::new(0..3)
}

fn main() {}
