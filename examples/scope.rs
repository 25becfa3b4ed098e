//! How does an application choose the executor of a library's calls, without a parameter for it?
//! The library annotates its functions; the application wraps what it awaits in a scope.

use std::io;

use asyncify_runtime::{BlockingPool, Inline, scope_executor, scope_thread};

/// The library: it names no executor.
mod library {
    use std::path::Path;
    use std::{fs, io, thread};

    use asyncify_runtime::sync_to_async;

    /// Returns the number of lines, and the thread that counted them.
    #[sync_to_async]
    fn lines(path: &Path) -> io::Result<(usize, String)> {
        let thread = thread::current().name().unwrap_or("unnamed").to_owned();
        Ok((fs::read_to_string(path)?.lines().count(), thread))
    }

    /// Counts twice, in two calls.
    pub(crate) async fn report(path: &Path) -> io::Result<String> {
        let ((count, first), (_, second)) = (lines(path).await?, lines(path).await?);
        let same = if first == second { "one thread" } else { "two threads" };
        let family = first.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        Ok(format!("{} lines, by {family}, {same}", if count > 50 { "many" } else { "few" }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md").as_ref();

    // ANCHOR: application
    let disk = BlockingPool::builder().name("disk").max_threads(1).build()?;
    println!("a pool: {}", scope_executor(disk, library::report(readme)).await?);

    // All calls of the scope run on one thread, in order.
    println!("a thread: {}", scope_thread(library::report(readme)).await?);

    // A test runs them on its own thread.
    println!("a test: {}", scope_executor(Inline, library::report(readme)).await?);
    // ANCHOR_END: application
    Ok(())
}
