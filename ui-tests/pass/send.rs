//! The future of every annotated function is `Send`, also where its body could not be.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use asyncify_runtime::{asyncify, sync_to_async};

fn assert_send<T: Send>(future: T) -> T {
    future
}

fn assert_send_static<T: Send + 'static>(future: T) -> T {
    future
}

#[sync_to_async]
fn owned(bytes: Vec<u8>) -> usize {
    bytes.len()
}

#[sync_to_async]
fn borrowed(path: &Path, names: &[String]) -> usize {
    path.as_os_str().len() + names.len()
}

/// Holds an `Rc` across an await.
#[sync_to_async]
async fn not_send_inside(start: u8) -> u8 {
    let shared = Rc::new(start);
    std::future::ready(()).await;
    *shared
}

#[sync_to_async]
fn generic<T: Clone + Send + Sync + 'static>(value: &T) -> T {
    value.clone()
}

#[sync_to_async]
fn opaque(value: impl ToString + Send + 'static) -> String {
    value.to_string()
}

#[sync_to_async]
fn never() -> ! {
    panic!("never called")
}

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Db {
    fn by_reference(&self) -> u8 {
        1
    }

    fn by_value(self) -> u8 {
        2
    }

    fn by_arc(self: Arc<Self>) -> u8 {
        3
    }
}

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn get(&self, key: &str) -> usize;

    fn get_or_zero(&self, key: &str) -> usize {
        key.len()
    }
}

#[sync_to_async]
impl Store for Db {
    fn get(&self, key: &str) -> usize {
        key.len()
    }
}

/// A caller that knows the trait only.
fn of_any_store<S: Store>(store: &S) {
    drop(assert_send(store.get("key")));
    drop(assert_send(store.get_or_zero("key")));
}

#[test]
fn futures_are_send() {
    let text = String::from("text");
    drop(assert_send_static(owned(Vec::new())));
    drop(assert_send(borrowed(Path::new(&text), &[])));
    drop(assert_send_static(not_send_inside(1)));
    drop(assert_send(generic(&text)));
    drop(assert_send_static(opaque(8)));
    drop(assert_send_static(never()));
}

#[test]
fn futures_of_methods_are_send() {
    drop(assert_send(Db.by_reference()));
    drop(assert_send_static(Db.by_value()));
    drop(assert_send_static(Arc::new(Db).by_arc()));
    of_any_store(&Db);
}

#[test]
fn inline_calls_are_send() {
    let text = String::from("text");
    drop(assert_send_static(asyncify!(str::len(&*text))));
    drop(assert_send_static(asyncify!({ text.len() })));
    drop(assert_send_static(asyncify!({ Rc::new(8_u8).count_ones() }).into_future()));
}
