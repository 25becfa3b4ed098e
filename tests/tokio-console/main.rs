//! tokio's console lists calls as blocking tasks, without `--cfg tokio_unstable`: its subscriber
//! records them, and its own client reads them from its server.

mod console;

use asyncify_runtime::{
    BlockingPool, DedicatedThread, TaskGroup, ThreadBound, asyncify, spawn_blocking, sync_to_async,
};
use asyncify_tests::{Gate, block_on, poll_once};

use crate::console::{Console, State, Task};

fn one_thread() -> BlockingPool {
    BlockingPool::builder().max_threads(1).build().unwrap()
}

#[sync_to_async(executor = pool)]
fn wait_for(pool: &BlockingPool, gate: Gate) -> u32 {
    let _ = (pool, gate.pass());
    line!()
}

/// Asserts that a task is a blocking call in this file, at `line`.
#[track_caller]
fn assert_call(task: &Task, name: &str, line: u32) {
    assert_eq!(task.field("kind"), Some("blocking"), "{task:?}");
    assert_eq!(task.field("task.name"), Some(name), "{task:?}");
    let (file, found) = task.location.as_ref().expect("a location");
    assert!(file == "main.rs", "{task:?}");
    assert_eq!(*found, line, "{task:?}");
}

#[test]
fn calls_are_blocking_tasks_with_their_state_and_source() {
    const RUNNING: &str = "tokio_console::wait_for";
    const QUEUED: &str = "tokio_console::calls_are_blocking_tasks_with_their_state_and_source";
    let console = Console::start();
    let (pool, gate) = (one_thread(), Gate::new());
    let mut running = Box::pin(wait_for(&pool, gate.clone()));
    let (queued, queued_line) = console.observe(|| {
        assert!(poll_once(&mut running).is_pending());
        (asyncify!("7".parse::<u8>()).executor(&pool).spawn(), line!())
    });

    let tasks = console.wait_until(|tasks| {
        let state = |name| tasks.iter().find(|task| task.is_named(name)).map(|task| task.state);
        state(RUNNING) == Some(State::Running) && state(QUEUED) == Some(State::Waiting)
    });
    let named = |name| tasks.iter().find(|task| task.is_named(name)).unwrap();
    gate.open();
    // An annotated function is where it is written.
    assert_call(named(RUNNING), RUNNING, block_on(running) - 2);
    assert_call(named(QUEUED), QUEUED, queued_line);
    assert_eq!(block_on(queued).unwrap(), Ok(7));

    console.wait_until(|tasks| tasks.iter().all(|task| task.state == State::Ended));
}

/// tokio's console takes each time that the span of a task is entered for a poll of it.
#[test]
fn task_that_makes_a_call_is_not_polled_by_its_body() {
    let console = Console::start();
    let pool = one_thread();
    console.observe(|| {
        // As tokio describes its tasks.
        let caller = tracing::trace_span!(
            target: "tokio::task",
            "runtime.spawn",
            kind = "task",
            task.name = "caller",
        );
        let handle = {
            let _polled = caller.enter();
            pool.spawn(|| ())
        };
        block_on(handle).unwrap();
        drop(caller);
        // A call within a call.
        let inner = one_thread();
        let outer = pool.spawn(move || block_on(asyncify!(|| ()).executor(&inner)));
        block_on(outer).unwrap();
    });
    let tasks = console.wait_until(|tasks| {
        tasks.len() == 4 && tasks.iter().all(|task| task.state == State::Ended)
    });
    for task in &tasks {
        assert_eq!(task.polls, 1, "{task:?}");
    }
}

/// Every way to start a closure has the location where that is done.
#[test]
fn location_is_that_of_the_user() {
    let console = Console::start();
    let pool = one_thread();
    let thread = DedicatedThread::new("bound").unwrap();
    let first = line!() + 1;
    let lines = console.observe(|| {
        block_on(spawn_blocking(|| ())).unwrap();
        block_on(pool.spawn(|| ())).unwrap();
        block_on(pool.try_spawn(|| ()).unwrap()).unwrap();
        block_on(block_on(pool.reserve()).unwrap().spawn(|| ())).unwrap();
        block_on(asyncify!(|| ()));
        let mut group = TaskGroup::with_executor(pool.clone());
        group.spawn(|| ());
        assert_eq!(block_on(group.join_all()).len(), 1);
        let value = ThreadBound::from_value(&thread, 1);
        block_on(value.call(|value| *value += 1));
        line!()
    });
    let tasks = console.wait_until(|tasks| tasks.iter().filter(|task| task.is_here()).count() >= 7);
    let name = "tokio_console::location_is_that_of_the_user";
    let mut found: Vec<_> = tasks
        .iter()
        .filter(|task| task.is_here())
        .map(|task| {
            assert_eq!(task.field("task.name"), Some(name), "{task:?}");
            task.location.clone().unwrap().1
        })
        .collect();
    found.sort_unstable();
    let expected: Vec<_> = [1, 2, 3, 4, 5, 7, 10].map(|line| first + line).to_vec();
    assert_eq!(found, expected);
    assert!(lines > *expected.last().unwrap());
}
