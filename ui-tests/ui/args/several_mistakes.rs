use asyncify_runtime::sync_to_async;

#[sync_to_async(exector = &POOL, rename = 8, skip, crate = runtime)]
fn read() {}

fn caller() {
    read();
}

fn main() {}
