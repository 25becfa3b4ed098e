//! The environment of a row: a pool with hooks, and stages that keep futures pending until
//! released.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use asyncify_runtime::{
    BlockingPool, BlockingPoolBuilder, CancellationToken, DedicatedThread, Executor, Job, Limiter,
    Rejected, Shutdown, ThreadBound, ThreadBoundPool,
};
use asyncify_tests::{Gate, block_on};

use super::{Event, deliberate_panic};

/// The number of values of a row that exist.
#[derive(Default)]
struct LiveValues {
    count: Mutex<i64>,
    changed: Condvar,
}

impl LiveValues {
    fn add(&self, more: i64) {
        *self.count.lock().unwrap() += more;
        self.changed.notify_all();
    }
}

/// A value that is counted while it exists, and whose destructor may panic.
pub(super) struct Value {
    live: Arc<LiveValues>,
    panics: bool,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.live.add(-1);
        if self.panics {
            deliberate_panic();
        }
    }
}

pub(super) struct World {
    event: Event,
    /// Whether the event happens.
    armed: Arc<AtomicBool>,
    live: Arc<LiveValues>,
    /// The pool to which hooks submit.
    in_hooks: Arc<Mutex<Option<BlockingPool>>>,
    /// All pools of the row. Most calls use the first.
    pools: Mutex<Vec<BlockingPool>>,
}

impl World {
    pub(super) fn new(event: Event) -> Arc<Self> {
        let world = Self {
            event,
            armed: Arc::new(AtomicBool::new(true)),
            live: Arc::default(),
            in_hooks: Arc::default(),
            pools: Mutex::default(),
        };
        let pool = world.build(BlockingPool::builder().max_threads(4));
        *world.in_hooks.lock().unwrap() = Some(pool);
        Arc::new(world)
    }

    pub(super) fn arm(&self, armed: bool) {
        self.armed.store(armed, SeqCst);
    }

    fn is(&self, event: Event) -> bool {
        self.event == event && self.armed.load(SeqCst)
    }

    /// Builds a pool with the hooks of the row.
    fn build(&self, builder: BlockingPoolBuilder) -> BlockingPool {
        let hook = |panics: Event, submits: Event| {
            let (event, armed, pool) = (self.event, self.armed.clone(), self.in_hooks.clone());
            move || {
                if event == panics && armed.load(SeqCst) {
                    deliberate_panic();
                }
                // Only once, because the submitted call runs the hook again.
                if event == submits && armed.swap(false, SeqCst) {
                    let pool = pool.lock().unwrap().clone();
                    drop(pool.map(|pool| pool.spawn(|| ())));
                }
            }
        };
        let capture = hook(Event::ContextPanics, Event::ContextSubmits);
        let around = hook(Event::ContextWrapperPanics, Event::ContextWrapperSubmits);
        let pool = builder
            .keep_alive(Duration::from_millis(1))
            .on_thread_start(hook(Event::StartHookPanics, Event::StartHookSubmits))
            .on_thread_stop(hook(Event::StopHookPanics, Event::StopHookSubmits))
            .context(move || {
                capture();
                let around = around.clone();
                move |body: &mut dyn FnMut()| {
                    around();
                    body();
                }
            })
            .build()
            .unwrap();
        self.pools.lock().unwrap().push(pool.clone());
        pool
    }

    fn value(&self, panics: Event) -> Value {
        self.live.add(1);
        Value { live: self.live.clone(), panics: self.is(panics) }
    }

    pub(super) fn stage(self: &Arc<Self>) -> Arc<Stage> {
        let parent = CancellationToken::new();
        Arc::new(Stage {
            world: self.clone(),
            gate: Gate::new(),
            token: parent.child_token(),
            parent,
            held: Mutex::default(),
            full: OnceLock::new(),
            exhausted_limiter: OnceLock::new(),
            bound: OnceLock::new(),
            checkouts: OnceLock::new(),
        })
    }

    /// Asserts that no job and no value is left, and that the pools shut down.
    pub(super) fn check(&self) {
        let pools = std::mem::take(&mut *self.pools.lock().unwrap());
        for pool in &pools {
            block_on(pool.wait_idle());
            let metrics = pool.metrics();
            assert_eq!((metrics.running, metrics.queued), (0, 0), "{metrics:?}");
        }
        let live = self.live.count.lock().unwrap();
        let live = self.live.changed.wait_while(live, |live| *live > 0).unwrap();
        assert_eq!(*live, 0, "something was dropped twice");
        drop(live);
        // The event of a stop hook happens now.
        self.arm(true);
        for pool in &pools {
            block_on(pool.shutdown(Shutdown::Drain));
            let metrics = pool.metrics();
            assert_eq!(
                (metrics.running, metrics.queued, metrics.threads),
                (0, 0, 0),
                "{metrics:?}"
            );
        }
        drop(self.in_hooks.lock().unwrap().take());
    }
}

