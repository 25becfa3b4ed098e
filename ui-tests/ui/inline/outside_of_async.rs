use asyncify_runtime::asyncify;

fn length(text: &str) -> usize {
    text.len()
}

fn caller() -> usize {
    asyncify!(length("text")).await
}

fn main() {}
