use asyncify_runtime::asyncify;

async fn caller(text: &str) -> usize {
    asyncify!({ text.len() }).await
}

fn main() {}
