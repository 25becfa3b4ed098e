//! A worker's life, step by step.

#[cfg(asyncify_delays)]
use super::delays;
use super::fences::Site;
use super::host::{Host, StartReason};
use super::parker::UnparkReason;
use super::shared::Shared;
use super::slots::Slot;
use super::wake_state::{Accepted, Notifier};
use std::sync::Arc;
use std::time::Duration;

/// What a worker does next.
enum Step {
    /// Search for a job: this worker holds `SEARCHING`.
    Search,
    /// Run queued jobs, without a flag.
    RunJobs,
    /// Go idle; ends the search if this worker holds `SEARCHING`.
    GoIdle { searching: bool },
    /// End the thread. `counted`: the thread count still includes it.
    Exit { counted: bool },
}

struct Worker<'a, H: Host> {
    shared: &'a Arc<Shared<H>>,
    index: usize,
    slot: &'a Slot,
    /// Never leaves an open pool.
    permanent: bool,
}

/// Runs the worker in slot `index` on this thread, until it exits.
pub(super) fn run<H: Host>(shared: &Arc<Shared<H>>, index: usize, reason: StartReason) {
    let slot = shared.slots.slot(index);
    let worker = Worker { shared, index, slot, permanent: index < shared.min_threads };
    let mut step = match reason {
        StartReason::Notified => worker.accept_notification(),
        StartReason::Helper => Step::RunJobs,
    };
    loop {
        step = match step {
            Step::Search => worker.search(),
            Step::RunJobs => worker.run_jobs(),
            Step::GoIdle { searching } => worker.go_idle(searching),
            Step::Exit { counted } => return shared.exit(index, counted),
        }
    }
}

impl<H: Host> Worker<'_, H> {
    /// Takes over `NOTIFIED`, which was set for this worker.
    fn accept_notification(&self) -> Step {
        if self.remove_if_excess() {
            self.shared.wake_state.cancel_notification();
            return Step::Exit { counted: false };
        }
        match self.shared.wake_state.accept_notification() {
            Accepted::Search => Step::Search,
            Accepted::Redundant => Step::GoIdle { searching: false },
        }
    }

    fn search(&self) -> Step {
        let queue = &self.shared.queue;
        // Reading the length is cheaper than a failed pop.
        let pop = || if queue.is_empty() { None } else { queue.pop() };
        let Some(job) = queue.pop().or_else(|| self.shared.host.spin(pop)) else {
            return Step::GoIdle { searching: true };
        };
        self.slot.counters.set_running(true);
        // Before the job is run: it may never end, or wait for the next one.
        self.hand_over_search();
        self.run_job(job);
        self.run_jobs()
    }

    /// Ends the search with a job in hand, and notifies another worker if more jobs are queued.
    fn hand_over_search(&self) {
        if !self.shared.wake_state.end_search().is_notified() {
            self.shared.recheck_queue(Site::HandOver, Notifier::Counted);
            self.shared.spawn_helpers();
        }
    }

    fn run_jobs(&self) -> Step {
        self.slot.counters.set_running(true);
        let step = loop {
            if self.remove_if_excess() {
                break Step::Exit { counted: false };
            }
            let Some(job) = self.shared.queue.pop() else {
                let searching = self.shared.wake_state.try_search();
                break if searching { Step::Search } else { Step::GoIdle { searching } };
            };
            self.run_job(job);
        };
        self.slot.counters.set_running(false);
        step
    }

    /// Removes this thread from the thread count if there are too many. `true`: it exits.
    fn remove_if_excess(&self) -> bool {
        self.may_be_excess() && self.shared.thread_count.remove_excess_thread()
    }

    fn may_be_excess(&self) -> bool {
        !self.permanent && self.shared.thread_count.load().has_excess()
    }

    fn run_job(&self, job: H::Job) {
        if self.shared.wake_state.load().is_discarding() {
            self.shared.host.discard(job);
        } else {
            let finish = self.shared.host.run(job);
            self.slot.counters.finished(finish);
        }
    }

    fn go_idle(&self, searching: bool) -> Step {
        let shared = self.shared;
        #[cfg(asyncify_delays)]
        delays::at(delays::Step::GoingIdle);
        // The idle bit before the wake state: a thread that sees the search ended sees a worker to
        // claim.
        shared.slots.set_idle(self.index);
        if searching {
            shared.wake_state.end_search();
        }
        // May wake this very worker.
        shared.recheck_queue(Site::GoIdle, Notifier::Counted);
        shared.host.notify_waiters(shared);
        // A thread that closes the pool or lowers its limit does so before it unparks idle workers.
        let closed = shared.wake_state.load().is_closed();
        if (closed || self.may_be_excess()) && shared.slots.clear_idle(self.index) {
            return match closed {
                true => Step::Exit { counted: true },
                false if self.remove_if_excess() => Step::Exit { counted: false },
                false => Step::GoIdle { searching: false },
            };
        }
        self.park((!self.permanent).then(|| shared.host.keep_alive()))
    }

    fn park(&self, keep_alive: Option<Duration>) -> Step {
        let reason = self.slot.parker.park(keep_alive).or_else(|| {
            if self.shared.slots.clear_idle(self.index) {
                return None;
            }
            // Claimed at the last moment: the claimer is about to unpark this worker.
            self.slot.parker.park(None)
        });
        match reason {
            Some(UnparkReason::Work) => {
                self.shared.host.woken();
                self.accept_notification()
            }
            Some(UnparkReason::Recheck) => Step::RunJobs,
            None => Step::Exit { counted: true },
        }
    }
}
