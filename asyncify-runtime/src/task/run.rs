//! Running a task, and publishing its outcome.
#![allow(unsafe_code, reason = "the claimer of a task: see the rules in `task/mod.rs`")]

use std::cell::Cell;

use super::Finish;
use super::context::ContextWrapper;
use super::current;
use super::raw::RawTask;
use super::state::{Claim, Complete, Outcome};
use crate::util::{catch, drop_quietly, wake_all};

impl RawTask {
    /// Runs a task. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller owns the job's reference and transfers it.
    pub(super) unsafe fn run(self) -> Finish {
        match self.state().start() {
            Claim::Lost => {
                // SAFETY: the caller's reference.
                unsafe { self.drop_ref() };
                Finish::Cancelled
            }
            Claim::Won { queue_permit } => {
                if queue_permit {
                    // SAFETY: we claimed, and the permit was published (rule 3).
                    drop_quietly(unsafe { self.take_queue_permit() });
                }
                // SAFETY: we claimed.
                let outcome = unsafe { self.run_claimed() };
                // SAFETY: we claimed, wrote the outcome, and own the job's reference.
                unsafe { self.complete(outcome) };
                match outcome {
                    Outcome::Panicked => Finish::Panicked,
                    _ => Finish::Completed,
                }
            }
        }
    }

    /// Runs the body in the caller's context.
    ///
    /// # Safety
    ///
    /// The caller claimed the task.
    unsafe fn run_claimed(self) -> Outcome {
        // SAFETY: we claimed; taken once.
        let context = unsafe { self.take_context() };
        let stage = Cell::new(StageState::Body);
        let result = catch(|| {
            let _current = current::enter(self);
            let _entered = context.enter();
            let mut body = || {
                if stage.get() == StageState::Body {
                    stage.set(StageState::Running);
                    // SAFETY: we claimed; only once, because `stage` is not `Body` from here on.
                    let output = unsafe { self.run_body() };
                    stage.set(if output { StageState::Output } else { StageState::Stopped });
                }
            };
            match self.context_if_any() {
                None => body(),
                Some(context) => wrap(&mut context.take_wrappers().into_iter(), &mut body),
            }
        });
        // The context is dropped before the outcome is published.
        drop_quietly(context);
        self.drop_body_context();
        match (&result, stage.get()) {
            (Ok(()), StageState::Output) => return Outcome::Output,
            (Ok(()), StageState::Stopped) => return Outcome::Cancelled,
            // SAFETY: the stage is ours, and still holds the body.
            (_, StageState::Body) => unsafe { self.drop_body() },
            // A wrapper panicked after the body had returned.
            // SAFETY: the stage is ours, and holds the output.
            (Err(_), StageState::Output) => unsafe { self.drop_outcome(Outcome::Output) },
            _ => {}
        }
        match result {
            // A wrapper did not run the body, or caught its panic.
            Ok(()) => Outcome::Discarded,
            Err(payload) => {
                // SAFETY: we claimed, and the context was taken out.
                unsafe { self.set_payload(payload) };
                Outcome::Panicked
            }
        }
    }

    /// Publishes the outcome and drops one reference. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller claimed the task, `outcome` describes stage and slot, and the caller transfers
    /// one reference.
    pub(super) unsafe fn complete(self, outcome: Outcome) {
        match self.state().complete(outcome) {
            Complete::Done => {}
            Complete::Wake => {
                // SAFETY: rule 4: registered and complete, so the slot is ours.
                let waker = unsafe { self.take_waker() };
                // SAFETY: the caller's reference. It is dropped before the waker runs.
                unsafe { self.drop_ref() };
                wake_all(waker);
            }
            Complete::NoHandle => {
                // SAFETY: the handle is gone, and no other can be made, so the outcome is ours.
                unsafe { self.drop_outcome(outcome) };
                // SAFETY: the caller's reference.
                unsafe { self.drop_ref() };
            }
        }
    }
}

/// What the stage holds while a task runs.
#[derive(Clone, Copy, PartialEq)]
enum StageState {
    /// The body, which has not started.
    Body,
    /// Nothing: the body is running, or has unwound.
    Running,
    /// Nothing: the body stopped because it was cancelled.
    Stopped,
    /// The output.
    Output,
}

/// Runs `body` inside the remaining wrappers.
fn wrap(wrappers: &mut dyn Iterator<Item = ContextWrapper>, body: &mut dyn FnMut()) {
    match wrappers.next() {
        Some(outer) => outer(&mut || wrap(wrappers, body)),
        None => body(),
    }
}
