//! The caller's side: the future of a remote task.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use super::engine::{BoxFuture, Engine};
use super::envelope::{Envelope, Outcome};
use super::global;
use super::names::{QueueName, TaskId, TaskName};
use super::task::{Options, RemoteTask};
use crate::call::{Timer, poll_detached};
use crate::error::Error;
use crate::error::process::{ProcessError, Side};
use crate::error::remote::RemoteError;
use crate::process::{Context as CallersContext, Outcome as FromReply, Sent, decoded};
use crate::util::run_quietly;

/// The future of a function marked `#[sync_to_async(remote)]`: submits a task when it is first
/// polled, and waits for its result.
///
/// `R` is the return type of the function, a `Result`.
///
/// A task runs *at least once*: again if its worker dies, or loses its connection for longer than
/// its lease. So the function must be safe to repeat, or be marked `at_most_once`.
///
/// # Cancel safety
///
/// Dropping the future cancels the task: one in a queue never runs, and one that runs is stopped if
/// it runs in a worker process. With `on_drop = "detach"` it continues.
///
/// # Errors
///
/// Those of the function, [`Error::Remote`], and [`Error::Process`] for a function that panicked or
/// crashed.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::remote::{Local, Worker};
/// use asyncify_runtime::{Error, sync_to_async};
///
/// #[sync_to_async(remote(name = "area.v1", queue = "shapes"))]
/// fn area(width: u64, height: u64) -> Result<u64, Error> {
///     Ok(width * height)
/// }
///
/// # fn main() -> Result<(), Error> { futures::executor::block_on(async {
/// let engine = Local::new();
/// asyncify_runtime::remote::install(engine.clone())?;
/// let worker = Worker::new(engine).queues(["shapes"]);
/// let caller = async {
///     let id = area(3, 4).id("order-4711").submit().await?;
///     asyncify_runtime::remote::result::<Result<u64, Error>>(&id).await
/// };
/// let area = worker.serve_until_done(caller).await??;
/// assert_eq!(area, 12);
/// # Ok(()) }) }
/// ```
#[must_use = "futures do nothing unless polled"]
pub struct Call<R> {
    state: State,
    result: PhantomData<fn() -> R>,
}

enum State {
    Unsent(Box<Unsent>),
    Waiting(Waiting),
    Finished,
}

struct Unsent {
    /// Or why there will be no call.
    task: Result<(Envelope, Arc<dyn Engine>), Error>,
    timeout: Option<Duration>,
    is_detached: bool,
}

struct Waiting {
    outcome: BoxFuture<'static, Result<Outcome, Error>>,
    timer: Option<(Timer, RemoteError)>,
    /// Cancelled when this is dropped.
    cancel: Option<(Arc<dyn Engine>, TaskId)>,
}

impl<R> Call<R> {
    /// Sets the id of the task. Two tasks with one id are the same task: the second call does not
    /// run the function, and has the result of the first.
    ///
    /// At most 128 ASCII letters, digits, `_` and `-`; anything else is an
    /// [error](RemoteError::Name) of the call.
    pub fn id(self, id: impl Into<String>) -> Self {
        let id = TaskId::new(id);
        self.configure(|unsent| match (&mut unsent.task, id) {
            (Ok((envelope, _)), Ok(id)) => {
                envelope.id = id;
                envelope.anonymous = false;
            }
            (task, Err(error)) => *task = Err(error),
            (Err(_), Ok(_)) => {}
        })
    }

