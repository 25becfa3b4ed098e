#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod nested {
    use asyncify_runtime::block_on;

    pub async fn first() -> u8 {
        block_on(async { 8 })
    }
}

fn main() {
    drop(nested::first());
}
