//! Which public types are `Send`, `Sync` and `Unpin`, and whose futures are `Send`.

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use asyncify_runtime as a;
use asyncify_runtime::sync_to_async;

/// Says yes where a type has the trait: the inherent constant hides the one of the blanket impl.
macro_rules! has {
    ($ty:ty: $($bound:tt)+) => {{
        #[allow(dead_code, reason = "used where the type does not have the trait")]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used where the type has the trait")]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$ty>>::HAS
    }};
}

/// A row says for `Send`, `Sync`, `Unpin` whether the type is.
macro_rules! table {
    ($($ty:ty => $send:literal, $sync:literal, $unpin:literal;)*) => {
        #[test]
        fn auto_traits_are_as_promised() {
            $(
                assert_eq!(
                    (has!($ty: Send), has!($ty: Sync), has!($ty: Unpin)),
                    ($send, $sync, $unpin),
                    stringify!($ty),
                );
            )*
        }
    };
}

/// `Send` and no more.
type Moves = Cell<u8>;
/// Neither.
type Stays = Rc<u8>;

table! {
    a::Stall => true, true, true;
    a::Watchdog => true, true, true;
    a::WatchdogBuilder => true, true, true;
    a::Watched<Moves> => true, false, true;
    a::Watched<Stays> => false, false, true;
    a::BlockingCall<'static, u8> => true, true, true;
    a::BlockingCall<'static, Moves> => true, true, true;
    a::TimedCall<'static, u8> => true, true, true;
    a::TimedCall<'static, Moves> => true, true, true;
    a::JoinHandle<u8> => true, true, true;
    a::JoinHandle<Moves> => true, true, true;
    a::JoinHandle<Stays> => false, false, true;
    a::JoinError => true, true, true;
    a::Error => true, true, true;
    a::Job => true, true, true;
    a::Rejected => true, true, true;
    a::WhenReady => true, false, true;
    a::BlockingPool => true, true, true;
    a::TaskGroup<u8> => true, true, true;
    a::TaskGroup<Moves> => true, true, true;
    a::BlockingStream<u8> => true, true, true;
    a::BlockingStream<Moves> => true, true, true;
    a::Map<std::ops::Range<u8>, fn(u8) -> u8, u8> => true, false, true;
    a::Map<std::ops::Range<u8>, fn(u8) -> Moves, Moves> => true, false, true;
    a::Unblock<std::fs::File> => true, true, true;
    a::Unblock<Moves> => true, true, true;
    a::ThreadBound<Stays> => true, true, true;
    a::ThreadBoundPool<Stays> => true, true, true;
    a::Checkout<Stays> => true, true, true;
    a::BlockingPoolBuilder => true, true, true;
    a::Permit => true, true, true;
    a::ReserveError => true, true, true;
    a::TrySpawnError<u8> => true, true, true;
    a::TrySpawnError<Stays> => false, false, true;
    a::PoolMetrics => true, true, true;
    a::Shutdown => true, true, true;
    a::Leftover => true, true, true;
    a::DedicatedThread => true, true, true;
    a::Inline => true, true, true;
    dyn a::Executor => true, true, false;
    Box<dyn a::Executor> => true, true, true;
}

#[test]
fn table_can_tell() {
    assert!(has!(u8: Send) && !has!(Stays: Send) && has!(Moves: Send) && !has!(Moves: Sync));
    assert!(!has!(std::marker::PhantomPinned: Unpin));
}

fn is_send<T: Send>(_: T) {}

#[sync_to_async]
fn owned(_: String, _: Moves) -> Moves {
    Cell::new(0)
}

#[sync_to_async]
fn borrowed(_: &str, _: &[String], _: impl Fn() -> u8 + Send + 'static) {}

#[sync_to_async]
async fn not_send() -> u8 {
    let local: Stays = Rc::new(1);
    std::future::ready(()).await;
    *local
}

#[sync_to_async]
fn generic<T: Send + 'static>(value: T) -> T {
    value
}

#[derive(Clone)]
struct Service;

#[sync_to_async]
trait Works: Clone + Send + Sync + 'static {
    fn work(&self) -> u8;

    async fn waits(&self) -> u8 {
        self.work().await
    }
}

#[sync_to_async]
impl Works for Service {
    fn work(&self) -> u8 {
        1
    }
}

fn through_a_bound<W: Works>(works: &W) {
    is_send(works.work());
    is_send(works.waits());
}

#[test]
fn futures_are_send() {
    let pool = crate::one_thread();
    is_send(owned(String::new(), Cell::new(0)));
    is_send(borrowed("", &[], || 1));
    is_send(not_send());
    is_send(generic(Cell::new(0)));
    through_a_bound(&Service);
    is_send(a::asyncify!(|| 1).executor(&pool));
    is_send(pool.shutdown(a::Shutdown::Drain));
    is_send(pool.wait_idle());
    is_send(pool.reserve());
}

fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>(_: T) {}

#[test]
fn calls_are_unwind_safe() {
    let pool = crate::one_thread();
    is_unwind_safe(a::asyncify!(|| Cell::new(0)).executor(&pool));
    is_unwind_safe(a::asyncify!(|| Cell::new(0)).timeout(std::time::Duration::ZERO));
    is_unwind_safe(a::asyncify!(|| Cell::new(0)).spawn());
    is_unwind_safe(generic(String::new()));
    is_unwind_safe(borrowed_text(""));
}

fn is_sync<T: Sync>(_: T) {}

#[test]
fn futures_of_sync_arguments_are_sync() {
    is_sync(generic(0));
    is_sync(borrowed_text(""));
}

#[sync_to_async]
fn borrowed_text(_: &str) -> Moves {
    Cell::new(0)
}
