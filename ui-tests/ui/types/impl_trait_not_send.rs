use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn show(value: impl ToString + 'static) -> String {
    value.to_string()
}

#[sync_to_async]
fn show_short(value: impl ToString + Send) -> String {
    value.to_string()
}

fn main() {}
