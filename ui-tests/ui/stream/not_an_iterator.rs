use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
fn number() -> u32 {
    7
}

#[sync_to_async(stream)]
fn nothing() {}

#[sync_to_async(stream)]
fn never() -> ! {
    loop {}
}

fn main() {}
