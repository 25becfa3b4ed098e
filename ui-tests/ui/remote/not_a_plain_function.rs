use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(remote)]
fn generic<T: Clone>(value: T) -> Result<T, Error> {
    Ok(value.clone())
}

#[sync_to_async(remote)]
async fn asynchronous() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote)]
fn forever(name: &'static str) -> Result<usize, Error> {
    Ok(name.len())
}

#[sync_to_async(remote)]
fn filled(buffer: &mut Vec<u8>) -> Result<(), Error> {
    buffer.push(1);
    Ok(())
}

#[sync_to_async(remote)]
fn conditional(#[cfg(unix)] path: String) -> Result<(), Error> {
    drop(path);
    Ok(())
}

struct Store;

impl Store {
    #[sync_to_async(remote)]
    fn method(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[sync_to_async(remote)]
fn unit() {}

fn main() {}
