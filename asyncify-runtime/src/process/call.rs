//! One call: its encoded arguments, where it is, and the future that awaits it.

#![expect(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "what is public here is for generated code"
)]

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::codec::Codec;
use super::context::Context as CallersContext;
use super::error::{ProcessError, Side};
use super::link::Link;
use super::pool::Pool;
use super::shared::Shared;
use super::task::{Outcome, Sent, Task};
use super::wire::{self, HEADER, Kind, Payload, WireError};
use super::{id, locked};
use crate::error::Error;
use crate::sync::Mutex;
use crate::util::{drop_quietly, wake_all};

pub(crate) type Reply = Result<Payload, Error>;

/// A call, shared by its future and whoever has it: the queue, or the link to a worker.
pub(crate) struct Call {
    pub(crate) task: &'static Task,
    pub(crate) id: u64,
    /// Kept until the end, in case that the worker dies before it has read it.
    pub(crate) frame: Vec<u8>,
    /// What the function says; otherwise the pool's.
    pub(crate) timeout: Option<Duration>,
    /// Who listens to its log.
    #[cfg(feature = "tracing")]
    caller: Option<super::trace::Caller>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    waker: Option<Waker>,
    since: Instant,
    retried: bool,
}

enum Phase {
    /// With the future alone, or in the queue.
    Waiting,
    Running(Arc<Link>),
    Ended(Reply),
    /// The result was taken, or nobody will come for it.
    Over,
}

impl Call {
    /// Takes along what is current on this thread.
    fn capture(&mut self, pool: &Pool) -> Result<(), Error> {
        #[cfg(feature = "tracing")]
        {
            self.caller = super::trace::Caller::capture();
        }
        let context = CallersContext::capture(
            &pool.shared().config,
            #[cfg(feature = "tracing")]
            self.caller.as_ref(),
        );
        let context = context.encode();
        if context.is_empty() {
            return Ok(());
        }
        wire::append_context(&mut self.frame, &context)
            .and_then(|()| wire::seal(&mut self.frame, u32::MAX as usize))
            .map_err(|error| {
                let detail = format!("the caller's context makes {error}");
                ProcessError::Encode { side: Side::Caller, detail }.into()
            })
    }

    /// An event of the function's has come.
    #[cfg(feature = "tracing")]
    pub(crate) fn log(&self, event: &[u8]) {
        if let Some(caller) = &self.caller {
            caller.log(event);
        }
    }

    /// Marks it as run by `link`. `None` if its caller has gone; otherwise how long it has waited.
    pub(crate) fn run_by(&self, link: &Arc<Link>) -> Option<Duration> {
        let mut state = locked(&self.state);
        match state.phase {
            Phase::Waiting => {
                state.phase = Phase::Running(link.clone());
                Some(state.since.elapsed())
            }
            _ => None,
        }
    }

    /// Takes it back from a worker that has not read it: false the second time.
    pub(crate) fn run_again(&self) -> bool {
        let mut state = locked(&self.state);
        if std::mem::replace(&mut state.retried, true) {
            return false;
        }
        if let Phase::Running(_) = state.phase {
            state.phase = Phase::Waiting;
        }
        true
    }

    /// The bytes of arguments, for the books.
    pub(crate) fn size(&self) -> u64 {
        (self.frame.len() - HEADER) as u64
    }

    /// Its caller waits from now on.
    fn awaited_by(&self, waker: Waker) {
        let mut state = locked(&self.state);
        state.waker = Some(waker);
        state.since = Instant::now();
    }

    /// Ends it, unless its caller has gone.
    pub(crate) fn complete(&self, reply: Reply) {
        let mut state = locked(&self.state);
        if let Phase::Over | Phase::Ended(_) = state.phase {
            return;
        }
        state.phase = Phase::Ended(reply);
        let waker = state.waker.take();
        drop(state);
        wake_all(waker);
    }
}

/// What a function says about its calls.
#[derive(Clone, Copy)]
pub struct Options {
    codec: Codec,
    timeout: Option<Duration>,
    detached: bool,
}

impl Options {
    /// The defaults.
    pub const fn new() -> Self {
        Self { codec: Codec::MessagePack, timeout: None, detached: false }
    }

    /// How long it may run, instead of what the pool says.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// It runs on when its caller is dropped.
    pub const fn detached(self) -> Self {
        Self { detached: true, ..self }
    }

    /// The other format.
    #[cfg(feature = "postcard")]
    pub const fn postcard(self) -> Self {
        Self { codec: Codec::Postcard, ..self }
    }
}

/// A call under construction: its arguments are encoded one by one, and may thus be borrowed.
pub struct Arguments {
    task: &'static Task,
    pool: Result<Pool, Error>,
    options: Options,
    id: u64,
    frame: Vec<u8>,
    /// What went wrong first.
    failed: Option<String>,
}

impl Arguments {
    /// None yet.
    pub fn new(task: &'static Task, pool: Result<Pool, Error>, options: Options) -> Self {
        let id = id::next();
        let mut frame = wire::begin(Kind::Call, options.codec.byte(), id);
        frame.extend_from_slice(&task.id().to_le_bytes());
        Self { task, pool, options, id, frame, failed: None }
    }

