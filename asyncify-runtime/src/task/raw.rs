//! The task cell: one allocation that holds a body, its outcome, the waker and the state.
//!
//! Nearly all of the crate's `unsafe` is here. The rules that make it sound are numbered in the
//! module's documentation (`task/mod.rs`); SAFETY comments refer to them.
#![allow(unsafe_code, reason = "the task cell: see the rules in `task/mod.rs`")]

use std::alloc::{self, Layout};
use std::any::Any;
use std::cell::Cell;
use std::mem::{ManuallyDrop, MaybeUninit, offset_of};
#[cfg(feature = "tracing")]
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::task::{Context as PollContext, Waker};

use super::Body;
use super::CallerContext;
#[cfg(feature = "tracing")]
use super::caller_context::Origin;
use super::context::{ContextWrapper, TaskContext};
use super::current;
use super::state::{Cancel, Claim, Complete, Outcome, Readiness, State};
use crate::limit::QueuePermit;
use crate::sync::{AtomicPtr, Ordering, UnsafeCell, fence};
use crate::util::{catch, drop_quietly, wake_all};

/// A panic's payload.
pub(crate) type Payload = Box<dyn Any + Send>;

/// The part of a task that does not depend on the type of its body.
#[repr(C)]
pub(super) struct Header {
    state: State,
    vtable: &'static VTable,
    /// Rule 4.
    waker: UnsafeCell<Option<Waker>>,
    /// Rule 3.
    caller: UnsafeCell<ContextOrPayload>,
    /// Rule 3.
    queue_permit: UnsafeCell<Option<QueuePermit>>,
    /// Rule 5.
    context: AtomicPtr<TaskContext>,
    /// The location of the call in the source.
    #[cfg(feature = "tracing")]
    location: &'static Location<'static>,
    /// Represents the stage behind the header, so that loom checks rule 2.
    stage: UnsafeCell<()>,
}

/// The caller's context until the body ends; after a panic, the payload.
union ContextOrPayload {
    context: ManuallyDrop<CallerContext>,
    payload: ManuallyDrop<Payload>,
}

/// Body and output share their memory: rule 2. (`repr(C)` puts both at offset 0, where `run_body`
/// and `drop_in_place` expect them.)
#[repr(C)]
union Stage<B: Body> {
    body: ManuallyDrop<B>,
    output: ManuallyDrop<B::Output>,
}

#[repr(C)]
struct TaskCell<B: Body> {
    header: Header,
    stage: Stage<B>,
}

/// The operations that depend on the types of body and output.
struct VTable {
    layout: Layout,
    stage_offset: usize,
    /// Takes the body out of the stage and runs it. Returns `true` if it left an output in the
    /// stage. May unwind.
    run: unsafe fn(*mut ()) -> bool,
    drop_body: unsafe fn(*mut ()),
    drop_output: unsafe fn(*mut ()),
    #[cfg(feature = "tracing")]
    name: fn() -> &'static str,
}

/// Reads the body out of `stage`, runs it, and writes the output there.
///
/// # Safety
///
/// `stage` points to a `Stage<B>` that holds the body, and the caller has exclusive access to it.
unsafe fn run_body<B: Body>(stage: *mut ()) -> bool {
    // SAFETY: by contract the stage holds a body; it is not read again.
    let body = unsafe { ptr::read(stage.cast::<B>()) };
    match body.run() {
        Some(output) => {
            // SAFETY: by contract our access is exclusive; the body was moved out.
            unsafe { ptr::write(stage.cast::<B::Output>(), output) };
            true
        }
        None => false,
    }
}

/// # Safety
///
/// As `ptr::drop_in_place` for a `T` at `place`.
unsafe fn drop_in_place<T>(place: *mut ()) {
    // SAFETY: the caller's contract.
    unsafe { ptr::drop_in_place(place.cast::<T>()) };
}

