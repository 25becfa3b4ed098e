//! The main loop of a worker: the handshake, and one call after the other.

use std::any::Any;
use std::io::{self, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::{limits, panics, watchdog};
use crate::error::process::Panic;
use crate::process::arguments::split_task_id;
use crate::process::codec::Codec;
use crate::process::context::{self, Carrier, Context};
use crate::process::hello::{self, Hello, Setup, Token};
use crate::process::locked;
use crate::process::task::{self, Answer, Refusal, Request};
use crate::process::wire::{self, FrameReader, Header, Kind, MAX_CONTEXT, WireError};
use crate::sync::Mutex;
use crate::util::catch;

/// The longest setup.
const MAX_SETUP: usize = 1 << 20;

/// The socket, for writers.
static SOCKET: OnceLock<Mutex<&'static UnixStream>> = OnceLock::new();

/// The configuration of the main loop.
pub(super) struct Options {
    max_payload: usize,
    carrier: Option<&'static Carrier>,
}

/// Keeps the socket for the rest of the process.
pub(super) fn share(socket: UnixStream) -> &'static UnixStream {
    let socket: &'static UnixStream = Box::leak(Box::new(socket));
    let _ = SOCKET.set(Mutex::new(socket));
    socket
}

/// Performs the handshake, and initializes the worker. `None`: the worker is to exit.
pub(super) fn handshake(
    socket: &UnixStream,
    token: Token,
) -> io::Result<Option<(Options, FrameReader)>> {
    send(&hello::frame(Kind::Hello, &Hello::new(token.nonce)))?;
    let mut source = WithDescriptor { socket, received: None };
    let mut reader = FrameReader::new(MAX_SETUP);
    let Some(header) = next_frame(&mut reader, &mut source)? else { return Ok(None) };
    if header.kind != Kind::Setup {
        return Err(protocol_error(format!("{:?} instead of the setup", header.kind)));
    }
    let setup: Setup = rmp_serde::from_slice(reader.payload()).map_err(protocol_error)?;
    limits::apply(&setup)?;
    watchdog::start(socket, source.received.map(UnixStream::from))?;
    panics::install_hook();
    let carrier = match initialize(&setup).and_then(|()| find_carrier(&setup)) {
        Ok(carrier) => carrier,
        Err(detail) => {
            send(&wire::short(Kind::StartFailed, 0, detail.as_bytes()))?;
            return Ok(None);
        }
    };
    #[cfg(feature = "tracing")]
    crate::process::trace::install();
    send(&wire::short(Kind::Ready, 0, &[]))?;
    Ok(Some((Options { max_payload: setup.max_payload, carrier }, reader)))
}

fn initialize(setup: &Setup) -> Result<(), String> {
    let Some(name) = &setup.initializer else { return Ok(()) };
    let Some(initializer) = task::initializer(name) else {
        return Err(format!("this program has no initializer `{name}`"));
    };
    catch(initializer.run).unwrap_or_else(|payload| Err(panics::describe(&*payload).to_string()))
}

fn find_carrier(setup: &Setup) -> Result<Option<&'static Carrier>, String> {
    let Some(name) = &setup.carrier else { return Ok(None) };
    let missing = || format!("this program has no carrier `{name}`");
    context::carrier(name).map(Some).ok_or_else(missing)
}

/// Runs calls until the pool asks the worker to exit.
pub(super) fn run(
    mut socket: &UnixStream,
    mut reader: FrameReader,
    options: &Options,
) -> io::Result<()> {
    reader.set_limit(options.max_payload.saturating_add(MAX_CONTEXT));
    while let Some(header) = next_frame(&mut reader, &mut socket)? {
        match header.kind {
            Kind::Exit => break,
            Kind::Call => {}
            other => return Err(protocol_error(format!("{other:?} instead of a call"))),
        }
        watchdog::set_current(header.call);
        let frame = answer(&header, reader.payload(), options).unwrap_or_else(|frame| frame);
        watchdog::set_current(0);
        send(&frame)?;
    }
    Ok(())
}

/// Runs the function of a call; returns the frame with the answer. `Err`: the function has not
/// returned a result.
fn answer(header: &Header, payload: &[u8], options: &Options) -> Result<Vec<u8>, Vec<u8>> {
    let call = header.call;
    let text = |kind, text: String| wire::short(kind, call, text.as_bytes());
    let undecodable = |detail| text(Kind::Undecodable, detail);
    let panicked = |panic: Panic| {
        let bytes = rmp_serde::to_vec_named(&panic).expect("a struct of plain fields");
        wire::short(Kind::Panicked, call, &bytes)
    };
    let (payload, context) = header.split(payload);
    let context = Context::decode(context).map_err(undecodable)?;
    let (id, arguments) =
        split_task_id(payload).ok_or_else(|| undecodable("a call without a task id".to_owned()))?;
    let task = task::registry().ok().and_then(|tasks| tasks.get(&id));
    let task = task.ok_or_else(|| wire::short(Kind::Unregistered, call, &[]))?;
    let codec = Codec::from_byte(header.codec).map_err(undecodable)?;
    let mut result = None;
    let entered = catch(|| {
        context.enter(options.carrier, &mut || {
            // Caught here, so that the context is left as after a return.
            let run = || task.run(&mut Request::new(arguments, codec, call));
            result = Some(catch(run).map_err(describe));
        });
    });
    entered.map_err(|payload| panicked(describe(payload)))?;
    let Answer(mut frame) = match result.unwrap_or_else(|| Err(not_run())).map_err(panicked)? {
        Ok(answer) => answer,
        Err(Refusal::Undecodable(detail)) => return Err(undecodable(detail)),
        Err(Refusal::Unencodable(detail)) => return Err(text(Kind::Unencodable, detail)),
    };
    wire::seal(&mut frame, options.max_payload).map_err(|error| match error {
        WireError::TooLong { bytes, limit } => {
            let sizes = rmp_serde::to_vec(&(bytes, limit)).expect("two numbers");
            wire::short(Kind::TooLong, call, &sizes)
        }
        other => text(Kind::Unencodable, other.to_string()),
    })?;
    Ok(frame)
}

fn describe(payload: Box<dyn Any + Send>) -> Panic {
    let panic = panics::describe(&*payload);
    crate::util::drop_quietly(payload);
    panic
}

fn not_run() -> Panic {
    let message = "the carrier of the pool has not called the function".to_owned();
    Panic { message: Some(message), location: None, backtrace: None }
}

/// Reads the next frame; `None` at the end of the stream.
fn next_frame(reader: &mut FrameReader, source: &mut impl Read) -> io::Result<Option<Header>> {
    loop {
        if let Some(header) = reader.next().map_err(|error| protocol_error(error.to_string()))? {
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

/// Writes a frame.
pub(crate) fn send(frame: &[u8]) -> io::Result<()> {
    let socket = SOCKET.get().expect("set before the handshake");
    locked(socket).write_all(frame)
}

fn protocol_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A socket that may pass a descriptor along.
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
