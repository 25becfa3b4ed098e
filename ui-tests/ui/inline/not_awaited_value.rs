use asyncify_runtime::asyncify;

fn length(text: &str) -> usize {
    text.len()
}

async fn caller() {
    let length: usize = asyncify!(length("text"));
    drop(length);
}

fn main() {}
