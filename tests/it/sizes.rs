//! The future of an annotated function is no larger than its arguments and 32 bytes.

use std::path::Path;
use std::sync::Arc;

use asyncify_runtime::{BlockingCall, BlockingPool, Executor, JoinHandle, sync_to_async};

/// What the future needs beside its arguments.
fn overhead<F: Future>(future: &F, arguments: usize) -> usize {
    size_of_val(future).saturating_sub(arguments)
}

const POINTER: usize = size_of::<usize>();
const MOST: usize = 32;

#[sync_to_async]
fn nothing() {}

#[sync_to_async]
fn integers(_a: u64, _b: u64) -> u64 {
    0
}

#[sync_to_async]
#[allow(clippy::large_types_passed_by_value)]
fn large(_array: [u8; 4096]) -> [u8; 8192] {
    [0; 8192]
}

#[sync_to_async]
fn borrowed(_text: &str, _path: &Path, _slice: &[[u8; 64]]) {}

#[sync_to_async]
fn patterns((_a, _b): (String, String), _: [u64; 4], mut _c: Vec<u8>) {}

#[sync_to_async(executor = pool)]
fn elsewhere(pool: &BlockingPool, _a: u64) {
    let _ = pool;
}

#[sync_to_async(executor = &pool.clone())]
fn cloned(pool: BlockingPool) -> usize {
    pool.metrics().threads
}

#[sync_to_async]
async fn asynchronous(_a: [u64; 8]) {
    let held = std::hint::black_box([0_u8; 1024]);
    std::future::ready(()).await;
    std::hint::black_box(held);
}

#[sync_to_async]
fn generic<T: Send + 'static, const N: usize>(_values: [T; N]) {}

#[derive(Clone)]
struct Service([u64; 16]);

impl Service {
    #[sync_to_async]
    fn by_reference(&self, _a: u64) -> u64 {
        self.0[0]
    }

    #[sync_to_async]
    fn by_value(self) -> u64 {
        self.0[0]
    }

    #[sync_to_async]
    fn shared(self: Arc<Self>, _text: &str) -> u64 {
        self.0[0]
    }
}

#[sync_to_async]
trait Works: Clone + Send + Sync + 'static {
    fn work(&self, numbers: [u64; 4]) -> [u64; 4];
}

#[sync_to_async]
impl Works for Service {
    fn work(&self, numbers: [u64; 4]) -> [u64; 4] {
        numbers
    }
}

#[test]
fn functions_add_at_most_32_bytes() {
    assert!(overhead(&nothing(), 0) <= MOST);
    assert!(overhead(&integers(0, 0), 16) <= MOST);
    assert!(overhead(&large([0; 4096]), 4096) <= MOST);
    assert!(overhead(&borrowed("", Path::new(""), &[]), 6 * POINTER) <= MOST);
    let strings = (String::new(), String::new());
    let arguments = size_of_val(&strings) + 32 + size_of::<Vec<u8>>();
    assert!(overhead(&patterns(strings, [0; 4], Vec::new()), arguments) <= MOST);
    assert!(overhead(&asynchronous([0; 8]), 64) <= MOST);
    assert!(overhead(&generic([0_u8; 100]), 100) <= MOST);
}

#[test]
fn own_executor_costs_nothing_more() {
    let pool = crate::one_thread();
    assert!(overhead(&elsewhere(&pool, 0), POINTER + 8) <= MOST);
    assert!(overhead(&cloned(pool.clone()), size_of::<BlockingPool>()) <= MOST);
}

#[test]
fn methods_add_at_most_32_bytes() {
    let service = Service([0; 16]);
    assert!(overhead(&service.by_reference(0), POINTER + 8) <= MOST);
    assert!(overhead(&service.clone().by_value(), size_of::<Service>()) <= MOST);
    let shared = Arc::new(service.clone());
    assert!(overhead(&shared.shared(""), 3 * POINTER) <= MOST);
    assert!(overhead(&service.work([0; 4]), POINTER + 32) <= MOST);
}

#[test]
fn handles_are_small() {
    assert!(size_of::<BlockingCall<'static, [u8; 4096]>>() <= 4 * POINTER);
    assert!(size_of::<JoinHandle<[u8; 4096]>>() <= POINTER);
    assert!(size_of::<asyncify_runtime::Job>() <= POINTER);
    assert_eq!(size_of::<&dyn Executor>(), 2 * POINTER);
}
