use asyncify_runtime::{Error, Limiter, sync_to_async};

#[sync_to_async(limiter = Limiter::new(8))]
fn limited() {}

#[sync_to_async(timeout = std::time::Instant::now())]
fn timed() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(runtime = &8)]
fn elsewhere() {}

async fn caller() {
    limited().await;
    timed().await.unwrap();
    elsewhere().await;
}

fn main() {}
