use std::rc::Rc;

use asyncify_runtime::sync_to_async;

struct Db(*const u8);

impl Db {
    #[sync_to_async]
    fn close(self) {}

    #[sync_to_async]
    fn share(self: Rc<Self>) {}
}

fn main() {}
