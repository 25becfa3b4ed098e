//! The handshake of pool and worker.

use serde::{Deserialize, Serialize};

use super::builder::Config;
use super::wire::{self, Kind};
use super::{id, task};

/// The environment variable of a worker: `1:<pid of the pool's process>:<nonce>`.
pub(crate) const VARIABLE: &str = "ASYNCIFY_WORKER";

/// Changes with the format of the frames or of their payloads.
const PROTOCOL: u32 = 3;

/// The value of that variable.
///
/// The children of a worker inherit it. They do not become workers, since their stdin is not a socket
/// that was created by the process with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) pid: u32,
    pub(crate) nonce: u64,
}

impl Token {
    pub(crate) fn new() -> Self {
        Self { pid: std::process::id(), nonce: id::random() }
    }

    pub(crate) fn from_env() -> Option<Self> {
        Self::parse(&std::env::var(VARIABLE).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let (pid, nonce) = text.strip_prefix("1:")?.split_once(':')?;
        Some(Self { pid: pid.parse().ok()?, nonce: nonce.parse().ok()? })
    }

    pub(crate) fn to_text(self) -> String {
        format!("1:{}:{}", self.pid, self.nonce)
    }
}

/// The first message of a worker.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hello {
    protocol: u32,
    nonce: u64,
    /// Of the tasks in its program.
    fingerprint: u64,
    program: String,
}

impl Hello {
    pub(crate) fn new(nonce: u64) -> Self {
        let program = std::env::current_exe()
            .map_or_else(|_| "an unknown program".to_owned(), |path| path.display().to_string());
        Self { protocol: PROTOCOL, nonce, fingerprint: task::fingerprint(), program }
    }

    /// Compares it with the pool's; a [program of the user's choice](super::Builder::worker_exe) may
    /// have more tasks. `Err`: what was expected and found.
    pub(crate) fn check(
        &self,
        expected: &Self,
        is_other_program: bool,
    ) -> Result<(), (String, String)> {
        let same = self.protocol == expected.protocol
            && self.nonce == expected.nonce
            && (is_other_program || self.fingerprint == expected.fingerprint);
        if same { Ok(()) } else { Err((expected.describe(), self.describe())) }
    }

    fn describe(&self) -> String {
        let Self { protocol, fingerprint, program, .. } = self;
        format!("{program} (protocol {protocol}, functions {fingerprint:016x})")
    }
}

/// The part of the configuration that a worker needs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) name: String,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) initializer: Option<String>,
    pub(crate) carrier: Option<String>,
    pub(crate) max_payload: usize,
    /// Whether a socket is passed along that announces cancelled calls.
    pub(crate) control: bool,
}

impl Setup {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            name: config.name.clone(),
            memory_limit: config.memory_limit,
            initializer: config.initializer.map(|initializer| initializer.name.to_owned()),
            carrier: config.carrier.map(|carrier| carrier.name.to_owned()),
            max_payload: config.max_payload,
            control: config.kill_grace.is_some(),
        }
    }
}

/// A complete frame with one of these.
pub(crate) fn frame(kind: Kind, value: &impl Serialize) -> Vec<u8> {
    let bytes = rmp_serde::to_vec_named(value).expect("a struct of plain fields");
    wire::short(kind, 0, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_environment() {
        let token = Token::new();
        assert_eq!(Token::parse(&token.to_text()), Some(token));
    }

    #[test]
    fn other_texts_are_no_token() {
        for text in ["", "1", "1:2", "2:1:1", "1:x:1", "1:1:y", "1:1:1:1"] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
