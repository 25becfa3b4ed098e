use asyncify_runtime::asyncify;

async fn caller() {
    asyncify!().await;
}

fn main() {}
