use asyncify_runtime::{Error, Limiter, sync_to_async};

static LIMITER: std::sync::LazyLock<Limiter> = std::sync::LazyLock::new(|| Limiter::new(1));

#[sync_to_async(limit = 8, limiter = &LIMITER)]
fn two_limits() {}

#[sync_to_async(in_place, executor = &asyncify_runtime::Inline, limit = 8, timeout = "1s", detach)]
fn in_place() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(lend, in_place)]
fn lent(list: &mut Vec<u8>) {
    list.clear();
}

async fn caller() {
    two_limits().await;
    in_place().await.unwrap();
    lent(&mut Vec::new()).await;
}

fn main() {}
