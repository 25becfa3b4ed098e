//! A worker's life: the greeting, and one call after the other.

use std::io::{self, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::{limits, panics, watchdog};
use crate::process::call::split_arguments;
use crate::process::codec::Codec;
use crate::process::hello::{self, Hello, Setup, Token};
use crate::process::task::{self, Answer, Refusal, Request};
use crate::process::wire::{self, FrameReader, Kind, WireError};
use crate::util::catch;

/// A setup is short; what comes behind it has its own limit.
const LONGEST_SETUP: usize = 1 << 20;

/// Says hello, and makes ready as the pool wishes. `None`: it wishes nothing any more.
pub(super) fn greet(socket: &UnixStream, token: Token) -> io::Result<Option<(Setup, FrameReader)>> {
    send(socket, &hello::frame(Kind::Hello, &Hello::new(token.nonce)))?;
    let mut source = WithDescriptor { socket, received: None };
    let mut reader = FrameReader::new(LONGEST_SETUP);
    let Some(header) = next_frame(&mut reader, &mut source)? else { return Ok(None) };
    if header.kind != Kind::Setup {
        return Err(nonsense(format!("{:?} instead of a setup", header.kind)));
    }
    let setup: Setup = rmp_serde::from_slice(reader.payload()).map_err(nonsense)?;
    limits::apply(&setup)?;
    watchdog::start(socket, source.received.map(UnixStream::from))?;
    panics::install_hook();
    if let Err(detail) = initialize(&setup) {
        send(socket, &wire::short(Kind::StartFailed, 0, detail.as_bytes()))?;
        return Ok(None);
    }
    send(socket, &wire::short(Kind::Ready, 0, &[]))?;
    Ok(Some((setup, reader)))
}

fn initialize(setup: &Setup) -> Result<(), String> {
    let Some(name) = &setup.initializer else { return Ok(()) };
    let Some(initializer) = task::initializer(name) else {
        return Err(format!("this program has no initializer `{name}`"));
    };
    catch(initializer.run).unwrap_or_else(|payload| Err(panics::describe(&*payload).to_string()))
}

/// Runs calls until the pool wants no more.
pub(super) fn run(
    mut socket: &UnixStream,
    mut reader: FrameReader,
    setup: &Setup,
) -> io::Result<()> {
    reader.set_limit(setup.max_payload);
    while let Some(header) = next_frame(&mut reader, &mut socket)? {
        match header.kind {
            Kind::Leave => break,
            Kind::Call => {}
            other => return Err(nonsense(format!("{other:?} instead of a call"))),
        }
        watchdog::set_current(header.call);
        let frame = answer(reader.payload(), header.codec, header.call, setup.max_payload);
        watchdog::set_current(0);
        send(socket, &frame)?;
    }
    Ok(())
}

/// Runs the function, and puts what came of it into a frame.
fn answer(payload: &[u8], codec: u8, call: u64, limit: usize) -> Vec<u8> {
    let text = |kind, text: String| wire::short(kind, call, text.as_bytes());
    let Some((id, arguments)) = split_arguments(payload) else {
        return text(Kind::Undecodable, "a call without a task".to_owned());
    };
    let Some(task) = task::registry().ok().and_then(|tasks| tasks.get(&id)) else {
        return wire::short(Kind::Unregistered, call, &[]);
    };
    let codec = match Codec::from_byte(codec) {
        Ok(codec) => codec,
        Err(detail) => return text(Kind::Undecodable, detail),
    };
    let mut frame = match catch(|| task.run(&mut Request::new(arguments, codec, call))) {
        Ok(Ok(Answer(frame))) => frame,
        Ok(Err(Refusal::Undecodable(detail))) => return text(Kind::Undecodable, detail),
        Ok(Err(Refusal::Unencodable(detail))) => return text(Kind::Unencodable, detail),
        Err(payload) => {
            let panic = panics::describe(&*payload);
            crate::util::drop_quietly(payload);
            let bytes = rmp_serde::to_vec_named(&panic).expect("a struct of plain fields");
            return wire::short(Kind::Panicked, call, &bytes);
        }
    };
    match wire::seal(&mut frame, limit) {
        Ok(()) => frame,
        Err(WireError::TooLong { bytes, limit }) => {
            let sizes = rmp_serde::to_vec(&(bytes, limit)).expect("two numbers");
            wire::short(Kind::TooLong, call, &sizes)
        }
        Err(other) => text(Kind::Unencodable, other.to_string()),
    }
}

/// Reads the next frame; `None` at the end of the socket.
fn next_frame(
    reader: &mut FrameReader,
    source: &mut impl Read,
) -> io::Result<Option<wire::Header>> {
    loop {
        if let Some(header) = reader.next().map_err(|error| nonsense(error.to_string()))? {
            return Ok(Some(header));
        }
        match reader.fill(source) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn send(mut socket: &UnixStream, frame: &[u8]) -> io::Result<()> {
    socket.write_all(frame)
}

fn nonsense(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A socket that may bring a descriptor along.
struct WithDescriptor<'a> {
    socket: &'a UnixStream,
    received: Option<OwnedFd>,
}

impl Read for WithDescriptor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(buffer)];
        let flags = RecvFlags::CMSG_CLOEXEC;
        let message = rustix::net::recvmsg(self.socket, &mut parts, &mut ancillary, flags)?;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.received = descriptors.last();
            }
        }
        Ok(message.bytes)
    }
}