impl<B: Body> TaskCell<B> {
    const VTABLE: VTable = VTable {
        layout: Layout::new::<Self>(),
        stage_offset: offset_of!(Self, stage),
        run: run_body::<B>,
        drop_body: drop_in_place::<B>,
        drop_output: drop_in_place::<B::Output>,
        #[cfg(feature = "tracing")]
        name: B::name,
    };
}

/// A pointer to a task, without ownership. `Job` and `JoinHandle` each own one reference, and
/// `UnsubmittedTask` owns both.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct RawTask(NonNull<Header>);

impl RawTask {
    /// Allocates a task with its two references.
    #[track_caller]
    pub(super) fn new<B>(body: B) -> Self
    where
        B: Body + Send + 'static,
        B::Output: Send + 'static,
    {
        let cell = Box::new(TaskCell {
            header: Header {
                state: State::new(),
                vtable: &TaskCell::<B>::VTABLE,
                waker: UnsafeCell::new(None),
                caller: UnsafeCell::new(ContextOrPayload {
                    context: ManuallyDrop::new(CallerContext::EMPTY),
                }),
                queue_permit: UnsafeCell::new(None),
                context: AtomicPtr::new(ptr::null_mut()),
                #[cfg(feature = "tracing")]
                location: Location::caller(),
                stage: UnsafeCell::new(()),
            },
            stage: Stage { body: ManuallyDrop::new(body) },
        });
        // SAFETY: `Box::into_raw` is never null.
        Self(unsafe { NonNull::new_unchecked(Box::into_raw(cell).cast()) })
    }

    fn header(&self) -> &Header {
        // SAFETY: every user of a `RawTask` holds a reference (rule 1), so the task is alive. The
        // header is only ever shared; its mutable fields are in cells.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn state(&self) -> &State {
        &self.header().state
    }

    #[cfg(feature = "tracing")]
    pub(super) fn origin(self) -> Origin {
        let header = self.header();
        Origin { name: header.vtable.name, location: header.location }
    }

    fn stage(self) -> *mut () {
        let offset = self.header().vtable.stage_offset;
        // SAFETY: the offset lies within the allocation, and the pointer was made from all of it.
        unsafe { self.0.as_ptr().cast::<()>().byte_add(offset) }
    }

    /// Runs `f` with the stage, to which the caller has exclusive access.
    fn with_stage<R>(self, f: impl FnOnce(*mut ()) -> R) -> R {
        let stage = self.stage();
        self.header().stage.with_mut(|_| f(stage))
    }

    /// Drops a reference; frees the task with the last one.
    ///
    /// # Safety
    ///
    /// The caller owns a reference, and does not use it again.
    pub(super) unsafe fn drop_ref(self) {
        if self.state().drop_ref() {
            // SAFETY: the last reference was ours, so nothing else can reach the task.
            unsafe { self.free() };
        }
    }

    /// # Safety
    ///
    /// There is no other reference.
    unsafe fn free(self) {
        let layout = self.header().vtable.layout;
        // Relaxed: `drop_ref` ordered all others' accesses before this one.
        let context = self.header().context.load(Ordering::Relaxed);
        if !context.is_null() {
            // SAFETY: made by `Box::into_raw` in `context`, and freed only here.
            drop_quietly(unsafe { Box::from_raw(context) });
        }
        // The stage and `caller` are empty by rules 2 and 3; only header fields are left to drop.
        // The waker is dropped last, so that its panic does not leak the memory.
        // SAFETY: our access is exclusive, and the slot is never used again.
        let waker = self.header().waker.with_mut(|slot| unsafe { (*slot).take() });
        // SAFETY: as above. The other fields own nothing.
        unsafe { ptr::drop_in_place(self.0.as_ptr()) };
        // SAFETY: allocated by `Box::new` for a `TaskCell` of this layout.
        unsafe { alloc::dealloc(self.0.as_ptr().cast(), layout) };
        drop_quietly(waker);
    }

