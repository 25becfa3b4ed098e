//! How does a library leave the choice of the executor to its caller? It takes a `&dyn Executor`:
//! the application passes its pool, and tests pass `Inline`.

use asyncify_runtime::{BlockingPool, DedicatedThread, Executor, Inline, global};
use std::io;

/// The library: it depends on no async runtime.
mod word_count {
    use std::collections::HashMap;
    use std::path::Path;
    use std::{fs, io};

    use asyncify_runtime::{Executor, asyncify};

    pub(crate) struct Words {
        pub(crate) most_frequent: String,
        pub(crate) thread: String,
    }

    // ANCHOR: library
    /// Counts the words of a file, on a thread of `executor`.
    pub(crate) async fn count(path: &Path, executor: &dyn Executor) -> io::Result<Words> {
        asyncify!(count_blocking(&*path)).executor(executor).await
    }
    // ANCHOR_END: library

    fn count_blocking(path: &Path) -> io::Result<Words> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for word in fs::read_to_string(path)?.split(|c: char| !c.is_alphabetic()) {
            *counts.entry(word.to_lowercase()).or_default() += usize::from(word.len() > 3);
        }
        let most_frequent = counts.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a)));
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        Ok(Words { most_frequent: most_frequent.unwrap_or_default().0, thread })
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let pool = BlockingPool::builder().name("words").max_threads(2).build()?;
    let dedicated = DedicatedThread::new("printer")?;
    let tokio = tokio::runtime::Handle::current();
    let executors: [(&str, &dyn Executor); 5] = [
        ("the default pool", global()),
        ("a pool of its own", &pool),
        ("one dedicated thread", &dedicated),
        ("tokio's pool", &tokio),
        ("inline, for tests", &Inline),
    ];
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md").as_ref();
    for (name, executor) in executors {
        let words = word_count::count(readme, executor).await?;
        println!("{name:<22}{:<14}{}", words.most_frequent, words.thread);
    }
    Ok(())
}
