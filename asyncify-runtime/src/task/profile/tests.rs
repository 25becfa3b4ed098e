use std::sync::mpsc;

use futures::executor::block_on;

use super::thread::Functions;
use super::*;
use crate::sync::Mutex;
use crate::{BlockingCall, BlockingPool, Inline};

/// Held by each test, since the statistics are those of the process. Other tests make calls, too.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> impl Sized {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Returns the sums over the calls of a test.
fn totals(snapshot: &Snapshot, test: &str) -> Totals {
    let mut sum = Totals::default();
    let functions = snapshot.functions.iter();
    let of_test = functions.filter(|(function, _)| function.name.ends_with(test));
    of_test.for_each(|(_, totals)| sum.add(totals));
    sum
}

#[test]
fn calls_are_counted_while_they_are_observed() {
    const TEST: &str = "::calls_are_counted_while_they_are_observed";
    let _alone = alone();
    let pool = BlockingPool::builder().max_threads(1).build().unwrap();
    let call = || block_on(pool.spawn(|| ())).unwrap();
    call();
    let observation = Observation::start();
    assert_eq!(totals(&observation.snapshot(), TEST), Totals::default());
    call();
    call();
    let second = Observation::start();
    drop(observation);
    call();
    let found = totals(&second.snapshot(), TEST);
    assert_eq!(found.calls, 3);
    assert!(found.run_max <= found.run && found.wait_max <= found.wait, "{found:?}");

    drop(second);
    call();
    assert_eq!(totals(&Observation::start().snapshot(), TEST), Totals::default());
}

#[test]
fn places_of_calls_are_told_apart() {
    let _alone = alone();
    let observation = Observation::start();
    let first_line = line!() + 1;
    block_on(BlockingCall::new(|| ()).executor(&Inline));
    block_on(BlockingCall::new(|| ()).executor(&Inline));
    let functions = observation.snapshot().functions;
    let here = functions.iter().filter_map(|(function, totals)| {
        let location = function.location?;
        location.file().ends_with("profile/tests.rs").then_some((location.line(), totals.calls))
    });
    let mut here: Vec<_> = here.filter(|(line, _)| *line >= first_line).collect();
    here.sort_unstable();
    assert_eq!(here, [(first_line, 1), (first_line + 1, 1)]);
}

#[test]
fn running_call_is_that_of_its_thread() {
    const TEST: &str = "::running_call_is_that_of_its_thread";
    let _alone = alone();
    let observation = Observation::start();
    let pool = BlockingPool::builder().name("shown").max_threads(1).build().unwrap();
    let (started, has_started) = mpsc::channel();
    let (finish, may_finish) = mpsc::channel::<()>();
    let handle = pool.spawn(move || {
        // A call on the same thread, which has ended.
        block_on(BlockingCall::new(|| ()).executor(&Inline));
        started.send(()).unwrap();
        may_finish.recv().unwrap_err();
        panic!("expected");
    });
    has_started.recv().unwrap();
    let running = || {
        let threads = observation.snapshot().threads;
        let is_shown = |thread: &&Thread| thread.name.as_deref().unwrap_or("").contains("shown");
        threads.iter().find(is_shown).and_then(|thread| thread.running)
    };
    assert!(running().unwrap().0.name.ends_with(TEST));
    drop(finish);
    assert!(block_on(handle).unwrap_err().is_panic());
    assert!(running().is_none());
    assert_eq!(totals(&observation.snapshot(), TEST).calls, 2, "the one that panicked, too");
}

#[test]
fn statistics_of_a_thread_survive_it() {
    const TEST: &str = "::statistics_of_a_thread_survive_it";
    let _alone = alone();
    let observation = Observation::start();
    let call = || block_on(BlockingCall::new(|| ()).executor(&Inline));
    let thread = std::thread::Builder::new().name("mortal".to_owned());
    thread.spawn(call).unwrap().join().unwrap();
    let snapshot = observation.snapshot();
    assert_eq!(totals(&snapshot, TEST).calls, 1);
    assert!(snapshot.threads.iter().all(|thread| thread.name.as_deref() != Some("mortal")));
}

#[test]
fn functions_beyond_the_limit_are_summed_up() {
    const NAMES: &str = include_str!("mod.rs");
    let mut functions = Functions::default();
    let second = Duration::from_secs(1);
    for _ in 0..2 {
        for end in 0..MAX_FUNCTIONS + 3 {
            let function = Function { name: &NAMES[..end], location: None };
            functions.record(function, second, second);
        }
    }
    let mut all = Functions::default();
    all.add(&functions);
    for functions in [&functions, &all] {
        assert_eq!(functions.len(), MAX_FUNCTIONS);
        assert_eq!((functions.others().calls, functions.others().run), (6, 6 * second));
    }
}
