#![allow(dead_code)]

mod hidden {
    fn one() -> u8 {
        1
    }
}

// sync_to_async
async fn f() -> u8 {
    hidden::one()
}

fn main() {}
