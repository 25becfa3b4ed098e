#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) {
    let text = n.to_string();
    std::thread::spawn(|| println!("{text}"));
}

fn main() {}
