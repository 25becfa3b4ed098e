//! The future of an annotated function is no larger than its arguments and 32 bytes.

#![expect(clippy::large_types_passed_by_value, reason = "what is held twice shows")]

use std::path::Path;
use std::sync::Arc;

use asyncify_runtime::sync_to_async;

const OVERHEAD: usize = 32;

/// What a `&self`, or any other reference to something with a size, takes.
const REFERENCE: usize = size_of::<usize>();

#[sync_to_async]
fn nothing() {}

#[sync_to_async]
fn owned(bytes: [u8; 1000], name: String) -> usize {
    bytes.len() + name.len()
}

#[sync_to_async]
fn borrowed(path: &Path, name: &str) -> usize {
    path.as_os_str().len() + name.len()
}

#[sync_to_async]
fn large_output(byte: u8) -> [u8; 1000] {
    [byte; 1000]
}

#[sync_to_async]
async fn asynchronous(name: String) -> [u8; 1000] {
    std::future::ready(()).await;
    [u8::try_from(name.len()).unwrap_or(u8::MAX); 1000]
}

#[derive(Clone)]
struct Db([u8; 1000]);

#[sync_to_async]
impl Db {
    fn by_reference(&self, key: u64) -> u64 {
        u64::from(self.0[0]) + key
    }

    fn by_arc(self: Arc<Self>) -> u8 {
        self.0[0]
    }
}

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn get(&self, key: u64) -> [u8; 1000];
}

#[sync_to_async]
impl Store for Db {
    fn get(&self, key: u64) -> [u8; 1000] {
        assert_eq!(key, 8);
        self.0
    }
}

#[track_caller]
fn assert_small<F: Future>(future: &F, arguments: usize) {
    let size = size_of_val(future);
    assert!(size <= arguments + OVERHEAD, "{size} bytes for {arguments} bytes of arguments");
}

#[test]
fn futures_hold_their_arguments_and_the_call() {
    assert_small(&nothing(), 0);
    assert_small(&owned([0; 1000], String::new()), 1000 + size_of::<String>());
    assert_small(&borrowed(Path::new("path"), "name"), 4 * REFERENCE);
    assert_small(&asynchronous(String::new()), size_of::<String>());
    assert_small(&large_output(8), 1);
}

#[test]
fn futures_of_methods_hold_their_arguments_and_the_call() {
    let db = Db([0; 1000]);
    assert_small(&db.by_reference(8), REFERENCE + 8);
    assert_small(&db.get(8), REFERENCE + 8);
    assert_small(&Arc::new(db).by_arc(), REFERENCE);
}
