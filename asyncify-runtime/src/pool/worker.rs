//! A worker's life, step by step.

use super::core::{Core, Counted};
use super::host::{Entrance, Host};
use super::order::Site;
use super::parker::Told;
use super::roster::Slot;
use super::token::{Arrived, Caller};
use std::sync::Arc;

/// What a worker does next.
enum Step {
    /// Search: `SEARCHING` is ours.
    Search,
    /// Run what is queued, answering for nothing.
    Work,
    /// Go idle; the search ends if it is ours.
    Rest { searching: bool },
    /// End the thread.
    Leave(Counted),
}

struct Worker<'a, H: Host> {
    core: &'a Arc<Core<H>>,
    number: usize,
    slot: &'a Slot,
    /// Never leaves an open pool.
    permanent: bool,
}

/// The life of worker `number`, on its thread.
pub(super) fn main<H: Host>(core: &Arc<Core<H>>, number: usize, entrance: Entrance) {
    let slot = core.roster.slot(number);
    let worker = Worker { core, number, slot, permanent: number < core.min_threads };
    let mut step = match entrance {
        Entrance::Called => worker.arrive(),
        Entrance::Helper => Step::Work,
    };
    loop {
        step = match step {
            Step::Search => worker.search(),
            Step::Work => worker.work(),
            Step::Rest { searching } => worker.rest(searching),
            Step::Leave(counted) => return core.leave(number, counted),
        }
    }
}

impl<H: Host> Worker<'_, H> {
    /// We were called and are here.
    fn arrive(&self) -> Step {
        if self.is_surplus() {
            self.core.token.hang_up();
            return Step::Leave(Counted::NoLonger);
        }
        match self.core.token.arrive() {
            Arrived::Searching => Step::Search,
            Arrived::Spare => Step::Rest { searching: false },
        }
    }

    fn search(&self) -> Step {
        let queue = &self.core.queue;
        // A look is cheaper than an attempt.
        let look = || if queue.is_empty() { None } else { queue.pop() };
        let Some(job) = queue.pop().or_else(|| self.core.host.linger(look)) else {
            return Step::Rest { searching: true };
        };
        self.slot.counters.set_running(true);
        // Before the job is run: it may never end, or wait for the next one.
        self.pass_on();
        self.run(job);
        self.work()
    }

    /// Ends our search with a job in hand, and has somebody answer for the others.
    fn pass_on(&self) {
        if !self.core.token.end_search().is_coming() {
            self.core.look_again(Site::PassOn, Caller::Counted);
            self.core.call_helpers();
        }
    }

    fn work(&self) -> Step {
        self.slot.counters.set_running(true);
        let step = loop {
            if self.is_surplus() {
                break Step::Leave(Counted::NoLonger);
            }
            let Some(job) = self.core.queue.pop() else {
                let searching = self.core.token.search();
                break if searching { Step::Search } else { Step::Rest { searching } };
            };
            self.run(job);
        };
        self.slot.counters.set_running(false);
        step
    }

    /// Whether there are too many of us, and we are the one to leave; the census then counts us
    /// no longer.
    fn is_surplus(&self) -> bool {
        self.may_be_surplus() && self.core.census.remove_surplus_thread()
    }

    fn may_be_surplus(&self) -> bool {
        !self.permanent && self.core.census.count().has_surplus()
    }

    fn run(&self, job: H::Job) {
        if self.core.token.look().is_discarding() {
            self.core.host.discard(job);
        } else {
            let finish = self.core.host.run(job);
            self.slot.counters.finished(finish);
        }
    }

    fn rest(&self, searching: bool) -> Step {
        let core = self.core;
        // The mark before the token: who finds the search ended finds somebody to call.
        core.roster.set_idle(self.number);
        if searching {
            core.token.end_search();
        }
        // May call ourselves.
        core.look_again(Site::Rest, Caller::Counted);
        core.host.notify(core);
        // Who closes the pool or lowers its limit does that first and then nudges the idle.
        let closed = core.token.look().is_closed();
        if (closed || self.may_be_surplus()) && core.roster.clear_idle(self.number) {
            return match closed {
                true => Step::Leave(Counted::Still),
                false if self.is_surplus() => Step::Leave(Counted::NoLonger),
                false => Step::Rest { searching: false },
            };
        }
        self.park((!self.permanent).then(|| core.host.patience()))
    }

    fn park(&self, patience: Option<std::time::Duration>) -> Step {
        let told = self.slot.parker.park(patience).or_else(|| {
            if self.core.roster.clear_idle(self.number) {
                return None;
            }
            // Claimed in the last moment; the word is on its way.
            self.slot.parker.park(None)
        });
        match told {
            Some(Told::Called) => {
                self.core.host.awake();
                self.arrive()
            }
            Some(Told::Nudged) => Step::Work,
            None => Step::Leave(Counted::Still),
        }
    }
}
