use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(remote(nam = "a.v1", timeout = "soon", on_drop = "kill", retries = -1))]
fn wrong() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote(name = "resize image", queue = "images.large", backoff = 2))]
fn names() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote(name = "a..b", queue = "", retries = "3", at_most_once = true))]
fn more_names() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote = "images")]
fn value() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote, process)]
fn both() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(limit = 8, remote, lend, timeout = "30s", detach)]
fn of_threads() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote(codec = "postcard"))]
fn codec() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote)]
trait Render {
    fn render(&self) -> Result<(), Error>;
}

#[sync_to_async(remote(at_most_once, retries = 2, backoff = "1s"))]
fn never_again() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote("images"))]
fn no_key() -> Result<(), Error> {
    Ok(())
}

fn main() {}
