// sync_to_async
async fn f(n: u8) -> u8 {
    fn double(n: u8) -> u8 {
        n * 2
    }
    n
}

fn main() {
    drop(f(1));
}
