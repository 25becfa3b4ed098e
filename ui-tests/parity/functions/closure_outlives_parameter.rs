#![allow(dead_code)]

// sync_to_async
async fn f(text: String) {
    std::thread::spawn(|| println!("{text}"));
}

fn main() {}
