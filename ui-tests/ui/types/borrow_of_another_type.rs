use asyncify_runtime::sync_to_async;

mod store {
    #[derive(Clone)]
    pub struct Path;
}

use store::Path;

#[sync_to_async]
fn unqualified(path: Option<&Path>, names: Vec<&str>) {
    drop((path, names));
}

#[sync_to_async]
fn qualified(path: Option<&store::Path>) {
    drop(path);
}

#[sync_to_async]
fn standard(path: Option<&std::ffi::OsStr>) {
    drop(path);
}

fn main() {}
