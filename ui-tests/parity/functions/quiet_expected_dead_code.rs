// sync_to_async
#[expect(dead_code)]
async fn f(n: u8) -> u8 {
    n
}

fn main() {}
