//! The common part of the programs: the argument that most take, and their exit.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io};

/// Ends a program of this name.
#[must_use]
pub fn end(name: &str, result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The file of `--write FILE`, the one argument that a program of this name may have.
///
/// # Errors
///
/// If there are other arguments.
pub fn file_argument(name: &str) -> io::Result<Option<PathBuf>> {
    match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [option, file] if option == "--write" => Ok(Some(file.into())),
        _ => Err(io::Error::other(format!("usage: {name} [--write FILE]"))),
    }
}
