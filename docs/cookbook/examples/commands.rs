//! std::process::Command: the lines of a child process as they come. The child is killed when its caller
//! gives up.

use std::io;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use asyncify_runtime::{Unblock, asyncify};
use futures::{AsyncBufReadExt, StreamExt};

/// Kills the child when it is dropped, so that it does not outlive the future that reads from it.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // A child that has ended is not an error; `wait` removes its entry from the process table.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Prints the lines of a command, and returns its exit code.
async fn run(mut command: Command) -> io::Result<Option<i32>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = Killed(asyncify!(|| command.spawn()).await?);
    let stdout = child.0.stdout.take().expect("it is piped");
    let mut lines = Unblock::new(stdout).lines();
    while let Some(line) = lines.next().await {
        println!("| {}", line?);
    }
    // Its output has ended, so the child ends soon; but soon is not now.
    asyncify!(|| child.0.wait().map(|status| status.code())).await
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut short = Command::new("sh");
    short.args(["-c", "echo one; echo two; exit 3"]);
    println!("short: {:?}", run(short).await?);

    let mut long = Command::new("sleep");
    long.arg("3600");
    let result = tokio::time::timeout(Duration::from_millis(200), run(long)).await;
    println!("long: {}", if result.is_err() { "killed" } else { "ended" });
    Ok(())
}
