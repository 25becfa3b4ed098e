use asyncify_runtime::sync_to_async;

#[sync_to_async]
#[asyncify_runtime::sync_to_async]
fn read(path: String) -> String {
    path
}

fn main() {}
