use asyncify_runtime::asyncify;

fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

async fn caller() {
    asyncify!(repeat("text")).await;
    asyncify!(repeat("text", 2, 3)).await;
}

fn main() {}
