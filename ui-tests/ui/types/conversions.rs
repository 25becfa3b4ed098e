use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use asyncify_runtime::sync_to_async;

struct Config;

#[sync_to_async]
fn target_not_clone(config: impl AsRef<Config>) {
    config.as_ref();
}

#[sync_to_async]
fn target_not_send(shared: impl Into<Rc<u8>>) {
    let _: Rc<u8> = shared.into();
}

#[sync_to_async]
fn other_traits(path: impl AsRef<Path> + Debug) {
    println!("{path:?} {}", path.as_ref().display());
}

#[sync_to_async]
fn named_in_the_body<P: AsRef<Path>>(path: P) -> PathBuf {
    let path: P = path;
    path.as_ref().to_owned()
}

#[sync_to_async]
fn more_than_the_bound(path: impl AsRef<Path>) -> bool {
    path.is_absolute()
}

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn get(&self, path: impl AsRef<Path>) -> PathBuf {
        path.as_ref().to_owned()
    }
}

fn main() {}
