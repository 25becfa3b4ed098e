use asyncify_runtime::asyncify;

async fn caller() {
    asyncify!(async { 8 }).await;
    asyncify!(async move { 8 }).await;
    asyncify!(async || 8).await;
}

fn main() {}
