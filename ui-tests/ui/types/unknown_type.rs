use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn parameter(value: Unknown) {}

#[sync_to_async]
fn borrowed(value: &Unknown) {}

#[sync_to_async]
fn output() -> Unknown {
    loop {}
}

fn main() {}
