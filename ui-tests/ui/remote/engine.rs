use std::sync::LazyLock;

use asyncify_runtime::remote::Local;
use asyncify_runtime::{Error, sync_to_async};

static ENGINE: LazyLock<Local> = LazyLock::new(Local::new);

#[sync_to_async(remote(engine = &*ENGINE))]
fn right() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote(engine = &ENGINE))]
fn not_dereferenced() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(remote(engine = "images"))]
fn a_name() -> Result<(), Error> {
    Ok(())
}

fn main() {}
