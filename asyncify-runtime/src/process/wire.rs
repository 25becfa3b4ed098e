//! Frames: what passes between the pool and a worker.
//!
//! A frame is a header of 16 bytes, little endian, and a payload:
//!
//! ```text
//! length u32 | kind u8 | codec u8 | context u16 | call u64 | payload
//! ```
//!
//! The last `context` bytes of a call's payload are not arguments but what the function is to see
//! of its caller; all other frames have none.
//!
//! This file is pure: it knows bytes, no sockets. What arrives is never trusted: a length is
//! judged before anything is allocated for it, and memory grows with what has arrived, not with
//! what was announced.

use std::fmt;
use std::io::{self, ErrorKind, Read};

/// The bytes before a payload.
pub(crate) const HEADER: usize = 16;

/// What may come behind arguments of any length.
pub(crate) const LONGEST_CONTEXT: usize = u16::MAX as usize;

/// What a worker may say that is no result, whatever its results are limited to.
pub(crate) const LONGEST_WORDS: usize = 1024 * 1024;

/// A buffer that grew beyond this is given back after its frame.
const KEPT: usize = 256 * 1024;

/// What a reader asks for at first.
const FIRST_READ: usize = 16 * 1024;

/// What it takes at once for a frame that says that it is so long.
const FIRST_GROWTH: usize = 1024 * 1024;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Worker: here I am, of this version, with these tasks.
    Hello,
    /// Pool: work under these conditions.
    Setup,
    /// Worker: ready for calls.
    Ready,
    /// Worker: the initializer failed; a text.
    StartFailed,
    /// Pool: run this task with these arguments.
    Call,
    /// Worker: the function returned this.
    Returned,
    /// Worker: the function panicked.
    Panicked,
    /// Worker: the arguments could not be decoded; a text.
    Undecodable,
    /// Worker: the result could not be encoded; a text.
    Unencodable,
    /// Worker: the result is longer than the pool takes; its length and the limit.
    TooLong,
    /// Worker: there is no such task here.
    Unregistered,
    /// Worker: an event of the function's, for the pool's log.
    Log,
    /// Pool: no more calls will come.
    Leave,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Hello,
        Self::Setup,
        Self::Ready,
        Self::StartFailed,
        Self::Call,
        Self::Returned,
        Self::Panicked,
        Self::Undecodable,
        Self::Unencodable,
        Self::TooLong,
        Self::Unregistered,
        Self::Log,
        Self::Leave,
    ];

    /// Whether it ends a call.
    pub(crate) fn is_answer(self) -> bool {
        matches!(
            self,
            Self::Returned
                | Self::Panicked
                | Self::Undecodable
                | Self::Unencodable
                | Self::TooLong
                | Self::Unregistered
        )
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Why bytes are no frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WireError {
    UnknownKind(u8),
    Context { bytes: u16, kind: Kind },
    TooLong { bytes: u64, limit: u64 },
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind(kind) => write!(f, "a frame of the unknown kind {kind}"),
            Self::Context { bytes, kind } => {
                write!(f, "a frame of the kind {kind:?} with {bytes} bytes of context")
            }
            Self::TooLong { bytes, limit } => {
                write!(f, "a frame of {bytes} bytes, where {limit} are allowed")
            }
        }
    }
}

/// Begins a frame: the payload is appended to it, then it is [sealed](seal).
pub(crate) fn begin(kind: Kind, codec: u8, call: u64) -> Vec<u8> {
    let mut frame = Vec::with_capacity(128);
    frame.extend_from_slice(&0_u32.to_le_bytes());
    frame.extend_from_slice(&[kind as u8, codec, 0, 0]);
    frame.extend_from_slice(&call.to_le_bytes());
    frame
}

/// Appends the context to a call that has none. `Err`: it is too long.
pub(crate) fn append_context(frame: &mut Vec<u8>, context: &[u8]) -> Result<(), WireError> {
    let limit = LONGEST_CONTEXT as u64;
    let too_long = WireError::TooLong { bytes: context.len() as u64, limit };
    let length = u16::try_from(context.len()).map_err(|_| too_long)?;
    frame[6..8].copy_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(context);
    Ok(())
}

/// Writes the length of the payload into the header.
pub(crate) fn seal(frame: &mut [u8], limit: usize) -> Result<(), WireError> {
    let bytes = frame.len() - HEADER;
    let too_long = WireError::TooLong { bytes: bytes as u64, limit: limit as u64 };
    let length = u32::try_from(bytes).ok().filter(|_| bytes <= limit).ok_or(too_long)?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// A whole frame with a short payload of ours, which no limit concerns.
pub(crate) fn short(kind: Kind, call: u64, payload: &[u8]) -> Vec<u8> {
    let mut frame = begin(kind, 0, call);
    frame.extend_from_slice(payload);
    seal(&mut frame, u32::MAX as usize).expect("a short payload");
    frame
}

/// A parsed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) codec: u8,
    pub(crate) call: u64,
    /// Of the payload.
    length: usize,
    /// Of its end that is context.
    context: usize,
}

