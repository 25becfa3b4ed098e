//! `cargo asyncify check`: finds calls that block the thread in async code.

#![forbid(unsafe_code)]

mod analysis;
mod baseline;
mod cli;
mod finding;
mod fix;
mod list;
mod load;
mod report;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::main()
}
