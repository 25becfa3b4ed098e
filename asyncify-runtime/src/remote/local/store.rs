//! What a local engine stores: a state machine without I/O, clock and wake-ups of its own.
//!
//! ```text
//!                pull                 settle: Complete, Dead
//! Queued ----------------> Leased ---------------------------> Done ---> forgotten after its time
//!   ^                        |
//!   +------ its lease ends --+
//!   +-------- Delayed <------+ settle: Retry
//! ```
//!
//! Each task that is queued, delayed or leased has a *ticket*, a new one in each state, by which a
//! delivery knows whether the lease is still its own.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::Config;
use crate::cancel::CancellationToken;
use crate::error::Error;
use crate::error::process::Side;
use crate::error::remote::RemoteError;
use crate::remote::engine::Submitted;
use crate::remote::envelope::{DeadLetter, Envelope, Outcome};
use crate::remote::names::{QueueName, TaskId};
use crate::util::wait_queue::Event;

/// What a record takes beside its arguments and its result, roughly.
const OVERHEAD: usize = 512;

pub(super) struct Store {
    config: Config,
    records: HashMap<TaskId, Record>,
    queues: HashMap<QueueName, BTreeMap<u64, TaskId>>,
    /// The ends of leases and of the times before retries.
    due: BTreeMap<(Instant, u64), TaskId>,
    /// The ends of the times to live of outcomes, in order.
    expiring: VecDeque<(Instant, u64, TaskId)>,
    dead: BTreeMap<u64, DeadLetter>,
    next_ticket: u64,
    /// The total size of the records.
    bytes: usize,
}

struct Record {
    envelope: Arc<Envelope>,
    attempts: u32,
    ticket: u64,
    phase: Phase,
    /// The caller of an anonymous task is gone.
    is_abandoned: bool,
    /// Notified when it is done.
    done: Arc<Event>,
    bytes: usize,
}

enum Phase {
    Queued,
    Delayed {
        until: Instant,
    },
    /// `until`: `None` if it was acknowledged.
    Leased {
        until: Option<Instant>,
        cancelled: CancellationToken,
    },
    Done(Outcome),
}

/// A task that was pulled.
pub(super) struct Pulled {
    pub(super) envelope: Arc<Envelope>,
    pub(super) attempt: u32,
    pub(super) ticket: u64,
    pub(super) cancelled: CancellationToken,
}

/// The outcome, or the event that is notified when there is one.
pub(super) enum Wait {
    Done(Result<Outcome, Error>),
    Pending(Arc<Event>),
}

/// The waiters to notify of a change, after the lock is released.
#[must_use]
#[derive(Default)]
pub(super) struct Changed {
    done: Option<Arc<Event>>,
    cancelled: Option<CancellationToken>,
    pub(super) is_queued: bool,
}

impl Changed {
    pub(super) fn notify(self) {
        if let Some(done) = self.done {
            done.notify_all();
        }
        if let Some(cancelled) = self.cancelled {
            cancelled.cancel();
        }
    }
}