    /// Sets the caller's context.
    ///
    /// # Safety
    ///
    /// The task is not shared yet.
    pub(super) unsafe fn set_context(self, context: CallerContext) {
        self.header().caller.with_mut(|caller| {
            // SAFETY: not shared; the slot held the empty context, which owns nothing.
            unsafe { caller.write(ContextOrPayload { context: ManuallyDrop::new(context) }) };
        });
    }

    /// # Safety
    ///
    /// The caller claimed the task (rule 3) and calls this once.
    unsafe fn take_context(self) -> CallerContext {
        self.header().caller.with_mut(|caller| {
            // SAFETY: rule 3: ours alone.
            let caller = unsafe { &mut *caller };
            // SAFETY: it holds a context until the outcome is written.
            let context = unsafe { &mut caller.context };
            // SAFETY: called once; the context is not used afterwards.
            unsafe { ManuallyDrop::take(context) }
        })
    }

    /// Stores the task's permit of a bounded queue, which is released when the task leaves the
    /// queue.
    ///
    /// # Safety
    ///
    /// The caller owns the `Job`, and sets a permit only once.
    pub(super) unsafe fn set_queue_permit(self, permit: QueuePermit) {
        // SAFETY: rule 3: while `QUEUE_PERMIT` is clear the slot belongs to the owner of the job.
        self.header().queue_permit.with_mut(|slot| unsafe { *slot = Some(permit) });
        if !self.state().publish_queue_permit() {
            // Cancelled in the meantime: the claimer did not see the permit and leaves it to us.
            // SAFETY: as above.
            drop_quietly(unsafe { self.take_queue_permit() });
        }
    }

    /// # Safety
    ///
    /// The slot belongs to the caller by rule 3.
    unsafe fn take_queue_permit(self) -> Option<QueuePermit> {
        // SAFETY: the caller's contract.
        self.header().queue_permit.with_mut(|slot| unsafe { (*slot).take() })
    }

    /// Runs a task. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller owns the job's reference and transfers it.
    pub(super) unsafe fn run(self) -> super::Finish {
        match self.state().start() {
            Claim::Lost => {
                // SAFETY: the caller's reference.
                unsafe { self.drop_ref() };
                super::Finish::Cancelled
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
                    Outcome::Panicked => super::Finish::Panicked,
                    _ => super::Finish::Completed,
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
            let _current = current::enter(self.0);
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
                // SAFETY: rule 3: still ours, and the context was taken out.
                self.header().caller.with_mut(|caller| unsafe {
                    caller.write(ContextOrPayload { payload: ManuallyDrop::new(payload) });
                });
                Outcome::Panicked
            }
        }
    }

    /// Runs the body; returns whether there is an output. May unwind.
    ///
    /// # Safety
    ///
    /// The caller claimed the task, and calls this once.
    unsafe fn run_body(self) -> bool {
        let run = self.header().vtable.run;
        // SAFETY: the stage belongs to the claimer and holds the body (rule 2).
        self.with_stage(|stage| unsafe { run(stage) })
    }

    /// Drops the fields of the task context that end with the body. Never unwinds.
    fn drop_body_context(self) {
        if let Some(context) = self.context_if_any() {
            drop_quietly(context.take_body_context());
        }
    }

