use asyncify_runtime::sync_to_async;

#[sync_to_async(pool = &POOL, max_concurrency = 4, deadline = "5s", handle = &HANDLE)]
fn load() {}

#[sync_to_async(semaphore = &LIMIT, spawn, worker)]
fn store() {}

#[sync_to_async(process(executor = &WORKERS, duration = "5s", format = "postcard"))]
fn decode() -> Result<(), asyncify_runtime::Error> {
    Ok(())
}

struct Files;

#[sync_to_async]
impl Files {
    #[sync_to_async(ignore)]
    fn path() {}

    #[sync_to_async(name = "list")]
    fn entries() {}
}

#[sync_to_async(remote(attempts = 3))]
fn encode() -> Result<(), asyncify_runtime::Error> {
    Ok(())
}

#[sync_to_async(thread = &THREAD)]
fn render() {}

fn main() {}
