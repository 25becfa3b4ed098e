use asyncify_runtime::asyncify;

async fn ready() -> u32 {
    8
}

async fn caller() {
    asyncify!({
        let first = ready().await;
        first + 1
    })
    .await;
    asyncify!(|| ready().await).await;
}

fn main() {}
