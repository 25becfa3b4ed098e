#![allow(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe(deny)]
async fn pause(pause: std::time::Duration) {
    std::thread::sleep(pause);
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

fn main() {
    let _ = pause;
}