    /// Encodes the next one.
    pub fn push<T: ?Sized + Sent>(&mut self, argument: &T) {
        if self.failed.is_none() {
            self.failed = self.options.codec.encode(argument, &mut self.frame).err();
        }
    }

    /// All of them are there.
    fn into_exchange(self) -> Result<Exchange, Error> {
        let Self { task, pool, options, id, mut frame, failed } = self;
        let pool = pool?;
        if let Some(detail) = failed {
            return Err(ProcessError::Encode { side: Side::Caller, detail }.into());
        }
        wire::seal(&mut frame, pool.max_payload()).map_err(|error| match error {
            WireError::TooLong { bytes, limit } => {
                ProcessError::TooLarge { side: Side::Caller, bytes, limit }
            }
            other => ProcessError::Protocol { detail: other.to_string() },
        })?;
        let state =
            State { phase: Phase::Waiting, waker: None, since: Instant::now(), retried: false };
        let timeout = options.timeout;
        let call = Call {
            task,
            id,
            frame,
            timeout,
            #[cfg(feature = "tracing")]
            caller: None,
            state: Mutex::new(state),
        };
        Ok(Exchange::Unsent { pool, call: Arc::new(call), detached: options.detached })
    }
}

/// The pool that a function names.
pub fn pool(pool: &Pool) -> Result<Pool, Error> {
    Ok(pool.clone())
}

/// The pool of a function that names none.
pub fn global() -> Result<Pool, Error> {
    super::global::global().cloned()
}

/// The call that these arguments are for.
pub fn call<R: Outcome>(arguments: Arguments) -> ProcessCall<R> {
    let exchange = arguments.into_exchange().unwrap_or_else(Exchange::Failed);
    ProcessCall { exchange, result: PhantomData }
}

/// The future of a call in a worker process: sends it when it is first polled.
#[must_use = "futures do nothing unless polled"]
pub struct ProcessCall<R> {
    exchange: Exchange,
    result: PhantomData<fn() -> R>,
}

/// The arguments of a call frame: which task, and what for.
pub(crate) fn split_arguments(payload: &[u8]) -> Option<(u64, &[u8])> {
    let (id, arguments) = payload.split_first_chunk()?;
    Some((u64::from_le_bytes(*id), arguments))
}

impl<R: Outcome> Future for ProcessCall<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let Poll::Ready(reply) = self.exchange.poll(cx) else { return Poll::Pending };
        let decoded = reply.and_then(|payload| {
            Codec::from_byte(payload.codec)
                .and_then(|codec| R::decode(codec, payload.bytes()))
                .map_err(|detail| ProcessError::Decode { side: Side::Caller, detail }.into())
        });
        Poll::Ready(decoded.unwrap_or_else(R::failed))
    }
}

impl<R> fmt::Debug for ProcessCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessCall").finish_non_exhaustive()
    }
}

/// The part of the future that no type concerns.
enum Exchange {
    Failed(Error),
    Unsent { pool: Pool, call: Arc<Call>, detached: bool },
    Sent(Ticket),
    Done,
}

impl Exchange {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Reply> {
        let mut ticket = match std::mem::replace(self, Self::Done) {
            Self::Failed(error) => return Poll::Ready(Err(error)),
            Self::Unsent { pool, mut call, detached } => {
                if let Some(call) = Arc::get_mut(&mut call) {
                    call.capture(&pool)?;
                }
                call.awaited_by(cx.waker().clone());
                pool.shared().submit(&call)?;
                Ticket { shared: pool.shared().clone(), call, detached }
            }
            Self::Sent(ticket) => ticket,
            Self::Done => panic!("`ProcessCall` polled after completion"),
        };
        let reply = ticket.poll(cx);
        if reply.is_pending() {
            *self = Self::Sent(ticket);
        }
        reply
    }
}

/// A call that somebody awaits. Dropping it cancels the call.
struct Ticket {
    shared: Arc<Shared>,
    call: Arc<Call>,
    detached: bool,
}

impl Ticket {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Reply> {
        // Wakers are cloned and dropped by code of the user's, so before and behind the lock.
        let waker = cx.waker().clone();
        let mut state = locked(&self.call.state);
        let unused = match std::mem::replace(&mut state.phase, Phase::Over) {
            Phase::Ended(reply) => {
                drop(state);
                drop_quietly(waker);
                return Poll::Ready(reply);
            }
            phase => {
                state.phase = phase;
                state.waker.replace(waker)
            }
        };
        drop(state);
        drop_quietly(unused);
        Poll::Pending
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = locked(&self.call.state);
        let waker = state.waker.take();
        let goes_on = self.detached && !matches!(state.phase, Phase::Ended(_));
        let phase = (!goes_on).then(|| std::mem::replace(&mut state.phase, Phase::Over));
        drop(state);
        drop_quietly(waker);
        let Some(phase) = phase else { return };
        match phase {
            Phase::Waiting => self.shared.withdraw(&self.call),
            Phase::Running(link) => {
                self.shared.count_cancelled();
                link.abandon(&self.call);
            }
            Phase::Ended(_) | Phase::Over => {}
        }
    }
}
