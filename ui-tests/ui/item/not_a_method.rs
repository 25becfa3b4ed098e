use asyncify_runtime::sync_to_async;

struct Config;

#[sync_to_async]
unsafe extern "C" {
    fn read(file: i32) -> i32;
}

impl Config {
    #[sync_to_async]
    const LIMIT: usize = 8;
}

fn main() {}
