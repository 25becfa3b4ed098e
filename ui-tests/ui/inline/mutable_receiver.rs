use asyncify_runtime::asyncify;

async fn caller(mut buf: Vec<u8>) {
    asyncify!((&mut buf).push(8)).await;
}

fn main() {}
