use asyncify_runtime::sync_to_async;

#[sync_to_async(stream, in_place)]
fn in_place() -> std::ops::Range<u8> {
    0..3
}

#[sync_to_async(timeout = "1s", detach, stream, lend)]
fn call() -> std::ops::Range<u8> {
    0..3
}

struct Numbers;

#[sync_to_async(stream)]
impl Numbers {
    fn numbers() -> std::ops::Range<u8> {
        0..3
    }
}

#[sync_to_async(process, stream)]
fn elsewhere() -> std::ops::Range<u8> {
    0..3
}

fn main() {}