    /// Publishes the outcome and drops one reference. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller claimed the task, `outcome` describes stage and slot, and the caller transfers
    /// one reference.
    unsafe fn complete(self, outcome: Outcome) {
        match self.state().complete(outcome) {
            Complete::Done => {}
            Complete::Wake => {
                // SAFETY: rule 4: registered and complete, so the slot is ours.
                let waker = self.header().waker.with_mut(|slot| unsafe { (*slot).take() });
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

    /// Drops the outcome in place. Never unwinds.
    ///
    /// # Safety
    ///
    /// `outcome` describes stage and slot, and they belong to the caller (rules 2 and 3).
    pub(super) unsafe fn drop_outcome(self, outcome: Outcome) {
        match outcome {
            Outcome::Output => {
                let drop_output = self.header().vtable.drop_output;
                drop_quietly(catch(|| {
                    // SAFETY: the caller's contract.
                    self.with_stage(|stage| unsafe { drop_output(stage) });
                }));
            }
            Outcome::Panicked => {
                // SAFETY: the caller's contract.
                drop_quietly(unsafe { self.take_payload() });
            }
            _ => {}
        }
    }

    /// # Safety
    ///
    /// The outcome is a panic, belongs to the caller, and is taken once.
    pub(super) unsafe fn take_payload(self) -> Payload {
        self.header().caller.with_mut(|caller| {
            // SAFETY: by contract our access is exclusive.
            let caller = unsafe { &mut *caller };
            // SAFETY: after a panic the slot holds a payload.
            let payload = unsafe { &mut caller.payload };
            // SAFETY: taken once.
            unsafe { ManuallyDrop::take(payload) }
        })
    }

    /// # Safety
    ///
    /// The outcome is an output of type `T`, belongs to the caller, and is taken once.
    pub(super) unsafe fn take_output<T>(self) -> T {
        // SAFETY: the caller's contract.
        self.with_stage(|stage| unsafe { ptr::read(stage.cast::<T>()) })
    }

    /// Completes a task without running it. Only drops the reference if the task was claimed
    /// before.
    ///
    /// # Safety
    ///
    /// The caller owns the job's reference and transfers it.
    pub(super) unsafe fn abandon(self, outcome: Outcome) {
        match self.state().claim() {
            Claim::Won { queue_permit } => {
                // SAFETY: we claimed.
                unsafe { self.drop_claimed(queue_permit) };
                // SAFETY: we claimed, and body and context are dropped; the job's reference.
                unsafe { self.complete(outcome) };
            }
            // SAFETY: the job's reference.
            Claim::Lost => unsafe { self.drop_ref() },
        }
    }

    /// Drops body, context and permit of a task that never runs. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller claimed the task and does this instead of running it.
    unsafe fn drop_claimed(self, queue_permit: bool) {
        // SAFETY: we claimed, so the stage is ours and holds the body (rule 2).
        unsafe { self.drop_body() };
        // SAFETY: we claimed; taken once.
        drop_quietly(unsafe { self.take_context() });
        self.drop_body_context();
        if queue_permit {
            // SAFETY: we claimed, and the permit was published (rule 3).
            drop_quietly(unsafe { self.take_queue_permit() });
        }
    }

    /// Drops the body. Never unwinds.
    ///
    /// # Safety
    ///
    /// The stage belongs to the caller and holds the body.
    unsafe fn drop_body(self) {
        let drop_body = self.header().vtable.drop_body;
        drop_quietly(catch(|| {
            // SAFETY: the caller's contract.
            self.with_stage(|stage| unsafe { drop_body(stage) });
        }));
    }

    /// Cancels the task for its handle. A body that has not started is dropped immediately; a
    /// running body is notified. Returns the progress that the task had made.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference.
    pub(super) unsafe fn cancel(self) -> Progress {
        match self.state().cancel() {
            Cancel::Won { queue_permit } => {
                // SAFETY: we claimed.
                unsafe { self.drop_claimed(queue_permit) };
                // `complete` drops a reference, and the handle keeps its own: add one.
                self.state().add_ref();
                // SAFETY: we claimed, body and context are dropped; the reference was just added.
                unsafe { self.complete(Outcome::Cancelled) };
                // After `complete`, because the waker of a job that waits for a permit drops the
                // job.
                self.notify_cancelled();
                Progress::Queued
            }
            Cancel::Running { first } => {
                if first {
                    self.notify_cancelled();
                }
                Progress::Running
            }
            Cancel::Discarded => Progress::Queued,
            Cancel::Finished => Progress::Finished,
        }
    }

    /// Notifies the waiters for the cancellation: the thread that drives an async body, the waiters
    /// of the body's token, or the owner of a job that has not been submitted yet.
    fn notify_cancelled(self) {
        // Store (`CANCEL`), fence, load (`context`) here; store (`context`), fence, load (`CANCEL`)
        // on the side that registers: at least one of the two sees the other.
        fence(Ordering::SeqCst);
        if let Some(context) = self.context_if_any() {
            context.cancel();
        }
    }

    pub(super) fn context_if_any(&self) -> Option<&TaskContext> {
        // Acquire: pairs with the Release in `context`.
        let context = self.header().context.load(Ordering::Acquire);
        // SAFETY: made by `Box::into_raw`, freed only with the task, and only ever shared.
        unsafe { context.as_ref() }
    }

    /// Returns the task's context, which is made now if there is none.
    ///
    /// # Safety
    ///
    /// The caller may make it (rule 5): it owns the job, or is the running body.
    pub(super) unsafe fn context(&self) -> &TaskContext {
        // Relaxed: nothing else stores a context.
        let mut context = self.header().context.load(Ordering::Relaxed);
        if context.is_null() {
            context = Box::into_raw(Box::default());
            // Release: publishes the context to the Acquire in `context_if_any`.
            self.header().context.store(context, Ordering::Release);
            // Pairs with the fence in `cancel`.
            fence(Ordering::SeqCst);
        }
        // SAFETY: as in `context_if_any`.
        unsafe { &*context }
    }

    /// Polls for the outcome, and registers the handle's waker until there is one.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference, exclusively.
    pub(super) unsafe fn poll(self, cx: &mut PollContext<'_>) -> Option<Outcome> {
        let mut readiness = self.state().readiness();
        if let Readiness::Pending { registered: true } = readiness {
            readiness = self.state().unregister();
        }
        if let Readiness::Pending { .. } = readiness {
            // SAFETY: rule 4: not registered and not complete, so the slot belongs to the handle.
            let before = self.header().waker.with_mut(|slot| match unsafe { &mut *slot } {
                Some(waker) if waker.will_wake(cx.waker()) => None,
                slot => slot.replace(cx.waker().clone()),
            });
            drop_quietly(before);
            readiness = self.state().register();
        }
        match readiness {
            Readiness::Pending { .. } => None,
            Readiness::Complete(outcome) => Some(outcome),
        }
    }

    /// Drops the handle, which has not taken the outcome.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference and transfers it.
    pub(super) unsafe fn drop_handle(self) {
        match self.state().drop_handle() {
            Readiness::Complete(outcome) => {
                // SAFETY: complete while the handle was alive, so the outcome is ours.
                unsafe { self.drop_outcome(outcome) };
                // SAFETY: the handle's reference.
                unsafe { self.drop_ref() };
            }
            Readiness::Pending { .. } => {
                // SAFETY: rule 4: not complete, and `WAKER` is clear, so the slot is ours.
                let waker = self.header().waker.with_mut(|slot| unsafe { (*slot).take() });
                // SAFETY: the handle's reference.
                unsafe { self.drop_ref() };
                drop_quietly(waker);
            }
        }
    }
}

/// The progress that a task had made when it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The body had not started, and never will.
    Queued,
    /// The body is running, and sees the cancellation.
    Running,
    /// The task had completed; the handle has the outcome.
    Finished,
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

/// A pointer to the header of the running task, for `current`.
pub(super) type HeaderPtr = NonNull<Header>;

impl RawTask {
    pub(super) fn from_header(header: HeaderPtr) -> Self {
        Self(header)
    }
}

const _: () = {
    // Keep the header small; `tracing` adds two pointers.
    let extra = if cfg!(feature = "tracing") { 2 * size_of::<usize>() } else { 0 };
    assert!(
        cfg!(all(test, any(asyncify_loom, asyncify_shuttle))) || size_of::<Header>() <= 64 + extra
    );
    assert!(size_of::<MaybeUninit<Payload>>() == 2 * size_of::<usize>());
};
