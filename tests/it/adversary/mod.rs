//! User code that panics, or reenters the runtime, wherever it is called: a table of every public
//! future and stream by every such event.
//!
//! A row applies its event to a future that is awaited to completion, and to one that is dropped
//! while it is pending. Afterwards, another future of the same object must complete as usual, the
//! pools must be empty, and each value must have been dropped exactly once. A row that hangs fails
//! the tests with its name.

mod kinds;
mod world;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker};
use std::thread;

use asyncify_tests::{HostileWaker, in_time};

use self::kinds::{KINDS, Kind, Subject, Uses};
use self::world::{Stage, World};

/// Defines the events, and the list of all of them.
macro_rules! events {
    ($($event:ident,)*) => {
        /// What the user code of a row does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Event {
            $($event,)*
        }

        const EVENTS: &[Event] = &[$(Event::$event,)*];
    };
}

events! {
    WakerPanics,
    CloneOfWakerPanics,
    DropOfWakerPanics,
    WakerDropsItsFuture,
    WakerPollsItsFuture,
    WakerPollsAnother,
    WakerCancelsAll,
    WakerSubmits,
    BodyPanics,
    CaptureDropPanics,
    ResultDropPanics,
    IteratorPanics,
    IteratorDropPanics,
    ExecutorPanics,
    ExecutorDropsTheJob,
    ExecutorRunsInPlace,
    StartHookPanics,
    StartHookSubmits,
    StopHookPanics,
    StopHookSubmits,
    ContextPanics,
    ContextSubmits,
    ContextWrapperPanics,
    ContextWrapperSubmits,
}

use Event::*;

impl Event {
    /// Returns whether the kind calls the user code of the event.
    fn concerns(self, kind: &Kind) -> bool {
        let uses = |what| kind.uses.contains(&what);
        match self {
            BodyPanics => uses(Uses::Body),
            CaptureDropPanics | ResultDropPanics => uses(Uses::Body) || uses(Uses::Iterator),
            IteratorPanics | IteratorDropPanics => uses(Uses::Iterator),
            ExecutorPanics | ExecutorDropsTheJob | ExecutorRunsInPlace => uses(Uses::Executor),
            _ => true,
        }
    }

    /// Returns whether polling or dropping the future may panic.
    fn may_panic(self) -> bool {
        matches!(
            self,
            CloneOfWakerPanics
                | DropOfWakerPanics
                | BodyPanics
                | CaptureDropPanics
                | ResultDropPanics
                | IteratorPanics
                | IteratorDropPanics
                | ExecutorPanics
                | ExecutorDropsTheJob
                | ContextPanics
                | ContextWrapperPanics
        )
    }
}

/// The payload of the panics in this table.
struct DeliberatePanic;

/// Panics, unless the thread is panicking already, which would abort. Bypasses the panic hook.
fn deliberate_panic() {
    if !thread::panicking() {
        resume_unwind(Box::new(DeliberatePanic));
    }
}

fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(f))
}

