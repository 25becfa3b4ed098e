#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> usize {
    let text: &str;
    {
        let owned = n.to_string();
        text = &owned;
    }
    text.len()
}

fn main() {}
