//! Frames: the messages between the pool and a worker.
//!
//! A frame is a header of 16 bytes, little endian, and a payload:
//!
//! ```text
//! length u32 | kind u8 | codec u8 | context u16 | call u64 | payload
//! ```
//!
//! The last `context` bytes of the payload of a call are the caller's context; all other frames
//! have none.
//!
//! This module does no I/O of its own. Input is not trusted: a length is checked before memory is
//! allocated for it, and the memory grows with the bytes that have arrived.

use std::fmt;
use std::io::{self, ErrorKind, Read};

/// The size of a header.
pub(crate) const HEADER: usize = 16;

/// The longest context, whatever the limit of arguments.
pub(crate) const MAX_CONTEXT: usize = u16::MAX as usize;

/// The longest payload that is not a result, whatever the limit of results.
pub(crate) const MAX_MESSAGE: usize = 1024 * 1024;

/// A buffer with more capacity is freed after its frame.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;

/// The size of a read when the length of the frame is unknown or short.
const READ_SIZE: usize = 16 * 1024;

/// The memory that is allocated at once for a long frame.
const MAX_FIRST_GROWTH: usize = 1024 * 1024;

/// The type of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pool: the configuration.
    Setup,
    /// Worker: ready for calls.
    Ready,
    /// Pool: the task and arguments of a call.
    Call,
    /// Pool: exit.
    Exit,
    /// Worker: an event of `tracing`.
    Log,
    /// Worker: the result of the function.
    Returned,
    /// Worker: the error of its start or of a call.
    Failed,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Setup, Self::Ready, Self::Call, Self::Exit, Self::Log, Self::Returned, Self::Failed];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WireError {
    UnknownKind(u8),
    Context { bytes: u16, kind: Kind },
    TooLong { bytes: u64, limit: u64 },
}

impl std::error::Error for WireError {}

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

/// Begins a frame; after its payload is appended it must be [sealed](seal).
pub(crate) fn begin(kind: Kind, codec: u8, call: u64) -> Vec<u8> {
    let mut frame = Vec::with_capacity(128);
    frame.extend_from_slice(&0_u32.to_le_bytes());
    frame.extend_from_slice(&[kind as u8, codec, 0, 0]);
    frame.extend_from_slice(&call.to_le_bytes());
    frame
}

/// Appends the context to a call.
pub(crate) fn append_context(frame: &mut Vec<u8>, context: &[u8]) -> Result<(), WireError> {
    let limit = MAX_CONTEXT as u64;
    let too_long = WireError::TooLong { bytes: context.len() as u64, limit };
    let length = u16::try_from(context.len()).map_err(|_| too_long)?;
    frame[6..8].copy_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(context);
    Ok(())
}

/// Writes the length of the payload to the header.
pub(crate) fn seal(frame: &mut [u8], limit: usize) -> Result<(), WireError> {
    let bytes = frame.len() - HEADER;
    let too_long = WireError::TooLong { bytes: bytes as u64, limit: limit as u64 };
    let length = u32::try_from(bytes).ok().filter(|_| bytes <= limit).ok_or(too_long)?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// A complete frame with a short payload, to which no limit applies.
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
    /// The size of the payload.
    length: usize,
    /// The size of the context at its end.
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

    /// Splits the payload of a call into arguments and context.
    pub(crate) fn split<'a>(&self, payload: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        payload.split_at(self.length - self.context)
    }
}

/// An owned payload.
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

/// Splits a stream of bytes into frames.
pub(crate) struct FrameReader {
    /// The bytes that have arrived and are not consumed.
    buffer: Vec<u8>,
    /// For reads of unknown length.
    scratch: Box<[u8; READ_SIZE]>,
    /// The end of the frame that [`next`](Self::next) has returned.
    done: usize,
    limit: usize,
}

impl FrameReader {
    pub(crate) fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), scratch: Box::new([0; READ_SIZE]), done: 0, limit }
    }

    /// Sets the longest payload, from the next frame on.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Reads until there is a frame; `None` at the end of the stream. An invalid frame is
    /// [`InvalidData`](ErrorKind::InvalidData).
    pub(crate) fn read(&mut self, source: &mut impl Read) -> io::Result<Option<Header>> {
        loop {
            let next =
                self.next().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            if next.is_some() {
                return Ok(next);
            }
            match self.fill(source) {
                Ok(0) => return Ok(None),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    /// Reads once, or as much as there is of a long frame; 0 is the end of the stream.
    pub(crate) fn fill(&mut self, source: &mut impl Read) -> io::Result<usize> {
        self.discard();
        match self.header() {
            Ok(Some(header)) if self.missing(&header) > READ_SIZE => {
                self.fill_long(source, &header)
            }
            _ => {
                let read = source.read(&mut self.scratch[..])?;
                self.buffer.extend_from_slice(&self.scratch[..read]);
                Ok(read)
            }
        }
    }

    /// Reads into the buffer itself, which is not zeroed. It grows to a moderate size at once, and
    /// then by doubling.
    fn fill_long(&mut self, source: &mut impl Read, header: &Header) -> io::Result<usize> {
        let missing = self.missing(header);
        let before = self.buffer.len();
        self.buffer.reserve(missing.min(MAX_FIRST_GROWTH));
        match source.take(missing as u64).read_to_end(&mut self.buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock && self.buffer.len() > before => {
                Ok(self.buffer.len() - before)
            }
            result => result,
        }
    }

    /// The next frame, if it is complete. Its payload is valid until the next call of any method
    /// but [`payload`](Self::payload).
    pub(crate) fn next(&mut self) -> Result<Option<Header>, WireError> {
        self.discard();
        let Some(header) = self.header()? else { return Ok(None) };
        if self.missing(&header) > 0 {
            return Ok(None);
        }
        self.done = HEADER + header.length;
        Ok(Some(header))
    }

    /// The payload of the frame that [`next`](Self::next) has returned.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.buffer[HEADER.min(self.done)..self.done]
    }

    /// The same, owned; a long payload is not copied.
    pub(crate) fn take_payload(&mut self, header: &Header) -> Payload {
        let codec = header.codec;
        if self.done < MAX_IDLE_CAPACITY || self.buffer.len() > self.done {
            return Payload { bytes: self.payload().to_vec(), start: 0, codec };
        }
        self.done = 0;
        Payload { bytes: std::mem::take(&mut self.buffer), start: HEADER, codec }
    }

    fn header(&self) -> Result<Option<Header>, WireError> {
        let Some(bytes) = self.buffer.first_chunk() else { return Ok(None) };
        Header::parse(bytes, self.limit).map(Some)
    }

    /// The number of bytes of the first frame that have not arrived.
    fn missing(&self, header: &Header) -> usize {
        (HEADER + header.length).saturating_sub(self.buffer.len())
    }

    /// Drops the frame that [`next`](Self::next) has returned.
    fn discard(&mut self) {
        let done = std::mem::take(&mut self.done);
        self.buffer.drain(..done);
        if self.buffer.is_empty() && self.buffer.capacity() > MAX_IDLE_CAPACITY {
            self.buffer = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests;
