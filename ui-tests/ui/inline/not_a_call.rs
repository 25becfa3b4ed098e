use asyncify_runtime::asyncify;

async fn caller(size: u32) {
    asyncify!(size).await;
    asyncify!(size + 1).await;
    asyncify!(format!("{size}")).await;
    asyncify!(size as u64).await;
}

fn main() {}
