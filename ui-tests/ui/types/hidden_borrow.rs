use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Words<'a>(&'a str);

#[sync_to_async]
fn count(words: Words) -> usize {
    words.0.len()
}

#[sync_to_async]
fn first(text: &str) -> Words {
    Words(text)
}

fn main() {}
