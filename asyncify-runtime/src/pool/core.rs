//! The protocol: what a pool shares, and every step that is not a worker's alone.
//!
//! README.md, beside this file, states the protocol and proves it; this file is its text.

use super::census::Census;
use super::host::{Entrance, Host};
use super::order::{Fences, Site};
use super::padded::CachePadded;
use super::parker::Told;
use super::queue::Queue;
use super::roster::Roster;
use super::token::{Call, Caller, Token};
use crate::sync::{Mutex, MutexGuard};
use std::io;
use std::sync::{Arc, PoisonError};

/// So many queued jobs are a crowd, which calls for helpers.
const CROWD: usize = 4;
/// The most helpers that are made at a time. (None under loom, which has few threads to spare.)
const HELPERS: usize = if cfg!(all(test, asyncify_loom)) { 0 } else { 3 };

/// One pool, shared by its handles and its workers.
///
/// (`std`'s `Arc`, in models too: the number of handles is no part of the protocol.)
pub(super) struct Core<H: Host> {
    pub(super) host: H,
    pub(super) queue: Queue<H::Job>,
    /// Read by every submission.
    pub(super) token: CachePadded<Token>,
    pub(super) census: CachePadded<Census>,
    pub(super) roster: Roster,
    /// Workers with a lower number never leave an open pool.
    pub(super) min_threads: usize,
    pub(super) fences: Fences,
    /// Whether the pool has ended: closed, and no thread is left or can come. The lock is taken
    /// only in a closed pool, and orders its end against submissions that came too late.
    ended: Mutex<bool>,
}

impl<H: Host> Core<H> {
    /// A pool without threads; [`populate`](Self::populate) is next.
    pub(super) fn new(host: H, min_threads: usize, max_threads: usize, fences: Fences) -> Self {
        debug_assert!(min_threads <= max_threads);
        Self {
            host,
            queue: Queue::new(),
            token: CachePadded(Token::new()),
            census: CachePadded(Census::new(max_threads)),
            roster: Roster::new(),
            min_threads,
            fences,
            ended: Mutex::new(false),
        }
    }

