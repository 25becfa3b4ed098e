use asyncify_runtime::sync_to_async;

#[sync_to_async]
pub const fn square(side: u32) -> u32 {
    side * side
}

async fn caller() -> u32 {
    square(3).await
}

fn main() {}
