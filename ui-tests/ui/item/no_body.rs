use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn read(path: String) -> String;

async fn caller() -> String {
    read(String::new()).await
}

fn main() {}
