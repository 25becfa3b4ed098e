use asyncify_runtime::sync_to_async;

struct Db(u8);

// On a function by itself the attribute cannot see the `impl` around it, but for a `Self` in the
// signature. The way out is `suffix` on the block.
impl Db {
    #[sync_to_async(rename = "open_async")]
    fn open(number: u8) -> Self {
        Self(number)
    }

    #[sync_to_async(rename = "count_async")]
    fn count(number: u8) -> u8 {
        number
    }
}

async fn caller() {
    Db::open_async(Db::count_async(1).await).await;
}

fn main() {}
