use asyncify_runtime::{Error, sync_to_async};

struct Handle(#[allow(dead_code)] *const u8);

#[sync_to_async(process)]
fn open(handle: Handle) -> Result<(), Error> {
    drop(handle);
    Ok(())
}

#[sync_to_async(process)]
fn close(name: &str) -> Result<Handle, Error> {
    Ok(Handle(name.as_ptr()))
}

fn main() {}
