//! What an engine does: it keeps tasks in queues, delivers them to workers, and keeps outcomes.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::envelope::{Envelope, Outcome};
use super::names::{QueueName, TaskId};
use crate::error::Error;

/// A boxed future, so that engines can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Keeps tasks in queues, delivers them to workers, and keeps their outcomes for a time to live.
///
/// An engine is a handle: its futures own what they need, and it may be used from any thread.
/// Futures must not require a particular async runtime to be polled; an engine that needs one
/// enters it itself.
///
/// # What an engine guarantees
///
/// - A task that [`submit`](Self::submit) or [`call`](Self::call) has accepted is delivered until
///   it is [settled](Delivery::settle), even if workers, callers or the engine's own server die.
/// - It is delivered to one worker at a time, whose *lease* lasts for [`Delivery::lease`] and is
///   renewed by [`Delivery::progress`]. When the lease ends the task is delivered again, with the
///   next [attempt](Delivery::attempt).
/// - A task with an outcome is not delivered again. So a redelivery after the outcome was stored,
///   and before that was acknowledged, does not run the task twice.
/// - An id that is already known is the same task: it is not stored again.
/// - The first outcome that is stored for a task is its outcome.
///
/// Retries, back-off, time-outs and deadlines are decided by [`Worker`](super); an engine only
/// carries out a [`Settlement`].
///
/// # Errors
///
/// All methods return [`RemoteError`](super::RemoteError)s in [`Error::Remote`]:
/// [`Unavailable`](super::RemoteError::Unavailable) if the engine cannot be reached now,
/// [`Denied`](super::RemoteError::Denied) if it refuses the credentials, and others that are named
/// where they belong. Errors contain no secrets.
pub trait Engine: Debug + Send + Sync + 'static {
    /// The sizes that the engine can store. Callers and workers check them before they encode an
    /// envelope or outcome.
    fn limits(&self) -> Limits;

    /// A new id, for a task whose caller has chosen none. No other task of the engine has it or
    /// will get it.
    ///
    /// An engine that sends outcomes by id can make ids that say where the caller waits.
    fn new_id(&self) -> TaskId {
        TaskId::random()
    }

    /// Stores a task. Completes when it is stored durably.
    ///
    /// If the error is `Unavailable` the task may be stored nevertheless; submitting it again with
    /// its id is safe.
    ///
    /// # Errors
    ///
    /// [`StoreFull`](super::RemoteError::StoreFull) if there is no room.
    fn submit(&self, task: Envelope) -> BoxFuture<'static, Result<Submitted, Error>>;

    /// Stores a task, and waits for its outcome.
    ///
    /// The same as [`submit`](Self::submit) followed by [`outcome`](Self::outcome), except that an
    /// engine can have the outcome sent directly. Dropping the future ends the wait and frees what
    /// it holds; it does not cancel the task.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    fn call(&self, task: Envelope) -> BoxFuture<'static, Result<Outcome, Error>>;

    /// Waits for the outcome of a task that any process has submitted.
    ///
    /// # Errors
    ///
    /// [`NoResult`](super::RemoteError::NoResult) if the engine knows no such task, for example
    /// because the time to live of its outcome is over.
    fn outcome(&self, id: TaskId) -> BoxFuture<'static, Result<Outcome, Error>>;

    /// Cancels a task.
    ///
    /// One in a queue gets the outcome [`Error::Cancelled`] and is not delivered any more. For one
    /// that runs, [`Delivery::cancelled`] completes. One with an outcome, and an unknown one, are
    /// left as they are.
    ///
    /// If the future of a call is dropped, this future is polled to its end on some thread.
    fn cancel(&self, id: TaskId) -> BoxFuture<'static, Result<(), Error>>;

    /// Connects a worker to its queues.
    ///
    /// # Errors
    ///
    /// [`Layout`](super::RemoteError::Layout) if what is stored belongs to another version of the
    /// engine.
    fn consume(&self, options: Consume) -> BoxFuture<'static, Result<Box<dyn Deliveries>, Error>>;
}

/// So that an engine can be chosen at run time, as an `Arc<dyn Engine>`.
impl<E: ?Sized + Engine> Engine for Arc<E> {
    fn limits(&self) -> Limits {
        (**self).limits()
    }

