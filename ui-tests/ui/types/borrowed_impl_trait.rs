use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn show(text: &(impl ToString + Send + Sync + 'static)) -> String {
    text.to_string()
}

fn main() {}