/// The end of a future.
#[derive(Debug)]
enum End {
    Ready,
    /// Its waker dropped it, or polled it to completion.
    Dropped,
    Panicked(#[expect(dead_code, reason = "printed by a failing row")] Option<String>),
}

/// A future that its own waker can poll and drop.
struct Slot(Mutex<Option<Subject>>);

impl Slot {
    fn new(subject: Subject) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(subject))))
    }

    /// Polls until pending or complete. Returns `None` if the future was dropped.
    fn poll(&self, waker: &Waker) -> Option<Poll<()>> {
        Self::poll_in(&mut self.lock(), waker)
    }

    /// Like [`poll`](Self::poll), for wakers: returns `None` while the future is being polled.
    fn try_poll(&self, waker: &Waker) -> Option<Poll<()>> {
        let mut slot = self.try_lock()?;
        Self::poll_in(&mut slot, waker)
    }

    fn poll_in(slot: &mut Option<Subject>, waker: &Waker) -> Option<Poll<()>> {
        let mut cx = Context::from_waker(waker);
        loop {
            match slot.as_mut()?.as_mut().poll_next(&mut cx) {
                Poll::Pending => return Some(Poll::Pending),
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) => {
                    drop(slot.take());
                    return Some(Poll::Ready(()));
                }
            }
        }
    }

    /// Takes the future, unless it is being polled.
    fn try_take(&self) -> Option<Subject> {
        self.try_lock()?.take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Subject>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Option<Subject>>> {
        match self.0.try_lock() {
            Ok(slot) => Some(slot),
            Err(TryLockError::Poisoned(slot)) => Some(slot.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Runs one row.
fn row(kind: &Kind, event: Event) {
    let world = World::new(event);
    for abandon in [false, true] {
        let stage = world.stage();
        world.arm(true);
        let end = catch(|| act(kind, event, &stage, abandon));
        world.arm(false);
        stage.release();
        match end {
            Ok(End::Ready | End::Dropped) => {}
            Ok(End::Panicked(_)) | Err(_) if event.may_panic() => {}
            Ok(end) => panic!("{}: {end:?}", name(kind, event)),
            Err(payload) => panic!("{}: {:?}", name(kind, event), End::Panicked(text(&*payload))),
        }
        let subject = Slot::new((kind.make)(&stage));
        let after = drive(&subject, &HostileWaker::default().waker().1);
        assert!(
            matches!(after, End::Ready),
            "{}, the future after it: {after:?}",
            name(kind, event)
        );
    }
    world.check();
}

fn name(kind: &Kind, event: Event) -> String {
    format!("{}: {event:?}", kind.name)
}

fn text(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

/// Applies the event to a future.
fn act(kind: &Kind, event: Event, stage: &Arc<Stage>, abandon: bool) -> End {
    if event == ExecutorRunsInPlace {
        // The executor runs the body within the poll: nothing could release it later.
        stage.release();
    }
    let subject = Slot::new((kind.make)(stage));
    let another = Slot::new((kind.make)(stage));
    let own = Arc::new(OnceLock::<Waker>::new());
    let on_wake: Box<dyn Fn() + Send + Sync> = match event {
        WakerPanics => Box::new(deliberate_panic),
        WakerDropsItsFuture => {
            let subject = subject.clone();
            Box::new(move || drop(subject.try_take()))
        }
        WakerPollsItsFuture => {
            let (subject, own) = (subject.clone(), own.clone());
            Box::new(move || _ = own.get().and_then(|own| subject.try_poll(own)))
        }
        WakerPollsAnother => {
            let another = another.clone();
            Box::new(move || _ = another.try_poll(Waker::noop()))
        }
        WakerCancelsAll => {
            let parent = stage.parent.clone();
            Box::new(move || parent.cancel())
        }
        WakerSubmits => {
            let pool = stage.pool();
            Box::new(move || drop(pool.spawn(|| ())))
        }
        _ => Box::new(|| {}),
    };
    if event != WakerPollsAnother {
        drop(another.try_take());
    }
    // The next clone, and each drop.
    let clone_panics = Arc::new(AtomicBool::new(event == CloneOfWakerPanics));
    let drop_panics = Arc::new(AtomicBool::new(event == DropOfWakerPanics));
    let (clones, drops) = (clone_panics.clone(), drop_panics.clone());
    let (waker, hostile) = HostileWaker::default()
        .on_wake(on_wake)
        .on_clone(move || clones.swap(false, SeqCst).then(deliberate_panic).unwrap_or_default())
        .on_drop(move || drops.load(SeqCst).then(deliberate_panic).unwrap_or_default())
        .waker();
    own.get_or_init(|| hostile.another());
    let first = catch(|| subject.poll(&waker));
    // Behind the first one, if both wait for the same resource.
    another.try_poll(Waker::noop());
    let end = if abandon {
        let dropped = catch(|| drop(subject.try_take()));
        match first.and(dropped) {
            Ok(()) => End::Dropped,
            Err(payload) => End::Panicked(text(&*payload)),
        }
    } else {
        stage.release();
        drive(&subject, &hostile)
    };
    stage.release();
    drop_panics.store(false, SeqCst);
    clone_panics.store(false, SeqCst);
    let _ = catch(|| drop(another.try_take()));
    end
}

/// Polls a future to completion whenever its waker is woken.
fn drive(subject: &Arc<Slot>, hostile: &Arc<HostileWaker>) -> End {
    let mut panic = None;
    let mut last = None;
    // A future that holds several wakers may panic more than once.
    for _ in 0..20 {
        let polled = catch(|| {
            loop {
                let woken = hostile.woken();
                let waker = hostile.another();
                let polled = subject.poll(&waker);
                let _ = catch(|| drop(waker));
                match polled {
                    Some(Poll::Ready(())) => return End::Ready,
                    Some(Poll::Pending) => hostile.wait(woken),
                    None => return End::Dropped,
                }
            }
        });
        match polled {
            Ok(end) if panic.is_none() => return end,
            Ok(_) => break,
            Err(payload) => {
                let foreign = !payload.is::<DeliberatePanic>();
                last = text(&*payload);
                panic = Some(payload);
                if foreign {
                    break;
                }
            }
        }
    }
    drop(panic);
    let _ = catch(|| drop(subject.lock().take()));
    End::Panicked(last)
}

/// Runs a quarter of the rows: those of the kinds whose index modulo 4 is `part`. Four tests, so
/// that they run in parallel.
fn rows(part: usize) {
    let only = std::env::var("ADVERSARY").unwrap_or_default();
    for kind in KINDS.iter().skip(part).step_by(4) {
        for &event in EVENTS.iter().filter(|event| event.concerns(kind)) {
            let name = name(kind, event);
            if name.contains(&only) {
                in_time(name, || row(kind, event));
            }
        }
    }
}

#[test]
fn first_quarter_of_the_table() {
    rows(0);
}

#[test]
fn second_quarter_of_the_table() {
    rows(1);
}

#[test]
fn third_quarter_of_the_table() {
    rows(2);
}

#[test]
fn last_quarter_of_the_table() {
    rows(3);
}
