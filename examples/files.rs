//! How do I read and write files, pipes of child processes and other blocking streams in async
//! code?

use std::fs::File;
use std::io::{self, SeekFrom};
use std::process::{Command, Stdio};

use asyncify_runtime::{Unblock, asyncify};
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, StreamExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let path = std::env::temp_dir().join(format!("asyncify-files-{}", std::process::id()));
    let options = File::options().read(true).write(true).create(true).truncate(true).clone();
    let mut file =
        Unblock::new(asyncify!({ options.open(&path).map(|file| (file, path)) }).await?.0);

    // Writes are buffered; `flush` and `close` wait until they are done.
    for line in 1..=1_000 {
        file.write_all(format!("line {line}\n").as_bytes()).await?;
    }
    file.flush().await?;

    file.seek(SeekFrom::Start(0)).await?;
    let mut text = String::new();
    file.read_to_string(&mut text).await?;
    println!("{} lines", text.lines().count());

    // ANCHOR: with
    // `with` calls the file's own methods, and `into_inner` returns it.
    file.with(|file| file.set_len(0)).await??;
    let file = file.into_inner().await?;
    // ANCHOR_END: with
    println!("{} bytes", asyncify!({ file.metadata().map(|metadata| metadata.len()) }).await?);

    // ANCHOR: child
    let mut child = Command::new("cargo").arg("--version").stdout(Stdio::piped()).spawn()?;
    let mut lines = Unblock::new(child.stdout.take().expect("it is piped")).lines();
    while let Some(line) = lines.next().await {
        println!("child: {}", line?);
    }
    asyncify!(move || child.wait()).await?;
    // ANCHOR_END: child
    Ok(())
}
