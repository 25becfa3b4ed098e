use asyncify_runtime::sync_to_async;

#[sync_to_async]
extern "C" fn callback(code: i32) -> i32 {
    code
}

async fn caller() -> i32 {
    callback(3).await
}

fn main() {}
