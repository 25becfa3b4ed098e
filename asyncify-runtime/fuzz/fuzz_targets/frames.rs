//! Bytes as a worker that has lost its mind would send them: the reader of frames must give the
//! same frames and the same error however they are cut, and never panic.
#![no_main]

#[path = "../../src/process/wire/check.rs"]
mod check;
#[allow(dead_code)]
#[path = "../../src/process/wire.rs"]
mod wire;

use wire::{FrameReader, WireError};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((piece, bytes)) = bytes.split_first() else { return };
    check::is_the_same_in_pieces(bytes, usize::from(*piece) + 1);
});
