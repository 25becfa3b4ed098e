use asyncify_runtime::asyncify;

fn read() {}

async fn caller() {
    asyncify!(read(), read()).await;
    asyncify!(read(); read()).await;
}

fn main() {}
