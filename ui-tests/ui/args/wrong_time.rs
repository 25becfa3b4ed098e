use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(timeout = "0s")]
fn nothing() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(timeout = "18446744073709551616s")]
fn too_long() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(timeout = "5 parsecs")]
fn no_unit() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(timeout = 500)]
fn number() -> Result<(), Error> {
    Ok(())
}

async fn caller() {
    nothing().await.unwrap();
    too_long().await.unwrap();
    no_unit().await.unwrap();
    number().await.unwrap();
}

fn main() {}
