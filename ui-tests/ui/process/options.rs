use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(process(pol = &POOL, timeout = "soon", on_drop = "leave", codec = 3))]
fn wrong() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(process = "render")]
fn value() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(process, executor = &pool, runtime = &handle)]
fn elsewhere() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(limit = 8, process, lend, timeout = "30s", detach)]
fn of_threads() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(process(codec = "postcard"))]
fn codec() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(process(pool = "render"))]
fn pool() -> Result<(), Error> {
    Ok(())
}

#[sync_to_async(process)]
trait Render {
    fn render(&self) -> Result<(), Error>;
}

fn main() {}
