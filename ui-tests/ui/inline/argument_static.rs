use asyncify_runtime::asyncify;

fn leak(text: &'static str) -> usize {
    text.len()
}

async fn caller(text: &'static str) -> usize {
    asyncify!(leak(text)).await
}

fn main() {}
