//! `cargo asyncify check`: finds calls that block the thread in async code.

#![forbid(unsafe_code)]

mod analysis;
mod baseline;
mod cli;
mod finding;
mod fix;
mod list;
mod load;
mod prime;
mod report;
mod run;

use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    match thread::Builder::new().stack_size(prime::STACK_SIZE).spawn(run::main) {
        // A panic of the analysis is caught in the thread.
        Ok(thread) => thread.join().unwrap_or(run::FAILED.into()),
        Err(error) => {
            eprintln!("error: cannot start a thread: {error}");
            run::FAILED.into()
        }
    }
}
