use asyncify_runtime::sync_to_async;

#[sync_to_async(stream = 0)]
fn none() -> std::ops::Range<u8> {
    0..3
}

#[sync_to_async(stream = "8")]
fn text() -> std::ops::Range<u8> {
    0..3
}

#[sync_to_async(stream =)]
fn missing() -> std::ops::Range<u8> {
    0..3
}

fn main() {}