/// The state that the futures of one run share. They are pending until it is released.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    gate: Gate,
    pub(super) parent: CancellationToken,
    /// Cancelled by the release.
    pub(super) token: CancellationToken,
    /// Dropped by the release.
    held: Mutex<Vec<Box<dyn Any + Send>>>,
    full: OnceLock<BlockingPool>,
    exhausted_limiter: OnceLock<Limiter>,
    bound: OnceLock<ThreadBound<Value>>,
    checkouts: OnceLock<ThreadBoundPool<Value>>,
}

impl Stage {
    pub(super) fn release(&self) {
        self.gate.open();
        self.token.cancel();
        // One at a time, and not under the lock: wakers may call back.
        while let Some(held) = { self.held.lock().unwrap().pop() } {
            drop(held);
        }
    }

    fn hold(&self, held: impl Send + 'static) {
        self.held.lock().unwrap().push(Box::new(held));
    }

    pub(super) fn pool(&self) -> BlockingPool {
        self.world.pools.lock().unwrap()[0].clone()
    }

    /// Creates another pool, for a future that shuts it down.
    pub(super) fn own_pool(&self) -> BlockingPool {
        self.world.build(BlockingPool::builder().max_threads(2))
    }

    /// Returns a pool whose only thread is busy and whose queue is full.
    pub(super) fn full_pool(&self) -> BlockingPool {
        let full = self.full.get_or_init(|| {
            let armed = self.world.armed.swap(false, SeqCst);
            let pool = self.world.build(BlockingPool::builder().max_threads(1).queue_capacity(1));
            let gate = self.gate.clone();
            drop(pool.spawn(move || gate.pass()));
            self.gate.wait_for(1);
            drop(pool.spawn(|| ()));
            self.world.arm(armed);
            pool
        });
        full.clone()
    }

    /// Returns a limiter without an available permit.
    pub(super) fn exhausted_limiter(&self) -> Limiter {
        let limiter = self.exhausted_limiter.get_or_init(|| {
            let limiter = Limiter::new(1);
            self.hold(limiter.try_acquire().unwrap());
            limiter
        });
        limiter.clone()
    }

    /// Returns a value whose thread is busy.
    pub(super) fn bound(&self) -> ThreadBound<Value> {
        let bound = self.bound.get_or_init(|| self.make_bound());
        let gate = self.gate.clone();
        drop(bound.call(move |_| gate.pass()).spawn());
        bound.clone()
    }

    /// Returns a pool of values that are all in use.
    pub(super) fn checkouts(&self) -> ThreadBoundPool<Value> {
        let checkouts = self.checkouts.get_or_init(|| {
            let values = ThreadBoundPool::new([self.make_bound()]);
            self.hold(values.try_checkout().unwrap());
            values
        });
        checkouts.clone()
    }

    fn make_bound(&self) -> ThreadBound<Value> {
        let thread = DedicatedThread::new("bound").unwrap();
        let value = self.world.value(Event::CaptureDropPanics);
        block_on(ThreadBound::new(&thread, move || Ok::<_, ()>(value)))
            .unwrap_or_else(|()| unreachable!())
    }

    /// Returns a body that waits for the release.
    pub(super) fn body(&self) -> impl FnOnce() -> Value + Send + 'static {
        let capture = self.world.value(Event::CaptureDropPanics);
        let result = self.world.value(Event::ResultDropPanics);
        let (gate, panics) = (self.gate.clone(), self.world.is(Event::BodyPanics));
        move || {
            gate.pass();
            if panics {
                deliberate_panic();
            }
            drop(capture);
            result
        }
    }

    /// Returns an iterator that waits for the release.
    pub(super) fn items(&self) -> impl Iterator<Item = Value> + Send + use<> {
        Items {
            left: 3,
            world: self.world.clone(),
            gate: self.gate.clone(),
            panics: self.world.is(Event::IteratorPanics),
            _value: self.world.value(Event::IteratorDropPanics),
        }
    }

    pub(super) fn executor(&self) -> Arc<dyn Executor> {
        let behaviour = self.world.armed.load(SeqCst).then_some(self.world.event);
        Arc::new(HostileExecutor { pool: self.pool(), behaviour })
    }
}

struct Items {
    left: usize,
    world: Arc<World>,
    gate: Gate,
    panics: bool,
    _value: Value,
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.gate.pass();
        self.left = self.left.checked_sub(1)?;
        if self.panics && self.left == 1 {
            deliberate_panic();
        }
        Some(self.world.value(Event::ResultDropPanics))
    }
}

#[derive(Clone)]
struct HostileExecutor {
    pool: BlockingPool,
    behaviour: Option<Event>,
}

impl Executor for HostileExecutor {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        match self.behaviour {
            Some(Event::ExecutorPanics) => deliberate_panic(),
            Some(Event::ExecutorDropsTheJob) => drop(job),
            Some(Event::ExecutorRunsInPlace) => job.run(),
            _ => return self.pool.execute(job),
        }
        Ok(())
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}

/// Drops a value, and catches the panic of its destructor.
pub(super) fn drop_value<T>(value: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
}
