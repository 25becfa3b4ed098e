//! The main loop of a worker: its setup, and one call at a time.

use std::io::{self, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::panics::{self, describe};
use super::{limits, watchdog};
use crate::error::process::{Panic, ProcessError, Side};
use crate::process::arguments::{split_task_id, too_large};
use crate::process::codec::Codec;
use crate::process::context::{self, Carrier, Context};
use crate::process::locked;
use crate::process::setup::{self, Setup};
use crate::process::task::{self, Request, undecodable};
use crate::process::wire::{self, FrameReader, Header, Kind, MAX_CONTEXT};
use crate::sync::Mutex;
use crate::util::catch;

/// The longest setup.
const MAX_SETUP: usize = 1 << 20;

/// The socket, for writers.
static SOCKET: OnceLock<Mutex<&'static UnixStream>> = OnceLock::new();

/// Keeps the socket for the rest of the process.
pub(super) fn share(socket: UnixStream) -> &'static UnixStream {
    let socket: &'static UnixStream = Box::leak(Box::new(socket));
    let _ = SOCKET.set(Mutex::new(socket));
    socket
}

/// A worker that is ready for calls.
pub(super) struct Ready {
    reader: FrameReader,
    max_payload: usize,
    carrier: Option<&'static Carrier>,
}

/// Receives the setup, and initializes the worker. `None`: the worker is to exit.
pub(super) fn set_up(socket: &UnixStream) -> io::Result<Option<Ready>> {
    let mut source = WithDescriptor { socket, received: None };
    let mut reader = FrameReader::new(MAX_SETUP);
    let Some(header) = reader.read(&mut source)? else { return Ok(None) };
    if header.kind != Kind::Setup {
        return Err(protocol_error(format!("{:?} instead of the setup", header.kind)));
    }
    let setup: Setup = rmp_serde::from_slice(reader.payload()).map_err(protocol_error)?;
    limits::apply(&setup)?;
    watchdog::start(socket, source.received.map(UnixStream::from))?;
    panics::install_hook();
    let carrier = match initialize(&setup) {
        Ok(carrier) => carrier,
        Err(error) => {
            send(&setup::message(Kind::Failed, 0, &error))?;
            return Ok(None);
        }
    };
    #[cfg(feature = "tracing")]
    crate::process::trace::install();
    send(&wire::short(Kind::Ready, 0, &[]))?;
    reader.set_limit(setup.max_payload.saturating_add(MAX_CONTEXT));
    Ok(Some(Ready { reader, max_payload: setup.max_payload, carrier }))
}

/// Runs the initializer, and finds the carrier.
fn initialize(setup: &Setup) -> Result<Option<&'static Carrier>, ProcessError> {
    setup.check_program()?;
    let failed = |detail| {
        let detail = format!("the initializer failed: {detail}");
        ProcessError::Start { attempts: 1, detail }
    };
    if let Some(name) = &setup.initializer {
        let initializer = task::initializer(name)
            .ok_or_else(|| failed(format!("this program has no initializer `{name}`")))?;
        catch(initializer.run)
            .unwrap_or_else(|payload| Err(describe(payload).to_string()))
            .map_err(failed)?;
    }
    let Some(name) = &setup.carrier else { return Ok(None) };
    let carrier = context::carrier(name);
    carrier.map(Some).ok_or_else(|| failed(format!("this program has no carrier `{name}`")))
}

/// Runs calls until the pool asks the worker to exit.
pub(super) fn run(mut socket: &UnixStream, ready: Ready) -> io::Result<()> {
    let Ready { mut reader, max_payload, carrier } = ready;
    while let Some(header) = reader.read(&mut socket)? {
        match header.kind {
            Kind::Exit => break,
            Kind::Call => {}
            other => return Err(protocol_error(format!("{other:?} instead of a call"))),
        }
        watchdog::set_current(header.call);
        let frame = answer(&header, reader.payload(), carrier)
            .and_then(|mut frame| {
                let sealed = wire::seal(&mut frame, max_payload);
                sealed.map(|()| frame).map_err(|error| too_large(error, Side::Worker))
            })
            .unwrap_or_else(|error| setup::message(Kind::Failed, header.call, &error));
        watchdog::set_current(0);
        send(&frame)?;
    }
    Ok(())
}

/// Runs the function of a call; returns the unsealed frame with its result.
fn answer(
    header: &Header,
    payload: &[u8],
    carrier: Option<&Carrier>,
) -> Result<Vec<u8>, ProcessError> {
    let (payload, context) = header.split(payload);
    let context = Context::decode(context).map_err(undecodable)?;
    let (id, arguments) =
        split_task_id(payload).ok_or_else(|| undecodable("a call without a task id".to_owned()))?;
    let task = task::registry().ok().and_then(|tasks| tasks.get(&id));
    // Only the pool knows its name.
    let task = task.ok_or(ProcessError::Unregistered { task: String::new() })?;
    let codec = Codec::from_byte(header.codec).map_err(undecodable)?;
    let mut result = None;
    let entered = catch(|| {
        context.enter(carrier, &mut || {
            // Caught here, so that the context is left as after a return.
            let run = || task.run(&mut Request::new(arguments, codec, header.call));
            result = Some(catch(run).map_err(describe));
        });
    });
    entered.map_err(|payload| ProcessError::Panicked(describe(payload)))?;
    let result = result.unwrap_or_else(|| Err(not_run())).map_err(ProcessError::Panicked)?;
    Ok(result?.0)
}

fn not_run() -> Panic {
    let message = "the carrier of the pool has not called the function".to_owned();
    Panic { message: Some(message), location: None, backtrace: None }
}

/// Writes a frame.
pub(crate) fn send(frame: &[u8]) -> io::Result<()> {
    let socket = SOCKET.get().expect("set before the setup");
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
