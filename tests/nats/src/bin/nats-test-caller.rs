//! A caller that waits until it is killed: `nats-test-caller URL FILE ID`.

use std::path::Path;

use asyncify_nats::Nats;
use asyncify_nats_tests::{tasks, use_engine};
use asyncify_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file, id] = &arguments[..] else { panic!("URL FILE ID") };
    use_engine(&Nats::connect(url.as_str()).await?);
    tasks::gated(Path::new(file), 7).id(id.as_str()).await.map(drop)
}
