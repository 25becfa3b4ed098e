use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
}

#[sync_to_async(stream)]
fn owned_words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').map(str::to_owned)
}

fn main() {}
