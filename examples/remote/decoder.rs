//! The function that runs elsewhere, and files for it.

use std::io::{self, Read, Write};

use asyncify_runtime::{Error, sync_to_async};
use bzip2::Compression;
use bzip2::read::MultiBzDecoder;
use bzip2::write::BzEncoder;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// What can go wrong with an upload: the file, or the task that reads it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum UploadError {
    Invalid(String),
    Task(Error),
}

impl From<Error> for UploadError {
    fn from(error: Error) -> Self {
        Self::Task(error)
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        Self::Invalid(error.to_string())
    }
}

// ANCHOR: remote
/// Unpacks a file into memory, however large that gets, and counts its lines.
///
/// Without retries: a file that has killed a worker kills the next one as well.
#[sync_to_async(remote(name = "lines.v1", queue = "uploads", timeout = "2s", retries = 0))]
pub(crate) fn lines(file: &ByteBuf) -> Result<u64, UploadError> {
    let (mut content, mut piece) = (Vec::new(), [0; 1 << 13]);
    let mut decoder = MultiBzDecoder::new(&file[..]);
    loop {
        match decoder.read(&mut piece)? {
            0 => break,
            // Aborts if there is no more memory, as most code in Rust and C does.
            read => content.extend_from_slice(&piece[..read]),
        }
    }
    Ok(content.split_inclusive(|byte| *byte == b'\n').count() as u64)
}
// ANCHOR_END: remote

/// A task for these bytes.
pub(crate) async fn answer(file: &[u8]) -> String {
    match lines(&ByteBuf::from(file)).await {
        Ok(lines) => format!("{lines} lines"),
        Err(UploadError::Invalid(error)) => format!("refused: {error}"),
        Err(UploadError::Task(error)) => format!("failed: {error}"),
    }
}

pub(crate) fn uploads() -> Vec<(&'static str, Vec<u8>)> {
    let text: Vec<u8> = (0..200_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let good = pack(&text);
    let mut changed = good.clone();
    changed[good.len() / 3] ^= 0x55;
    // Some 40 bytes for each 16 MiB.
    let bomb = pack(&vec![0; 16 << 20]).repeat(1 << 10);
    vec![
        ("a good file", good.clone()),
        ("no bzip2 file at all", b"GIF89a, or so it says".to_vec()),
        ("cut off in the middle", good[..good.len() / 2].to_vec()),
        ("a changed block", changed),
        ("a bomb of 16 GiB", bomb),
        ("the good file again", good),
    ]
}

fn pack(content: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a `Vec` takes everything")
}
