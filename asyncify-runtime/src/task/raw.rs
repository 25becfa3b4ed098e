//! The task cell: one allocation that holds a body, its outcome, the waker and the state.
//!
//! Each field is accessed by methods here, whose callers own it. The rules that make it sound are
//! numbered in the module's documentation (`task/mod.rs`); SAFETY comments refer to them.
#![allow(unsafe_code, reason = "the task cell: see the rules in `task/mod.rs`")]

use std::alloc::{self, Layout};
use std::any::Any;
use std::mem::{ManuallyDrop, MaybeUninit, offset_of};
#[cfg(any(feature = "tracing", feature = "console"))]
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::task::Waker;

use super::Body;
use super::CallerContext;
#[cfg(any(feature = "tracing", feature = "console"))]
use super::caller_context::Origin;
use super::context::TaskContext;
use super::state::{Outcome, State};
use crate::limit::QueuePermit;
use crate::sync::{AtomicPtr, Ordering, UnsafeCell, fence};
use crate::util::{drop_all_quietly, drop_quietly, run_quietly};

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
    #[cfg(any(feature = "tracing", feature = "console"))]
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
    #[cfg(any(feature = "tracing", feature = "console"))]
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
        #[cfg(any(feature = "tracing", feature = "console"))]
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
                #[cfg(any(feature = "tracing", feature = "console"))]
                location: Location::caller(),
                stage: UnsafeCell::new(()),
            },
            stage: Stage { body: ManuallyDrop::new(body) },
        });
        // SAFETY: `Box::into_raw` is never null.
        Self(unsafe { NonNull::new_unchecked(Box::into_raw(cell).cast()) })
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: every user of a `RawTask` holds a reference (rule 1), so the task is alive. The
        // header is only ever shared; its mutable fields are in cells.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(super) fn state(&self) -> &State {
        &self.header().state
    }

    #[cfg(any(feature = "tracing", feature = "console"))]
    pub(super) fn origin(self) -> Origin {
        let header = self.header();
        Origin { name: header.vtable.name, location: header.location }
    }

    #[inline]
    fn stage(self) -> *mut () {
        let offset = self.header().vtable.stage_offset;
        // SAFETY: the offset lies within the allocation, and the pointer was made from all of it.
        unsafe { self.0.as_ptr().cast::<()>().byte_add(offset) }
    }

    /// Runs `f` with the stage, to which the caller has exclusive access.
    #[inline]
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
        // SAFETY: our access is exclusive.
        let waker = unsafe { self.take_waker() };
        // SAFETY: as above. The other fields own nothing.
        unsafe { ptr::drop_in_place(self.0.as_ptr()) };
        // SAFETY: allocated by `Box::new` for a `TaskCell` of this layout.
        unsafe { alloc::dealloc(self.0.as_ptr().cast(), layout) };
        drop_all_quietly(waker);
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
    #[inline]
    pub(super) unsafe fn take_context(self) -> CallerContext {
        self.header().caller.with_mut(|caller| {
            // SAFETY: rule 3: ours alone.
            let caller = unsafe { &mut *caller };
            // SAFETY: it holds a context until the outcome is written.
            let context = unsafe { &mut caller.context };
            // SAFETY: called once; the context is not used afterwards.
            unsafe { ManuallyDrop::take(context) }
        })
    }

    /// Stores a clone of `waker`, unless the slot has one of the same task. Returns the waker that
    /// was replaced.
    ///
    /// # Safety
    ///
    /// The slot belongs to the caller by rule 4.
    #[inline]
    pub(super) unsafe fn set_waker(self, waker: &Waker) -> Option<Waker> {
        // SAFETY: the caller's contract.
        self.header().waker.with_mut(|slot| match unsafe { &mut *slot } {
            Some(before) if before.will_wake(waker) => None,
            slot => slot.replace(waker.clone()),
        })
    }

    /// # Safety
    ///
    /// The slot belongs to the caller by rule 4.
    #[inline]
    pub(super) unsafe fn take_waker(self) -> Option<Waker> {
        // SAFETY: the caller's contract.
        self.header().waker.with_mut(|slot| unsafe { (*slot).take() })
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
    pub(super) unsafe fn take_queue_permit(self) -> Option<QueuePermit> {
        // SAFETY: the caller's contract.
        self.header().queue_permit.with_mut(|slot| unsafe { (*slot).take() })
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
                run_quietly(|| {
                    // SAFETY: the caller's contract.
                    self.with_stage(|stage| unsafe { drop_output(stage) });
                });
            }
            Outcome::Panicked => {
                // SAFETY: the caller's contract.
                drop_quietly(unsafe { self.take_payload() });
            }
            _ => {}
        }
    }

    /// Stores the payload of a panic in the place of the caller's context.
    ///
    /// # Safety
    ///
    /// The caller claimed the task, and took the context out.
    pub(super) unsafe fn set_payload(self, payload: Payload) {
        // SAFETY: rule 3: the slot belongs to the claimer, and is empty.
        self.header().caller.with_mut(|caller| unsafe {
            caller.write(ContextOrPayload { payload: ManuallyDrop::new(payload) });
        });
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

    /// Runs the body; returns whether there is an output. May unwind.
    ///
    /// # Safety
    ///
    /// The caller claimed the task, and calls this once.
    #[inline]
    pub(super) unsafe fn run_body(self) -> bool {
        let run = self.header().vtable.run;
        // SAFETY: the stage belongs to the claimer and holds the body (rule 2).
        self.with_stage(|stage| unsafe { run(stage) })
    }

    /// Drops the fields of the task context that end with the body. Never unwinds.
    pub(super) fn drop_body_context(self) {
        if let Some(context) = self.context_if_any() {
            drop_quietly(context.take_body_context());
        }
    }

    /// Drops the body. Never unwinds.
    ///
    /// # Safety
    ///
    /// The stage belongs to the caller and holds the body.
    pub(super) unsafe fn drop_body(self) {
        let drop_body = self.header().vtable.drop_body;
        run_quietly(|| {
            // SAFETY: the caller's contract.
            self.with_stage(|stage| unsafe { drop_body(stage) });
        });
    }

    #[inline]
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
}

const _: () = {
    // Keep the header small; `tracing` and `console` add two pointers.
    let is_observed = cfg!(any(feature = "tracing", feature = "console"));
    let extra = if is_observed { 2 * size_of::<usize>() } else { 0 };
    assert!(
        cfg!(all(test, any(asyncify_loom, asyncify_shuttle))) || size_of::<Header>() <= 64 + extra
    );
    assert!(size_of::<MaybeUninit<Payload>>() == 2 * size_of::<usize>());
};
