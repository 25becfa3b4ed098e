use asyncify_runtime::sync_to_async;

#[sync_to_async(crate = ::other_runtime)]
fn missing(path: &str, size: usize) -> usize {
    path.len() + size
}

#[sync_to_async(crate = ::std)]
fn another(path: &str, size: usize) -> usize {
    path.len() + size
}

#[sync_to_async(crate = crate::runtime)]
fn no_module(path: &str, size: usize) -> usize {
    path.len() + size
}

fn main() {}
