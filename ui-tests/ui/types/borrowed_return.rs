use std::borrow::Cow;

use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db(String);

#[sync_to_async]
fn first(words: &str) -> &str {
    words
}

#[sync_to_async]
fn option<'a>(words: &'a str) -> Option<&'a str> {
    Some(words)
}

#[sync_to_async]
fn cow(words: &str) -> Cow<'_, str> {
    words.into()
}

impl Db {
    #[sync_to_async]
    fn name(&self) -> &str {
        &self.0
    }
}

fn main() {}
