use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn count(times: u32) -> u32 {
    times += 1;
    times
}

fn main() {}
