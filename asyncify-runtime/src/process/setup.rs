//! How a worker is told that it is one, and what it needs to know.

use serde::{Deserialize, Serialize};

use super::builder::Config;
use super::task;
use super::wire::{self, Kind};
use crate::error::process::ProcessError;

/// The environment variable of a worker: `2:<pid of the pool's process>`.
///
/// The children of a worker inherit it. They do not become workers, since their stdin is not a
/// socket that was created by the process with this id.
pub(crate) const VARIABLE: &str = "ASYNCIFY_WORKER";

/// Changes with the format of the frames or of their payloads.
const PROTOCOL: u32 = 4;

/// The value of that variable, for the workers of this process.
pub(crate) fn variable() -> String {
    format!("2:{}", std::process::id())
}

/// The process in that variable.
pub(crate) fn pool_pid() -> Option<u32> {
    parse(&std::env::var(VARIABLE).ok()?)
}

fn parse(variable: &str) -> Option<u32> {
    variable.strip_prefix("2:")?.parse().ok()
}

/// A program, as pool and worker compare theirs.
#[derive(Debug, Serialize, Deserialize)]
struct Program {
    protocol: u32,
    /// Of its tasks.
    fingerprint: u64,
    path: String,
}

impl Program {
    fn current() -> Self {
        let path = std::env::current_exe()
            .map_or_else(|_| "an unknown program".to_owned(), |path| path.display().to_string());
        Self { protocol: PROTOCOL, fingerprint: task::fingerprint(), path }
    }

    fn describe(&self) -> String {
        let Self { protocol, fingerprint, path } = self;
        format!("{path} (protocol {protocol}, functions {fingerprint:016x})")
    }
}

/// The first message to a worker: the part of the configuration that it needs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    program: Program,
    /// Whether the worker runs a [program of the user's choice](super::Builder::worker_exe), which
    /// may have more tasks.
    is_other_program: bool,
    pub(crate) name: String,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) initializer: Option<String>,
    pub(crate) carrier: Option<String>,
    pub(crate) max_payload: usize,
}

impl Setup {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            program: Program::current(),
            is_other_program: config.worker_exe.is_some(),
            name: config.name.clone(),
            memory_limit: config.memory_limit,
            initializer: config.initializer.map(|initializer| initializer.name.to_owned()),
            carrier: config.carrier.map(|carrier| carrier.name.to_owned()),
            max_payload: config.max_payload,
        }
    }

    /// Checks, in the worker, that it runs the program that the pool expects.
    pub(crate) fn check_program(&self) -> Result<(), ProcessError> {
        let (expected, found) = (&self.program, Program::current());
        if found.protocol == expected.protocol
            && (self.is_other_program || found.fingerprint == expected.fingerprint)
        {
            return Ok(());
        }
        Err(ProcessError::Mismatch { expected: expected.describe(), found: found.describe() })
    }
}

/// A complete frame whose payload is a message of this crate.
pub(crate) fn message(kind: Kind, call: u64, value: &impl Serialize) -> Vec<u8> {
    let bytes = rmp_serde::to_vec_named(value).expect("plain fields");
    wire::short(kind, call, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_survives_the_environment() {
        assert_eq!(parse(&variable()), Some(std::process::id()));
    }

    #[test]
    fn other_texts_are_no_process() {
        for text in ["", "2", "2:", "1:1", "2:x", "2:1:y", "2:1:1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
