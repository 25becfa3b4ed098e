//! Items and options made of libFuzzer's bytes, as the tests of the macros make them of a seed.
//!
//! `cargo +nightly fuzz run made`
#![no_main]

mod expand;

#[path = "../../asyncify-macros/src/tests/fuzz/check.rs"]
mod check;
#[path = "../../asyncify-macros/src/tests/fuzz/generate.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod generate;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let case = generate::case(&mut generate::Source::new(bytes));
    check::check(&case, expand::expand);
});
