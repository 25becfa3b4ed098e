//! How do I find blocking calls in my async code? Put `#[async_safe]` on the module: each blocking
//! call is an error (or, without `deny`, a warning), which shows how to wrap it.

use std::io;

use asyncify_runtime::{async_safe, asyncify};

// ANCHOR: reports
#[async_safe(deny, also(super::checksum), allow(std::path::Path::exists))]
mod reports {
    use std::fs;
    use std::io;
    use std::path::Path;

    use asyncify_runtime::asyncify;

    /// Returns the size and the checksum of a file.
    pub(crate) async fn report(path: &Path) -> io::Result<String> {
        // This call is cheap, so it is allowed above.
        if !path.exists() {
            return Ok("nothing".to_owned());
        }
        // Without `asyncify!`, this line does not compile:
        //
        //     error: `std::fs::read` blocks every task of this thread
        //            note: it waits for the file system
        //            help: wrap it: `asyncify!(fs::read(&*path)).await`
        let data = asyncify!(fs::read(&*path)).await?;

        // The same holds for `super::checksum`, which is slow and listed above.
        let size = data.len();
        let sum = asyncify!(super::checksum(&data)).await;
        Ok(format!("{size} bytes, sum {sum}"))
    }
}
// ANCHOR_END: reports

fn checksum(data: &[u8]) -> u32 {
    data.iter().fold(0, |sum, byte| sum.rotate_left(1) ^ u32::from(*byte))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let path = std::env::temp_dir().join(format!("asyncify-safe-{}", std::process::id()));
    println!("before: {}", reports::report(&path).await?);
    asyncify!(std::fs::write(&path, "async")).await?;
    println!("after: {}", reports::report(&path).await?);
    asyncify!(std::fs::remove_file(path)).await
}
