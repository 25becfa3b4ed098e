//! What must hold for any bytes, for the tests and for the fuzzer, which includes this file.

use super::{FrameReader, WireError};

/// More than a reader takes at a time.
const LIMIT: usize = 1 << 16;

/// The frames at the beginning of `bytes`, as a kind, a call, and payload and context; and what was
/// found behind them.
type Found = (Vec<(u8, u64, Vec<u8>, Vec<u8>)>, Result<(), WireError>);

/// Checks that `bytes` hold the same frames however they arrive, and no byte more than was there.
pub(crate) fn is_the_same_in_pieces(bytes: &[u8], piece: usize) {
    let at_once = read_all(bytes, usize::MAX);
    let length: usize =
        at_once.0.iter().map(|(_, _, args, context)| 16 + args.len() + context.len()).sum();
    assert!(length <= bytes.len());
    assert_eq!(read_all(bytes, piece), at_once, "in pieces of {piece}");
}

fn read_all(bytes: &[u8], piece: usize) -> Found {
    let mut reader = FrameReader::new(LIMIT);
    let mut frames = Vec::new();
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() {
            assert!(reader.fill(&mut piece).expect("a slice") > 0, "the reader has made no room");
            loop {
                let header = match reader.next() {
                    Ok(Some(header)) => header,
                    Ok(None) => break,
                    Err(error) => return (frames, Err(error)),
                };
                let (arguments, context) = header.split(reader.payload());
                let (arguments, context) = (arguments.to_vec(), context.to_vec());
                let taken = reader.take_payload(&header);
                assert_eq!(taken.bytes(), [&arguments[..], &context].concat());
                frames.push((header.kind as u8, header.call, arguments, context));
            }
        }
    }
    (frames, Ok(()))
}