    fn new_id(&self) -> TaskId {
        (**self).new_id()
    }

    fn submit(&self, task: Envelope) -> BoxFuture<'static, Result<Submitted, Error>> {
        (**self).submit(task)
    }

    fn call(&self, task: Envelope) -> BoxFuture<'static, Result<Outcome, Error>> {
        (**self).call(task)
    }

    fn outcome(&self, id: TaskId) -> BoxFuture<'static, Result<Outcome, Error>> {
        (**self).outcome(id)
    }

    fn cancel(&self, id: TaskId) -> BoxFuture<'static, Result<(), Error>> {
        (**self).cancel(id)
    }

    fn consume(&self, options: Consume) -> BoxFuture<'static, Result<Box<dyn Deliveries>, Error>> {
        (**self).consume(options)
    }
}

/// The deliveries to one worker.
pub trait Deliveries: Send {
    /// Waits for the next task. The worker calls it only while it can start one.
    ///
    /// An error is for the worker to report; it calls `next` again after a pause, so an engine that
    /// reconnects by itself may wait instead.
    ///
    /// # Cancel safety
    ///
    /// Must be cancel safe: dropping the future loses no delivery.
    fn next(&mut self) -> BoxFuture<'_, Result<Box<dyn Delivery>, Error>>;

    /// Stops pulling, and gives back what was pulled and not returned by [`next`](Self::next).
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), Error>>;
}

/// A task with a lease.
///
/// If it is dropped without being settled its lease ends, at once or when its time is over.
pub trait Delivery: Send + Sync {
    /// The task.
    fn envelope(&self) -> &Envelope;

    /// Which delivery of the task it is, from 1. A delivery that was given back need not count.
    fn attempt(&self) -> u32;

    /// The time until the lease ends, if it is not renewed. The worker renews it every third of
    /// that.
    fn lease(&self) -> Duration;

    /// Renews the lease.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`](super::RemoteError::LeaseLost) if the task was given to another worker; this
    /// one then stops the task if it can.
    fn progress(&self) -> BoxFuture<'_, Result<(), Error>>;

    /// Completes when the task is [cancelled](Engine::cancel), and never otherwise.
    ///
    /// # Cancel safety
    ///
    /// Must be cancel safe.
    fn cancelled(&self) -> BoxFuture<'_, ()>;

    /// Acknowledges the task, so that it is not delivered again. Called before the function of an
    /// [`at_most_once`](Envelope::at_most_once) task starts, and then the only settlement that
    /// follows is [`Complete`](Settlement::Complete).
    ///
    /// # Errors
    ///
    /// If it fails the function is not run.
    fn acknowledge(&self) -> BoxFuture<'_, Result<(), Error>>;

    /// Ends the delivery. Completes when that is durable.
    ///
    /// If it fails with `Unavailable` the worker repeats it with the same settlement while the
    /// lease may last, so it must not matter if the first time took effect.
    fn settle<'a>(&'a self, how: &'a Settlement) -> BoxFuture<'a, Result<(), Error>>;
}

/// How a delivery ends.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// The task is done: store the outcome, send it to the caller, then acknowledge the task.
    Complete(Outcome),
    /// Deliver the task again after a time, as the next attempt.
    Retry {
        /// The time.
        after: Duration,
    },
    /// Deliver the task again at once, if possible as the same attempt: the worker has not begun
    /// it.
    GiveBack,
    /// The task has failed for good: store it as a [`DeadLetter`](super::DeadLetter), then as
    /// `Complete`.
    Dead(Outcome),
}

/// What became of a submitted task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is stored.
    New,
    /// The engine knows its id already, so it is that task.
    Duplicate,
}

/// The sizes that an engine can store, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest [encoded](Envelope::encode) task.
    pub task: usize,
    /// The longest [encoded](Outcome::encode) outcome. At least 16 KiB, so that an error always
    /// fits.
    pub outcome: usize,
}

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consume {
    /// The name of the worker, for reports. Names need not be unique.
    pub worker: String,
    /// The queues that it takes tasks from.
    pub queues: Vec<QueueName>,
    /// How many tasks it runs at a time.
    pub concurrency: usize,
}
