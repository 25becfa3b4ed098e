// sync_to_async
async fn f(n: u8) -> u8 {
    n
}

fn main() {}