    /// Limits the time of the call as a whole: in the queue, in all attempts, and on the way. After
    /// it the call fails with [`RemoteError::TimedOut`], and the task is stopped or never started.
    ///
    /// The argument `timeout` of the attribute limits one attempt.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.configure(|unsent| unsent.timeout = Some(timeout))
    }

    /// Submits the task without waiting for its result, which [`result`](super::result) returns.
    /// The task is not cancelled by a drop.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the task may be submitted or not.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`] if the engine has not accepted the task, and those of the arguments.
    pub async fn submit(mut self) -> Result<TaskId, Error> {
        let State::Unsent(mut unsent) = std::mem::replace(&mut self.state, State::Finished) else {
            polled()
        };
        drop(self);
        if let Ok((envelope, _)) = &mut unsent.task {
            envelope.anonymous = false;
        }
        let (envelope, engine) = unsent.prepare()?;
        let id = envelope.id.clone();
        engine.submit(envelope).await?;
        Ok(id)
    }

    fn configure(mut self, set: impl FnOnce(&mut Unsent)) -> Self {
        let State::Unsent(unsent) = &mut self.state else { polled() };
        set(unsent);
        self
    }
}

#[cold]
#[track_caller]
fn polled() -> ! {
    panic!("a `Call` cannot be configured after its first poll")
}

impl Unsent {
    /// The task with what is current on this thread, if it can be submitted.
    fn prepare(self) -> Result<(Envelope, Arc<dyn Engine>), Error> {
        let (mut envelope, engine) = self.task?;
        envelope.deadline = self.timeout.and_then(|after| SystemTime::now().checked_add(after));
        envelope.context = CallersContext::capture(global::carrier());
        #[cfg(feature = "tracing")]
        {
            let caller = crate::process::Caller::capture();
            envelope.context.scope = caller.map(|caller| caller.scope());
        }
        let (bytes, limit) = (envelope.arguments.len(), engine.limits().task);
        if bytes > limit {
            let (bytes, limit) = (bytes as u64, limit as u64);
            return Err(RemoteError::TooLarge { side: Side::Caller, bytes, limit }.into());
        }
        Ok((envelope, engine))
    }

    fn send(self) -> Result<Waiting, Error> {
        let (timeout, is_detached) = (self.timeout, self.is_detached);
        let (envelope, engine) = self.prepare()?;
        let task = || envelope.task.to_string();
        let timer =
            timeout.map(|after| (Timer::new(after), RemoteError::TimedOut { task: task(), after }));
        let cancel = (!is_detached).then(|| (engine.clone(), envelope.id.clone()));
        Ok(Waiting { outcome: engine.call(envelope), timer, cancel })
    }
}

impl Waiting {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Outcome, Error>> {
        if let Poll::Ready(outcome) = self.outcome.as_mut().poll(cx) {
            // It is submitted or failed, and nothing is left to cancel, unless that is not known.
            let is_unknown = matches!(outcome, Err(Error::Remote(RemoteError::Unavailable { .. })));
            self.cancel.take_if(|_| !is_unknown);
            return Poll::Ready(outcome);
        }
        let Some((timer, error)) = &mut self.timer else { return Poll::Pending };
        ready!(timer.poll(cx));
        Poll::Ready(Err(error.clone().into()))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some((engine, id)) = self.cancel.take() else { return };
        // An engine is not trusted not to panic.
        run_quietly(|| {
            let cancelled = engine.cancel(id);
            poll_detached(Box::pin(async move { drop(cancelled.await) }));
        });
    }
}

impl<R> Unpin for Call<R> {}

impl<R: FromReply> Future for Call<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let outcome = loop {
            match std::mem::replace(&mut self.state, State::Finished) {
                State::Unsent(unsent) => match unsent.send() {
                    Ok(waiting) => self.state = State::Waiting(waiting),
                    Err(error) => break Err(error),
                },
                State::Waiting(mut waiting) => match waiting.poll(cx) {
                    Poll::Ready(outcome) => break outcome,
                    Poll::Pending => {
                        self.state = State::Waiting(waiting);
                        return Poll::Pending;
                    }
                },
                State::Finished => panic!("`Call` polled after completion"),
            }
        };
        Poll::Ready(outcome.map_or_else(R::failed, Outcome::result))
    }
}

impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl Outcome {
    /// Decodes what the function has returned. `R` is its return type, a `Result`.
    #[must_use]
    pub fn result<R: FromReply>(self) -> R {
        let reply = self.into_result();
        decoded(reply.as_ref().map(|(codec, bytes)| (*codec, &bytes[..])))
    }
}

