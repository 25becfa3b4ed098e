use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
fn length(text: &str) -> usize {
    text
}

#[sync_to_async]
fn early(text: String) -> usize {
    if text.is_empty() {
        return "none";
    }
    text.len()
}

#[sync_to_async]
fn missing(text: String) -> usize {
    text.len();
}

impl Db {
    #[sync_to_async]
    fn get(&self) -> u32 {
        "eight"
    }
}

fn main() {}
