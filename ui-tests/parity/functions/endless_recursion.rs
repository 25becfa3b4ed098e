#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    fn more(n: u8) -> u8 {
        more(n)
    }
    more(n)
}

fn main() {}
