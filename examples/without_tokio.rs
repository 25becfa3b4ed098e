//! Does asyncify need tokio? No: annotated functions run on any executor. This program uses the one
//! of the `futures` crate, and waits for several child processes at a time.

use std::process::Command;
use std::{env, io};

use asyncify_runtime::sync_to_async;
use futures::future::try_join_all;

/// Waits for a child process, and blocks meanwhile.
#[sync_to_async]
fn run(program: &std::ffi::OsStr, argument: &str) -> io::Result<String> {
    let output = Command::new(program).arg(argument).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn main() -> io::Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["--version", "--list", "--help"];
    let outputs =
        futures::executor::block_on(try_join_all(arguments.map(|argument| run(&cargo, argument))))?;
    for (argument, output) in arguments.iter().zip(outputs) {
        println!("cargo {argument}: {} lines", output.lines().count());
    }
    Ok(())
}