    /// Makes the threads that there always are.
    pub(super) fn populate(self: &Arc<Self>) -> io::Result<()> {
        for k in 0..self.min_threads {
            let entrance = if k == 0 { Entrance::Called } else { Entrance::Helper };
            if let Err(error) = self.grow(entrance).unwrap_or(Ok(())) {
                if entrance == Entrance::Called {
                    self.token.hang_up();
                }
                self.close(true);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Queues a job and sees to it that somebody answers for it. Runs no code of the user's,
    /// unless the pool is closed.
    pub(super) fn submit(self: &Arc<Self>, job: H::Job) {
        self.queue.push(job);
        self.fences.at(Site::Submit);
        if !self.token.look().is_answered() {
            self.summon(Caller::Outside);
        }
    }

    /// Calls one worker for the queue, unless one searches or is on its way.
    pub(super) fn summon(self: &Arc<Self>, caller: Caller) {
        match self.call_worker(caller) {
            Answer::Somebody => {}
            // Our `COMING` may have been all that made the pool look busy.
            Answer::Nobody => self.host.notify(self),
            Answer::Closed => self.settle(),
        }
    }

    fn call_worker(self: &Arc<Self>, caller: Caller) -> Answer {
        // One refused thread is enough for one call, however long the system took to refuse it.
        let mut refused = false;
        loop {
            match self.token.call(caller) {
                Call::Ours => {}
                Call::Answered => return Answer::Somebody,
                Call::Closed => return Answer::Closed,
            }
            if let Some(worker) = self.roster.claim() {
                self.host.calling();
                self.roster.slot(worker).parker.tell(Told::Called);
                return Answer::Somebody;
            }
            match self.grow(Entrance::Called) {
                Some(Ok(())) => return Answer::Somebody,
                Some(Err(_)) => refused = true,
                None => {}
            }
            let before = self.token.hang_up();
            if before.is_closed() && caller == Caller::Outside {
                // The end of the pool may have waited for us.
                return Answer::Closed;
            }
            if before.is_searching() {
                return Answer::Somebody;
            }
            self.fences.at(Site::HangUp);
            let hope = self.roster.any_idle() || (!refused && self.may_grow());
            if self.queue.is_empty() || !hope {
                return Answer::Nobody;
            }
        }
    }

    /// Looks at the queue on behalf of one who has just stopped answering for it.
    pub(super) fn look_again(self: &Arc<Self>, site: Site, caller: Caller) {
        self.fences.at(site);
        if !self.queue.is_empty() {
            self.summon(caller);
        }
    }

    /// Has more than one thread made at once where many jobs wait, as one after the other is slow
    /// when each has to start before it makes the next.
    pub(super) fn call_helpers(self: &Arc<Self>) {
        if self.queue.len() < CROWD || self.roster.any_idle() {
            return;
        }
        for _ in 0..HELPERS {
            if !matches!(self.grow(Entrance::Helper), Some(Ok(()))) {
                return;
            }
            // Not before: who sees the count sees the number taken. Until then we are not idle.
            self.token.count_call();
        }
    }

    fn may_grow(&self) -> bool {
        self.census.count().has_room() && self.host.may_start()
    }

    /// Makes a thread. `None`: there are enough, or it is too early to try again.
    fn grow(self: &Arc<Self>, entrance: Entrance) -> Option<io::Result<()>> {
        if !self.host.may_start() || !self.census.add_thread() {
            return None;
        }
        let worker = self.roster.enlist();
        let started = self.host.start(self, worker, entrance);
        if started.is_err() {
            self.roster.discharge(worker);
            self.census.remove_thread();
        }
        Some(started)
    }

    /// A worker leaves, and touches its place in the roster no more.
    pub(super) fn leave(self: &Arc<Self>, worker: usize, counted: Counted) {
        self.roster.discharge(worker);
        self.host.stopping(self.token.look().is_closed());
        if counted == Counted::Still {
            self.census.remove_thread();
        }
        self.look_again(Site::Room, Caller::Outside);
        if self.token.look().is_closed() {
            self.settle();
        }
        self.host.notify(self);
    }

    /// There is room for one thread more.
    pub(super) fn made_room(self: &Arc<Self>) {
        self.look_again(Site::Room, Caller::Outside);
    }

    /// Sets how many threads there may be.
    pub(super) fn resize(self: &Arc<Self>, max_threads: usize) {
        self.census.set_max(max_threads.max(self.min_threads));
        self.made_room();
        if self.census.count().has_surplus() {
            self.nudge_all();
        }
    }

    /// Takes no more jobs. What is queued is run, or, with `discard`, dropped here. Tells how many
    /// jobs were.
    pub(super) fn close(self: &Arc<Self>, discard: bool) -> usize {
        self.token.close(discard);
        self.fences.at(Site::Close);
        self.nudge_all();
        let mut discarded = 0;
        if discard {
            while let Some(job) = self.queue.pop() {
                self.host.discard(job);
                discarded += 1;
            }
        }
        self.settle();
        discarded
    }

    /// Has every idle worker look at the pool again, once: one that comes back to rest has seen
    /// what there is to see, and may do so faster than we nudge.
    fn nudge_all(&self) {
        let mut next = 0;
        while let Some(worker) = self.roster.claim_from(next) {
            self.token.count_call();
            self.roster.slot(worker).parker.tell(Told::Nudged);
            next = worker + 1;
        }
    }

    /// Whether there was a moment, during this call, when nothing was queued and nothing ran: that
    /// of the look at the queue.
    pub(super) fn is_quiet(&self) -> bool {
        let before = self.token.look_first();
        if before.is_answered() || !self.roster.all_idle() {
            return false;
        }
        self.fences.at(Site::Quiet);
        let empty = self.queue.is_empty();
        self.fences.at(Site::Quiet);
        // Who was idle still is, as nobody was called in between.
        empty && self.token.look() == before
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.lock_ended()
    }

    /// Brings a closed pool nearer to its end, for one who is not counted: jobs that came late
    /// get a worker while there can be one; otherwise they are refused, or discarded like all others.
    fn settle(self: &Arc<Self>) {
        let (ended, discarding) = {
            let mut ended = self.lock_ended();
            if !*ended && !self.queue.is_empty() && !self.token.look().is_discarding() {
                // Nothing of the user's is run here, whatever comes of it.
                self.call_worker(Caller::Counted);
            }
            // Whoever holds `COMING` now held it before the pool was closed, and comes here
            // afterwards if it made no thread. Otherwise it is taken only under this lock, or by
            // threads that are counted.
            let coming = self.token.look_first().is_coming();
            *ended |= !coming && self.census.count().threads() == 0;
            (*ended, self.token.look().is_discarding())
        };
        // A pool that has drained holds nothing but what came too late. One that discards may hold
        // what it had accepted, which is cancelled as it is by everybody else.
        if discarding {
            while let Some(job) = self.queue.pop() {
                self.host.discard(job);
            }
        } else if ended {
            while let Some(job) = self.queue.pop() {
                self.host.refuse(job);
            }
        }
        self.host.notify(self);
    }

    fn lock_ended(&self) -> MutexGuard<'_, bool> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of calling a worker.
enum Answer {
    /// Somebody answers for the queue.
    Somebody,
    /// Nobody can be called, or the queue is empty by now.
    Nobody,
    /// The pool is closed, and the caller is not counted.
    Closed,
}

/// Whether a worker that leaves is counted in the census still.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Still,
    NoLonger,
}
