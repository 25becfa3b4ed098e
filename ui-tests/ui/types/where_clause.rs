use asyncify_runtime::sync_to_async;

trait Decode {
    fn decode(bytes: Vec<u8>) -> Self;
}

struct Image;

#[sync_to_async]
fn load<T>(bytes: Vec<u8>) -> T
where
    T: Decode + Send + 'static,
{
    T::decode(bytes)
}

async fn caller() {
    load::<Image>(Vec::new()).await;
}

fn main() {}