/// Waits for the result of a task that this or any other program has submitted, while the time to
/// live of the result lasts. `R` is the return type of the function, a `Result`.
///
/// The engine is the [installed](super::install) one; for others there is
/// [`Engine::outcome`](super::Engine::outcome).
///
/// # Cancel safety
///
/// This function is cancel safe: dropping the future only ends the wait.
///
/// # Errors
///
/// As those of [`Call`], and [`RemoteError::NoResult`] if the engine knows no such task.
pub async fn result<R: FromReply>(id: impl AsRef<str>) -> R {
    let outcome = match (global::engine(), TaskId::new(id.as_ref())) {
        (Ok(engine), Ok(id)) => engine.outcome(id).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    outcome.map_or_else(R::failed, Outcome::result)
}

/// Cancels a task that this or any other program has submitted to the [installed](super::install)
/// engine.
///
/// One in a queue never runs, and one that runs is stopped if it runs in a worker process. Its
/// result is [`Error::Cancelled`].
///
/// # Errors
///
/// [`Error::Remote`] if the engine cannot be reached, or the id cannot be one.
pub async fn cancel(id: impl AsRef<str>) -> Result<(), Error> {
    let id = TaskId::new(id.as_ref())?;
    global::engine()?.cancel(id).await
}

/// The arguments of a call, encoded one by one, so that they may be borrowed.
pub struct Arguments {
    task: &'static RemoteTask,
    engine: Result<Arc<dyn Engine>, Error>,
    options: Options,
    bytes: Vec<u8>,
}

impl Arguments {
    /// None yet.
    #[must_use]
    pub fn new(
        task: &'static RemoteTask,
        engine: Result<Arc<dyn Engine>, Error>,
        options: Options,
    ) -> Self {
        Self { task, engine, options, bytes: Vec::new() }
    }

    /// Encodes the next one.
    pub fn push<T: ?Sized + Sent>(&mut self, argument: &T) {
        if self.engine.is_ok() {
            if let Err(detail) = self.options.codec.encode(argument, &mut self.bytes) {
                self.engine = Err(ProcessError::Encode { side: Side::Caller, detail }.into());
            }
        }
    }
}

/// The call with these arguments.
pub fn call<R: FromReply>(arguments: Arguments) -> Call<R> {
    let Arguments { task, engine, options, bytes } = arguments;
    let task = engine.and_then(|engine| {
        let (name, queue) = (TaskName::new(task.name())?, QueueName::new(options.queue)?);
        let mut envelope = Envelope::new(engine.new_id(), name, queue, bytes);
        envelope.anonymous = true;
        envelope.codec = options.codec.byte();
        envelope.timeout = options.timeout;
        envelope.retries = options.retries;
        envelope.backoff = options.backoff;
        envelope.at_most_once = options.at_most_once;
        Ok((envelope, engine))
    });
    let unsent = Unsent { task, timeout: None, is_detached: options.detached };
    Call { state: State::Unsent(Box::new(unsent)), result: PhantomData }
}

/// The engine that a function names.
#[expect(clippy::missing_errors_doc, reason = "for generated code")]
pub fn engine<E: ?Sized + NamedEngine>(engine: &E) -> Result<Arc<dyn Engine>, Error> {
    Ok(engine.share())
}

/// The value of the argument `engine`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an engine for remote tasks",
    label = "must refer to an engine that is `Clone`, such as `asyncify_runtime::remote::Local`",
    note = "of a `LazyLock` named `ENGINE`, write `&*ENGINE`"
)]
pub trait NamedEngine {
    /// Clones it.
    fn share(&self) -> Arc<dyn Engine>;
}

#[diagnostic::do_not_recommend]
impl<E: Engine + Clone> NamedEngine for E {
    fn share(&self) -> Arc<dyn Engine> {
        Arc::new(self.clone())
    }
}
