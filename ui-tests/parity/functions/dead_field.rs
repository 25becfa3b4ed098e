struct Pair {
    left: u8,
    right: u8,
}

// sync_to_async
async fn f(n: u8) -> u8 {
    let pair = Pair { left: n, right: n };
    pair.left
}

fn main() {
    drop(f(1));
}
