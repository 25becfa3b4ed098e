use asyncify_runtime::asyncify;

async fn caller() {
    asyncify!(|size: u32| size + 1).await;
    asyncify!(move |_| 8).await;
}

fn main() {}
