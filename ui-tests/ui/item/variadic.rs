use asyncify_runtime::sync_to_async;

#[sync_to_async]
unsafe extern "C" fn print(count: i32, _: ...) -> i32 {
    count
}

fn main() {}
