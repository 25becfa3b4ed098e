use std::rc::Rc;

use asyncify_runtime::sync_to_async;

struct Db(*const u8);

impl Db {
    #[sync_to_async]
    fn close(self) {}

    #[sync_to_async]
    fn share(self: Rc<Self>) {}
}

#[derive(Clone)]
struct Cache(std::cell::Cell<u8>);

impl Cache {
    #[sync_to_async]
    fn look(&self) {}
}

/// Neither `Clone` nor `Sync`: one error all the same.
struct Log(std::cell::Cell<u8>);

impl Log {
    #[sync_to_async]
    fn look(&self) {}
}

fn main() {}
