#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
async fn work() {
    let thread = std::thread::spawn(|| {});
    thread.join().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {});
    });
}

fn main() {
    drop(work());
}
