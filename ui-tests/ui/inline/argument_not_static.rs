use asyncify_runtime::asyncify;

fn length(text: &str, add: usize) -> usize {
    text.len() + add
}

async fn caller(text: &str) -> usize {
    asyncify!(length(text, 8)).await
}

fn main() {}
