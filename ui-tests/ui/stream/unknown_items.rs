use asyncify_runtime::sync_to_async;

trait Rows: Iterator<Item = u8> {}

impl Rows for std::ops::Range<u8> {}

#[sync_to_async(stream)]
fn rows() -> impl Rows + Send {
    0..3
}

fn main() {}
