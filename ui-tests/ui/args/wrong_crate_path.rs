use asyncify_runtime::sync_to_async;

#[sync_to_async(crate = ::other_runtime)]
fn read(path: &str) -> usize {
    path.len()
}

fn main() {}
