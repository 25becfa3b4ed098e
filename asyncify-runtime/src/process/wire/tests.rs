//! The reader against every cut of good frames, and against bytes from a seeded generator.

use super::*;

#[path = "check.rs"]
mod check;

const LIMIT: usize = 4 << 20;

fn frame(kind: Kind, call: u64, payload: &[u8]) -> Vec<u8> {
    short(kind, call, payload)
}

/// Feeds `bytes` in pieces of `piece` and collects what comes out.
fn read_all(bytes: &[u8], piece: usize) -> Result<Vec<(Kind, u64, Vec<u8>)>, WireError> {
    let mut reader = FrameReader::new(LIMIT);
    let mut found = Vec::new();
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() {
            assert!(reader.fill(&mut piece).unwrap() > 0, "the reader has made no room");
            while let Some(header) = reader.next()? {
                found.push((header.kind, header.call, reader.payload().to_vec()));
            }
        }
    }
    Ok(found)
}

#[test]
fn frames_survive_every_cut() {
    let long: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let frames =
        [(Kind::Call, 1, &b"abc"[..]), (Kind::Returned, u64::MAX, &[]), (Kind::Log, 7, &long)];
    let bytes: Vec<u8> =
        frames.iter().flat_map(|(kind, call, payload)| frame(*kind, *call, payload)).collect();
    let expected: Vec<_> =
        frames.iter().map(|(kind, call, payload)| (*kind, *call, payload.to_vec())).collect();
    for piece in [1, 2, 15, 16, 17, 18, 4096, bytes.len()] {
        assert_eq!(read_all(&bytes, piece).unwrap(), expected, "in pieces of {piece}");
    }
}

#[test]
fn a_taken_payload_is_whole_short_or_long() {
    for length in [0, 5, MAX_IDLE_CAPACITY - HEADER, MAX_IDLE_CAPACITY, LIMIT] {
        let payload = vec![9; length];
        let bytes = frame(Kind::Returned, 3, &payload);
        for tail in [&[][..], &frame(Kind::Exit, 0, &[])] {
            let bytes = [&bytes[..], tail].concat();
            let mut source = &bytes[..];
            let mut reader = FrameReader::new(LIMIT);
            let header = loop {
                reader.fill(&mut source).unwrap();
                if let Some(header) = reader.next().unwrap() {
                    break header;
                }
            };
            assert_eq!(reader.take_payload(&header).bytes(), payload);
            while reader.fill(&mut source).unwrap() > 0 {}
            assert_eq!(reader.next().unwrap().is_some(), !tail.is_empty());
        }
    }
}

