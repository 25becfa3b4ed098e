//! How do I find the blocking calls that are left in my async code? With `#[async_safe]` on the
//! module: each of them is an error (or, without `deny`, a warning) that shows the call wrapped.

use std::io;

use asyncify_runtime::{async_safe, asyncify};

#[async_safe(deny, also(super::checksum), allow(std::path::Path::exists))]
mod reports {
    use std::fs;
    use std::io;
    use std::path::Path;

    use asyncify_runtime::asyncify;

    /// Says how large a file is, and its sum.
    pub(crate) async fn report(path: &Path) -> io::Result<String> {
        // One cheap call to the system: we have decided that it may stay.
        if !path.exists() {
            return Ok("nothing".to_owned());
        }
        // As `fs::read(path)?` this line does not compile:
        //
        //     error: `std::fs::read` blocks every task of this thread
        //            note: it waits for the file system
        //            help: wrap it: `asyncify!(fs::read(&*path)).await`
        let data = asyncify!(fs::read(&*path)).await?;

        // Nor does `super::checksum(&data)`, which is slow and on our own list.
        let size = data.len();
        let sum = asyncify!(super::checksum(&data)).await;
        Ok(format!("{size} bytes, sum {sum}"))
    }
}

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
