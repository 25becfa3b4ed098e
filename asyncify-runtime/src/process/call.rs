//! One call: its states, and the future that awaits it.
//!
//! ```text
//!          first poll         a worker takes it        reply
//! Unsent ------------> Queued ----------------> Running ----> Replied
//!                        ^                         |
//!                        +--- its worker died, ----+
//!                             before reading it
//! ```
//!
//! Each transition is one method. The future makes the first one, and the last to `Finished`; the
//! second one is made by the thread that writes the call to a worker, the others by the manager or
//! the thread that empties the queue. A call whose arguments could not be encoded begins as
//! `Replied`. The future of a detached call may be dropped without a transition. Wakers are cloned,
//! dropped and woken without the lock, since they run code of the user.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use super::codec::Codec;
use super::context::Context as CallersContext;
#[cfg(feature = "remote")]
use super::context::Headers;
use super::link::Link;
use super::locked;
use super::pool::Pool;
use super::shared::Shared;
use super::task::{Outcome, Task};
use super::wire::{self, HEADER, Payload};
use crate::error::Error;
use crate::error::process::{ProcessError, Side};
use crate::sync::Mutex;
use crate::util::{drop_quietly, wake_all};

pub(crate) type Reply = Result<Payload, Error>;

/// A call, shared by its future and, between `Unsent` and `Replied`, by the pool.
pub(crate) struct Call {
    pub(crate) task: &'static Task,
    pub(crate) id: u64,
    /// Kept until the end, in case its worker dies before it has read it.
    pub(crate) frame: Vec<u8>,
    /// Overrides the pool's.
    pub(crate) timeout: Option<Duration>,
    detached: bool,
    /// The headers of a caller on another machine, in place of those of this thread.
    #[cfg(feature = "remote")]
    headers: Option<Headers>,
    /// Receives the events of the function.
    #[cfg(feature = "tracing")]
    caller: Option<super::trace::Caller>,
    progress: Mutex<Progress>,
}

struct Progress {
    state: State,
    waker: Option<Waker>,
    queued_at: Instant,
    requeued: bool,
}

enum State {
    Unsent(Pool),
    Queued(Arc<Shared>),
    Running(Arc<Shared>, Arc<Link>),
    Replied(Reply),
    Finished,
}

impl Call {
    /// A call on `pool`; one that cannot be made has its reply already.
    pub(crate) fn new(
        task: &'static Task,
        id: u64,
        frame: Vec<u8>,
        timeout: Option<Duration>,
        detached: bool,
        pool: Result<Pool, Error>,
    ) -> Self {
        let state = pool.map_or_else(|error| State::Replied(Err(error)), State::Unsent);
        let progress = Progress { state, waker: None, queued_at: Instant::now(), requeued: false };
        Self {
            task,
            id,
            frame,
            timeout,
            detached,
            #[cfg(feature = "remote")]
            headers: None,
            #[cfg(feature = "tracing")]
            caller: None,
            progress: Mutex::new(progress),
        }
    }

    /// Passes these headers on, instead of the context of the thread that polls it first.
    #[cfg(feature = "remote")]
    pub(crate) fn with_headers(self, headers: Option<Headers>) -> Self {
        Self { headers, ..self }
    }

    /// The bytes of its arguments.
    pub(crate) fn size(&self) -> u64 {
        (self.frame.len() - HEADER) as u64
    }

    /// Gives an event of the function to the caller's subscriber.
    #[cfg(feature = "tracing")]
    pub(crate) fn log(&self, event: &[u8]) {
        if let Some(caller) = &self.caller {
            caller.log(event);
        }
    }

    /// `Queued` to `Running`: how long it was queued, or `None` if it was cancelled.
    pub(crate) fn start(&self, link: &Arc<Link>) -> Option<Duration> {
        let mut progress = locked(&self.progress);
        let State::Queued(shared) = &progress.state else { return None };
        progress.state = State::Running(shared.clone(), link.clone());
        Some(progress.queued_at.elapsed())
    }

    /// `Running` to `Queued`; false the second time.
    pub(crate) fn requeue(&self) -> bool {
        let mut progress = locked(&self.progress);
        if let State::Running(shared, _) = &progress.state {
            progress.state = State::Queued(shared.clone());
        }
        !std::mem::replace(&mut progress.requeued, true)
    }

    /// `Queued` or `Running` to `Replied`; no effect once it is cancelled.
    pub(crate) fn complete(&self, reply: Reply) {
        let mut progress = locked(&self.progress);
        if let State::Queued(_) | State::Running(..) = progress.state {
            progress.state = State::Replied(reply);
            let waker = progress.waker.take();
            drop(progress);
            wake_all(waker);
        }
    }