#[test]
fn an_absurd_length_is_refused_before_memory_is_taken() {
    let mut bytes = frame(Kind::Call, 1, &[]);
    bytes[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut reader = FrameReader::new(LIMIT);
    reader.fill(&mut &bytes[..]).unwrap();
    let limit = LIMIT as u64;
    assert_eq!(reader.next(), Err(WireError::TooLong { bytes: u64::from(u32::MAX), limit }));
    assert!(reader.buffer.capacity() <= READ_SIZE);
}

#[test]
fn an_announced_length_is_not_allocated_before_it_arrives() {
    let mut bytes = frame(Kind::Call, 1, &[1; 100]);
    bytes[..4].copy_from_slice(&u32::try_from(LIMIT).unwrap().to_le_bytes());
    let mut reader = FrameReader::new(LIMIT);
    let mut source = &bytes[..];
    while reader.fill(&mut source).unwrap() > 0 {}
    assert_eq!(reader.next(), Ok(None));
    assert_eq!(reader.buffer.len(), bytes.len());
    assert!(reader.buffer.capacity() <= 2 * MAX_FIRST_GROWTH);
}

#[test]
fn unknown_kinds_and_contexts_beyond_the_payload_are_refused() {
    let mut bytes = frame(Kind::Call, 1, &[]);
    bytes[4] = 200;
    assert_eq!(read_all(&bytes, 16), Err(WireError::UnknownKind(200)));
    bytes[4] = Kind::Call as u8;
    bytes[7] = 1;
    let error = WireError::Context { bytes: 0x100, kind: Kind::Call };
    assert_eq!(read_all(&bytes, 16), Err(error));
}

#[test]
fn the_context_of_a_call_is_told_from_its_arguments() {
    let mut frame = begin(Kind::Call, 0, 1);
    frame.extend_from_slice(b"arguments");
    append_context(&mut frame, b"context").unwrap();
    seal(&mut frame, LIMIT).unwrap();
    let mut reader = FrameReader::new(LIMIT);
    reader.fill(&mut &frame[..]).unwrap();
    let header = reader.next().unwrap().unwrap();
    assert_eq!(header.split(reader.payload()), (&b"arguments"[..], &b"context"[..]));

    let bytes = MAX_CONTEXT as u64 + 1;
    let limit = MAX_CONTEXT as u64;
    let too_long = append_context(&mut frame, &vec![0; MAX_CONTEXT + 1]);
    assert_eq!(too_long, Err(WireError::TooLong { bytes, limit }));
}

#[test]
fn only_calls_have_a_context() {
    let mut bytes = frame(Kind::Returned, 1, &[0; 300]);
    bytes[6] = 2;
    let error = WireError::Context { bytes: 2, kind: Kind::Returned };
    assert_eq!(read_all(&bytes, 400), Err(error));
}

#[test]
fn a_payload_beyond_the_limit_cannot_be_sealed() {
    let mut frame = begin(Kind::Call, 0, 1);
    frame.extend_from_slice(&[0; 11]);
    assert_eq!(seal(&mut frame, 10), Err(WireError::TooLong { bytes: 11, limit: 10 }));
    assert_eq!(seal(&mut frame, 11), Ok(()));
}

/// xorshift: the same bytes on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// As often short as long.
    fn of_any_size(&mut self) -> usize {
        let bits = self.below(16);
        self.below(1 << bits)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// Good frames, some of them damaged in one place, in pieces of any size: the reader gives exactly
/// the frames before the damage that can be seen, and then errs, waits, or reads on, but never
/// panics and never takes more memory than has arrived.
#[test]
fn damaged_streams_end_in_an_error_or_in_frames() {
    let rounds = if cfg!(miri) { 50 } else { 20_000 };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut refused = 0;
    for _ in 0..rounds {
        let sent: Vec<_> = (0..random.below(5))
            .map(|_| {
                let payload = vec![0xa5; random.below(300)];
                frame(Kind::ALL[random.below(Kind::ALL.len())], random.next(), &payload)
            })
            .collect();
        let mut bytes = sent.concat();
        let damage = (!bytes.is_empty() && random.below(2) == 0).then(|| random.below(bytes.len()));
        if let Some(place) = damage {
            bytes[place] ^= 1 << random.below(8);
        }
        let cut = random.below(bytes.len() + 1);
        let whole = |sent: &Vec<Vec<u8>>| {
            let ends = sent.iter().scan(0, |end, frame| {
                *end += frame.len();
                Some(*end)
            });
            ends.filter(|end| *end <= cut && damage.is_none_or(|place| *end <= place)).count()
        };
        let mut reader = FrameReader::new(1000);
        let mut source = &bytes[..cut];
        let mut found = 0;
        let ended = loop {
            let piece = source.len().min(1 + random.below(200));
            let (mut now, later) = source.split_at(piece);
            match reader.fill(&mut now) {
                Ok(0) => break Ok(()),
                Ok(read) => assert_eq!(read, piece, "there was room for a short piece"),
                Err(error) => unreachable!("a slice cannot fail: {error}"),
            }
            source = later;
            assert!(reader.buffer.capacity() <= 4 * 1000);
            match reader.by_ref_frames() {
                Ok(frames) => found += frames,
                Err(error) => break Err(error),
            }
        };
        refused += usize::from(ended.is_err());
        if ended.is_ok() {
            assert!(found >= whole(&sent));
        }
        if damage.is_none() {
            assert_eq!((ended, found), (Ok(()), whole(&sent)));
        }
    }
    assert!(refused > rounds / 100, "the damage was seen");
}

/// As the fuzzer does it, from a seed: bytes that look like headers often enough.
#[test]
fn random_bytes_hold_the_same_frames_however_they_arrive() {
    let rounds = if cfg!(miri) { 20 } else { 5_000 };
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..rounds {
        let mut bytes = Vec::new();
        for _ in 0..random.below(6) {
            let kind = u8::try_from(random.below(Kind::ALL.len() + 1)).unwrap();
            let length = random.of_any_size();
            let has_context = random.below(8) == 0;
            let context = if has_context { random.of_any_size() } else { 0 };
            bytes.extend_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
            bytes.extend_from_slice(&[kind, 0]);
            bytes.extend_from_slice(&u16::try_from(context).unwrap().to_le_bytes());
            bytes.extend_from_slice(&random.next().to_le_bytes());
            bytes.extend((0..length).map(|_| random.next().to_le_bytes()[0]));
        }
        bytes.truncate(random.below(bytes.len() + 1).max(bytes.len() / 2));
        check::is_the_same_in_pieces(&bytes, 1 + random.below(3000));
    }
}

impl FrameReader {
    /// Cuts out all frames that are whole, and counts them.
    fn by_ref_frames(&mut self) -> Result<usize, WireError> {
        let mut count = 0;
        while self.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}
