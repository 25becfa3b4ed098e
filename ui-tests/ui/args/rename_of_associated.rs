use asyncify_runtime::{async_to_sync, sync_to_async};

struct Db(u8);

// On a function by itself the attribute cannot see the `impl` around it, but for a `Self` in the
// signature, or in the new name.
impl Db {
    #[sync_to_async(rename = "open_async")]
    fn open(number: u8) -> Self {
        Self(number)
    }

    #[sync_to_async(rename = "Self::check_async")]
    fn check(number: u8) -> u8 {
        number
    }

    #[sync_to_async(rename = "count_async")]
    fn count(number: u8) -> u8 {
        number
    }

    #[async_to_sync(rename = "sum_blocking")]
    async fn sum(number: u8) -> u8 {
        number
    }
}

#[sync_to_async(rename = "Self::free_async")]
fn free(number: u8) -> u8 {
    number
}

#[async_to_sync(rename = "Self::late_blocking")]
async fn late(number: u8) -> u8 {
    number
}

async fn caller() {
    let db = Db::open_async(Db::check_async(1).await).await;
    Db::count_async(db.0).await;
}

fn main() {}
