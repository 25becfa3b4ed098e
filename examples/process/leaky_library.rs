//! How do I live with a library that leaks? Its calls run in a worker process, which is replaced
//! once it has more than 64 MiB of resident memory. The exit of the process frees the leaked
//! memory.
//!
//!     cargo run -p asyncify-process-examples --example leaky_library

use std::sync::LazyLock;

use asyncify_runtime::process::Pool;
use asyncify_runtime::{Error, Shutdown, sync_to_async};

const LIMIT: u64 = 64 << 20;

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let pool = Pool::builder().name("leaky").max_workers(1).recycle_rss(LIMIT);
    pool.build().expect("`main` has called `init`")
});

/// A parser from a C library: it allocates a document that its interface cannot free.
mod parser {
    pub(super) struct Document<'a> {
        pub(super) words: Vec<&'a [u8]>,
    }

    pub(super) fn parse(text: &[u8]) -> &'static Document<'static> {
        let text: &'static [u8] = text.to_vec().leak();
        Box::leak(Box::new(Document { words: text.split(|byte| *byte == b' ').collect() }))
    }
}

/// The number of words, and the process that counted them.
#[sync_to_async(process(pool = &POOL))]
fn count_words(text: &str) -> Result<(usize, u32), Error> {
    Ok((parser::parse(text.as_bytes()).words.len(), std::process::id()))
}

#[asyncify_runtime::main]
#[tokio::main]
async fn main() -> Result<(), Error> {
    let text = "so many words ".repeat(1 << 16);
    let mut processes = Vec::new();
    for _ in 0..32 {
        let (words, process) = count_words(&text).await?;
        assert_eq!(words, (3 << 16) + 1);
        processes.push(process);
    }
    processes.dedup();
    POOL.shutdown(Shutdown::Drain).await;
    let metrics = POOL.metrics();
    println!("{} documents parsed, none freed", metrics.calls.completed);
    println!("{} processes, of which {} had grown too large", processes.len(), metrics.ended.rss);
    Ok(())
}
