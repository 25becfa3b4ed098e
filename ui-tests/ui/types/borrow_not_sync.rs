use std::cell::Cell;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn get(cell: &Cell<u8>) -> u8 {
    cell.get()
}

#[sync_to_async]
fn get_static(cell: &'static Cell<u8>) -> u8 {
    cell.get()
}

fn main() {}