impl Header {
    fn parse(bytes: &[u8; HEADER], limit: usize) -> Result<Self, WireError> {
        let [l0, l1, l2, l3, kind, codec, c0, c1, call @ ..] = *bytes;
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        let kind = Kind::from_byte(kind).ok_or(WireError::UnknownKind(kind))?;
        if length > limit {
            return Err(WireError::TooLong { bytes: length as u64, limit: limit as u64 });
        }
        let bytes = u16::from_le_bytes([c0, c1]);
        let context = usize::from(bytes);
        if context > length || (context > 0 && kind != Kind::Call) {
            return Err(WireError::Context { bytes, kind });
        }
        Ok(Self { kind, codec, call: u64::from_le_bytes(call), length, context })
    }

    /// Tells the arguments of a call from their context.
    pub(crate) fn split<'a>(&self, payload: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        payload.split_at(self.length - self.context)
    }
}

/// A payload on its own.
pub(crate) struct Payload {
    bytes: Vec<u8>,
    start: usize,
    pub(crate) codec: u8,
}

impl Payload {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// Collects bytes and cuts frames out of them.
pub(crate) struct FrameReader {
    /// What has arrived and was not discarded.
    buffer: Vec<u8>,
    /// Where a read ends up of which nobody knows how much it brings.
    scratch: Box<[u8; FIRST_READ]>,
    /// The end of the frame that was cut out last.
    done: usize,
    limit: usize,
}

impl FrameReader {
    pub(crate) fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), scratch: Box::new([0; FIRST_READ]), done: 0, limit }
    }

    /// What is allowed from the next frame on.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Reads once, or the rest of a long frame as far as it is there; 0 means that nothing will
    /// come any more.
    pub(crate) fn fill(&mut self, source: &mut impl Read) -> io::Result<usize> {
        self.discard();
        match self.header() {
            Ok(Some(header)) if self.missing(&header) > FIRST_READ => {
                self.fill_long(source, &header)
            }
            _ => {
                let read = source.read(&mut self.scratch[..])?;
                self.buffer.extend_from_slice(&self.scratch[..read]);
                Ok(read)
            }
        }
    }

    /// Straight to where it stays, without memory that is zeroed first. Room is made at once for
    /// what is cheap, and then twice of what has arrived.
    fn fill_long(&mut self, source: &mut impl Read, header: &Header) -> io::Result<usize> {
        let missing = self.missing(header);
        let before = self.buffer.len();
        self.buffer.reserve(missing.min(FIRST_GROWTH));
        match source.take(missing as u64).read_to_end(&mut self.buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock && self.buffer.len() > before => {
                Ok(self.buffer.len() - before)
            }
            result => result,
        }
    }

    /// Cuts out the next frame, when all of it is there. It stays readable until the next call of
    /// anything but [`payload`](Self::payload).
    pub(crate) fn next(&mut self) -> Result<Option<Header>, WireError> {
        self.discard();
        let Some(header) = self.header()? else { return Ok(None) };
        if self.missing(&header) > 0 {
            return Ok(None);
        }
        self.done = HEADER + header.length;
        Ok(Some(header))
    }

    /// The payload of the frame that [`next`](Self::next) has given.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.buffer[HEADER.min(self.done)..self.done]
    }

    /// The same for keeps; a long one is not copied.
    pub(crate) fn take_payload(&mut self, header: &Header) -> Payload {
        let codec = header.codec;
        if self.done < KEPT || self.buffer.len() > self.done {
            return Payload { bytes: self.payload().to_vec(), start: 0, codec };
        }
        self.done = 0;
        Payload { bytes: std::mem::take(&mut self.buffer), start: HEADER, codec }
    }

    fn header(&self) -> Result<Option<Header>, WireError> {
        let Some(bytes) = self.buffer.first_chunk() else { return Ok(None) };
        Header::parse(bytes, self.limit).map(Some)
    }

    /// How much of the first frame has not arrived.
    fn missing(&self, header: &Header) -> usize {
        (HEADER + header.length).saturating_sub(self.buffer.len())
    }

    /// Drops the frame that was cut out last.
    fn discard(&mut self) {
        let done = std::mem::take(&mut self.done);
        self.buffer.drain(..done);
        if self.buffer.is_empty() && self.buffer.capacity() > KEPT {
            self.buffer = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests;
