use asyncify_runtime::asyncify;

fn length(text: &str) -> usize {
    text.len()
}

async fn caller() {
    let length: String = asyncify!(length("text")).await;
    drop(length);
}

fn main() {}