    /// Any state to `Finished`, and what it was before.
    fn finish(&self) -> State {
        let mut progress = locked(&self.progress);
        let waker = progress.waker.take();
        let state = std::mem::replace(&mut progress.state, State::Finished);
        drop(progress);
        drop_quietly(waker);
        state
    }

    /// Sends it at the first poll, and then waits for the reply.
    fn poll(self: &mut Arc<Self>, waker: Waker) -> Poll<Reply> {
        let mut progress = locked(&self.progress);
        if let State::Queued(_) | State::Running(..) = progress.state {
            let previous = progress.waker.replace(waker);
            drop(progress);
            drop_quietly(previous);
            return Poll::Pending;
        }
        drop(progress);
        // Only the future itself leaves these states.
        match self.finish() {
            State::Replied(reply) => {
                drop_quietly(waker);
                Poll::Ready(reply)
            }
            State::Unsent(pool) => match self.send(&pool, waker) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            _ => panic!("`ProcessCall` polled after completion"),
        }
    }

    /// `Unsent` to `Queued`, with what is current on this thread.
    fn send(self: &mut Arc<Self>, pool: &Pool, waker: Waker) -> Result<(), Error> {
        let unshared = Arc::get_mut(self).expect("shared when it is queued");
        unshared.capture_context(pool)?;
        let mut progress = locked(&self.progress);
        progress.state = State::Queued(pool.shared().clone());
        progress.waker = Some(waker);
        progress.queued_at = Instant::now();
        drop(progress);
        pool.shared().submit(self).inspect_err(|_| drop(self.finish()))
    }

    /// Appends the caller's context to the frame.
    fn capture_context(&mut self, pool: &Pool) -> Result<(), Error> {
        let of_this_thread = || CallersContext::capture(pool.shared().config.carrier.as_ref());
        #[cfg(feature = "remote")]
        let mut of_this_thread =
            || self.headers.take().map_or_else(of_this_thread, CallersContext::with_headers);
        #[cfg_attr(not(feature = "tracing"), expect(unused_mut, reason = "it has no span"))]
        let mut context = of_this_thread();
        #[cfg(feature = "tracing")]
        {
            self.caller = super::trace::Caller::capture();
            context.scope = self.caller.as_ref().map(super::trace::Caller::scope);
        }
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

    /// The future is dropped.
    fn abandon(self: &Arc<Self>) {
        if self.detached {
            let waker = locked(&self.progress).waker.take();
            return drop_quietly(waker);
        }
        match self.finish() {
            State::Queued(shared) => shared.remove_queued(self),
            State::Running(shared, link) => {
                shared.count_cancelled();
                link.cancel(self);
            }
            State::Unsent(_) | State::Replied(_) | State::Finished => {}
        }
    }
}

/// Sends a call when it is first polled, and cancels it when it is dropped.
pub(crate) struct RawCall(Arc<Call>);

impl RawCall {
    pub(crate) fn new(call: Call) -> Self {
        Self(Arc::new(call))
    }
}

impl Future for RawCall {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        self.0.poll(cx.waker().clone())
    }
}

impl Drop for RawCall {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// The future of a call in a worker process: sends it when it is first polled, and cancels it when
/// it is dropped.
#[must_use = "futures do nothing unless polled"]
pub struct ProcessCall<R> {
    call: RawCall,
    result: PhantomData<fn() -> R>,
}

impl<R> ProcessCall<R> {
    pub(super) fn new(call: Call) -> Self {
        Self { call: RawCall::new(call), result: PhantomData }
    }
}

impl<R: Outcome> Future for ProcessCall<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let reply = ready!(Pin::new(&mut self.call).poll(cx));
        Poll::Ready(decoded(reply.as_ref().map(|payload| (payload.codec, payload.bytes()))))
    }
}

/// The result of a function, or its error for a call that has none.
pub(crate) fn decoded<R: Outcome>(reply: Result<(u8, &[u8]), &Error>) -> R {
    let decoded = reply.map_err(Clone::clone).and_then(|(codec, bytes)| {
        Codec::from_byte(codec)
            .and_then(|codec| R::decode(codec, bytes))
            .map_err(|detail| ProcessError::Decode { side: Side::Caller, detail }.into())
    });
    decoded.unwrap_or_else(R::failed)
}

impl<R> fmt::Debug for ProcessCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessCall").finish_non_exhaustive()
    }
}
