//! Some hundred functions, methods and traits made at random by `build`, each of them twice: as it
//! is, and with the attribute. Both compile, and give the same.
//!
//! Others are made by `ASYNCIFY_GENERATED_SEED=7 cargo test -p asyncify-generated`, and more by
//! `ASYNCIFY_GENERATED_COUNT=2000`.
#![allow(unused, clippy::all, reason = "made by a program")]

/// What a function with a time limit has to be able to say.
#[derive(Debug, PartialEq)]
pub enum Failure {
    Body(String),
    Call(String),
}

impl From<asyncify_runtime::Error> for Failure {
    fn from(error: asyncify_runtime::Error) -> Self {
        Self::Call(error.to_string())
    }
}

include!(concat!(env!("OUT_DIR"), "/functions.rs"));

#[test]
fn enough_were_made() {
    assert!(COUNT >= 300, "seed {SEED}");
}
