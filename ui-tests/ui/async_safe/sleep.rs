#![deny(deprecated)]

use asyncify_runtime::async_safe;
use std::thread;
use std::time::Duration;

#[async_safe]
async fn by_its_whole_path() {
    std::thread::sleep(Duration::from_secs(1));
}

#[async_safe]
async fn by_a_line_in_its_body() {
    use std::thread::{self as threads, sleep as wait};
    let pause = Duration::from_secs(1);
    wait(pause);
    threads::sleep(pause);
}

#[async_safe]
async fn by_a_line_out_of_view() {
    thread::sleep(Duration::from_secs(1));
}

struct Clock;

#[async_safe]
impl Clock {
    async fn tick(&self) {
        ::std::thread::park();
    }

    fn future(&self) -> impl Future<Output = ()> {
        async { thread::sleep(Duration::from_secs(1)); }
    }
}

fn main() {
    drop((by_its_whole_path(), by_a_line_in_its_body(), by_a_line_out_of_view()));
    drop((Clock.tick(), Clock.future()));
}