impl Store {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            records: HashMap::new(),
            queues: HashMap::new(),
            due: BTreeMap::new(),
            expiring: VecDeque::new(),
            dead: BTreeMap::new(),
            next_ticket: 0,
            bytes: 0,
        }
    }

    // Callers.

    pub(super) fn submit(&mut self, task: Envelope, now: Instant) -> Result<Submitted, Error> {
        self.forget_expired(now);
        if self.records.contains_key(&task.id) {
            return Ok(Submitted::Duplicate);
        }
        let bytes = task.arguments.len();
        let limit = self.config.limits.task;
        if bytes > limit {
            let (bytes, limit) = (bytes as u64, limit as u64);
            return Err(RemoteError::TooLarge { side: Side::Caller, bytes, limit }.into());
        }
        let bytes = size_of(&task);
        self.check_capacity(bytes)?;
        self.insert(task, bytes);
        Ok(Submitted::New)
    }

    fn insert(&mut self, task: Envelope, bytes: usize) {
        self.bytes += bytes;
        let id = task.id.clone();
        let record = Record {
            envelope: Arc::new(task),
            attempts: 0,
            ticket: 0,
            phase: Phase::Queued,
            is_abandoned: false,
            done: Arc::default(),
            bytes,
        };
        self.records.insert(id.clone(), record);
        self.enqueue(&id);
    }

    fn check_capacity(&self, bytes: usize) -> Result<(), Error> {
        let capacity = self.config.capacity;
        if self.bytes.saturating_add(bytes) <= capacity {
            return Ok(());
        }
        let detail = format!("its capacity is {capacity} bytes, of which {} are used", self.bytes);
        Err(RemoteError::StoreFull { detail }.into())
    }

    pub(super) fn outcome(&mut self, id: &TaskId, now: Instant) -> Wait {
        self.forget_expired(now);
        match self.records.get(id) {
            None => Wait::Done(Err(RemoteError::no_result(id).into())),
            Some(Record { phase: Phase::Done(outcome), .. }) => Wait::Done(Ok(outcome.clone())),
            Some(record) => Wait::Pending(record.done.clone()),
        }
    }

    /// The caller of `call` no longer waits.
    pub(super) fn abandon(&mut self, id: &TaskId) {
        let Some(record) = self.records.get_mut(id) else { return };
        record.is_abandoned = record.envelope.anonymous;
        if record.is_abandoned && matches!(record.phase, Phase::Done(_)) {
            self.forget(id);
        }
    }

    pub(super) fn cancel(&mut self, id: &TaskId, now: Instant) -> Changed {
        match self.records.get(id).map(|record| &record.phase) {
            Some(Phase::Queued | Phase::Delayed { .. }) => {
                self.complete(id, Outcome::failed(Error::Cancelled), now)
            }
            Some(Phase::Leased { cancelled, .. }) => {
                Changed { cancelled: Some(cancelled.clone()), ..Changed::default() }
            }
            Some(Phase::Done(_)) | None => Changed::default(),
        }
    }

    // Workers.

    /// Leases the first task of the queue.
    pub(super) fn pull(&mut self, queue: &QueueName, now: Instant) -> Option<Pulled> {
        let (_, id) = self.queues.get_mut(queue)?.pop_first()?;
        let ticket = self.ticket();
        let until = later(now, self.config.lease);
        let cancelled = CancellationToken::new();
        let record = self.records.get_mut(&id).expect("a queued task has a record");
        record.attempts += 1;
        record.ticket = ticket;
        record.phase = Phase::Leased { until: Some(until), cancelled: cancelled.clone() };
        let (envelope, attempt) = (record.envelope.clone(), record.attempts);
        self.due.insert((until, ticket), id);
        Some(Pulled { envelope, attempt, ticket, cancelled })
    }

    /// Queues the tasks whose lease, or time before a retry, has ended.
    pub(super) fn release_due(&mut self, now: Instant) {
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= now) {
            let id = entry.get().clone();
            self.enqueue(&id);
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Renews a lease; with `None` it does not end.
    pub(super) fn renew(
        &mut self,
        id: &TaskId,
        ticket: u64,
        until: Option<Instant>,
    ) -> Result<(), Error> {
        let record = self.records.get_mut(id).filter(|record| record.ticket == ticket);
        let Some(Record { phase: Phase::Leased { until: end, .. }, .. }) = record else {
            return Err(RemoteError::LeaseLost.into());
        };
        if let Some(end) = std::mem::replace(end, until) {
            self.due.remove(&(end, ticket));
        }
        if let Some(until) = until {
            self.due.insert((until, ticket), id.clone());
        }
        Ok(())
    }

    /// Stores an outcome, if there is none.
    pub(super) fn settle(
        &mut self,
        id: &TaskId,
        outcome: &Outcome,
        is_dead: bool,
        now: Instant,
    ) -> Result<Changed, Error> {
        let Some(record) = self.records.get(id) else { return Ok(Changed::default()) };
        if matches!(record.phase, Phase::Done(_)) {
            return Ok(Changed::default());
        }
        let bytes = outcome.result_len();
        let limit = self.config.limits.outcome;
        if bytes > limit {
            let (bytes, limit) = (bytes as u64, limit as u64);
            return Err(RemoteError::TooLarge { side: Side::Worker, bytes, limit }.into());
        }
        if !record.envelope.anonymous && outcome.error().is_none() {
            self.check_capacity((bytes + OVERHEAD).saturating_sub(record.bytes))?;
        }
        if is_dead {
            let (envelope, attempts) = (Envelope::clone(&record.envelope), record.attempts);
            let error = outcome.error().cloned().unwrap_or(Error::Cancelled);
            let letter = DeadLetter::new(envelope, error, attempts, SystemTime::now());
            self.bytes += size_of(&letter.envelope);
            let ticket = self.ticket();
            self.dead.insert(ticket, letter);
        }
        Ok(self.complete(id, outcome.clone(), now))
    }

    fn complete(&mut self, id: &TaskId, outcome: Outcome, now: Instant) -> Changed {
        self.detach(id);
        let ticket = self.ticket();
        let Some(record) = self.records.get_mut(id) else { return Changed::default() };
        let bytes = outcome.result_len() + OVERHEAD;
        self.bytes = self.bytes + bytes - std::mem::replace(&mut record.bytes, bytes);
        record.ticket = ticket;
        // Another worker may still run it, although its lease has ended; its ticket is no longer
        // valid.
        record.phase = Phase::Done(outcome);
        // The arguments are not needed any more.
        record.envelope = Arc::new(record.envelope.without_arguments());
        let done = Some(record.done.clone());
        if record.is_abandoned {
            self.forget(id);
        } else {
            let end = later(now, self.config.result_ttl);
            self.expiring.push_back((end, ticket, id.clone()));
        }
        Changed { done, ..Changed::default() }
    }

    /// Ends a lease without an outcome; no effect if it has ended before.
    pub(super) fn give_back(&mut self, id: &TaskId, ticket: u64, end: LeaseEnd) -> Changed {
        let record = self.records.get_mut(id).filter(|record| record.ticket == ticket);
        let Some(record) = record.filter(|record| matches!(record.phase, Phase::Leased { .. }))
        else {
            return Changed::default();
        };
        if let LeaseEnd::Retry(until) = end {
            self.detach(id);
            let ticket = self.ticket();
            let record = self.records.get_mut(id).expect("seen above");
            record.ticket = ticket;
            record.phase = Phase::Delayed { until };
            self.due.insert((until, ticket), id.clone());
        } else {
            if matches!(end, LeaseEnd::NotBegun) {
                record.attempts -= 1;
            }
            self.enqueue(id);
        }
        Changed { is_queued: true, ..Changed::default() }
    }

    /// The number of records, and their total size.
    #[cfg(test)]
    pub(super) fn used(&self) -> (usize, usize) {
        (self.records.len(), self.bytes)
    }

    // Dead letters.

    pub(super) fn dead_letters(&self) -> Vec<DeadLetter> {
        self.dead.values().cloned().collect()
    }

    pub(super) fn replay(&mut self, id: &TaskId) -> Result<(), Error> {
        let mut letter = self.take_letter(id).ok_or_else(|| RemoteError::no_result(id))?;
        self.forget(id);
        letter.envelope.deadline = None;
        let bytes = size_of(&letter.envelope);
        self.insert(letter.envelope, bytes);
        Ok(())
    }

    pub(super) fn purge(&mut self, id: &TaskId) -> bool {
        self.take_letter(id).is_some()
    }

    fn take_letter(&mut self, id: &TaskId) -> Option<DeadLetter> {
        let ticket = *self.dead.iter().find(|(_, letter)| letter.envelope.id == *id)?.0;
        let letter = self.dead.remove(&ticket)?;
        self.bytes -= size_of(&letter.envelope);
        Some(letter)
    }

    // Records.

    fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Puts a task at the end of its queue, wherever it is now.
    fn enqueue(&mut self, id: &TaskId) {
        self.detach(id);
        let ticket = self.ticket();
        let record = self.records.get_mut(id).expect("only tasks with a record are queued");
        record.ticket = ticket;
        record.phase = Phase::Queued;
        let queue = record.envelope.queue.clone();
        self.queues.entry(queue).or_default().insert(ticket, id.clone());
    }

    /// Takes a task out of the queue or the list that it is in.
    fn detach(&mut self, id: &TaskId) {
        let Some(record) = self.records.get(id) else { return };
        match record.phase {
            Phase::Queued => {
                if let Some(queue) = self.queues.get_mut(&record.envelope.queue) {
                    queue.remove(&record.ticket);
                    if queue.is_empty() {
                        self.queues.remove(&record.envelope.queue);
                    }
                }
            }
            Phase::Delayed { until } | Phase::Leased { until: Some(until), .. } => {
                self.due.remove(&(until, record.ticket));
            }
            Phase::Leased { until: None, .. } | Phase::Done(_) => {}
        }
    }

    fn forget(&mut self, id: &TaskId) {
        self.detach(id);
        if let Some(record) = self.records.remove(id) {
            self.bytes -= record.bytes;
        }
    }

    /// Forgets the outcomes whose time to live is over.
    fn forget_expired(&mut self, now: Instant) {
        while self.expiring.front().is_some_and(|(at, ..)| *at <= now) {
            let Some((_, ticket, id)) = self.expiring.pop_front() else { return };
            if self.records.get(&id).is_some_and(|record| record.ticket == ticket) {
                self.forget(&id);
            }
        }
    }
}

/// How a lease ends without an outcome.
#[derive(Clone, Copy)]
pub(super) enum LeaseEnd {
    NotBegun,
    Dropped,
    Retry(Instant),
}

/// A time after `now`; at most a hundred years, which every clock can represent.
pub(super) fn later(now: Instant, after: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + after.min(LONGEST)
}

/// The size of a task in the store.
pub(super) fn size_of(task: &Envelope) -> usize {
    task.arguments.len() + OVERHEAD
}
