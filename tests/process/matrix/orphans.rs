//! Workers whose program dies, in every state.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use asyncify_process_tests::outside::{children, ended, runs};
use asyncify_process_tests::tasks;
use asyncify_runtime::process::Pool;
use asyncify_runtime::{Shutdown, initializer};
use asyncify_tests::until;
use futures::executor::block_on;
use futures::future::FutureExt;

use rustix::process::Signal;

use crate::{Pipe, cases, kill, one};

cases![
    a_worker_that_spins_ends_with_its_program,
    an_idle_worker_ends_with_its_program,
    a_worker_that_starts_ends_with_its_program,
    a_worker_that_has_read_nothing_ends_with_its_program,
    a_program_that_never_becomes_ready_ends_with_its_pool,
    a_worker_of_a_pool_that_shuts_down_ends_with_its_program,
    what_a_worker_has_started_ends_with_its_program,
    workers_of_a_program_that_ends_are_killed,
];

/// The part of this binary that a case starts as a program of its own.
pub(crate) fn role(argument: &str) -> Option<fn()> {
    match argument {
        "role:greet" => Some(|| println!("no worker")),
        "role:spin" => Some(spin),
        "role:idle" => Some(idle),
        "role:start" => Some(start),
        "role:stranger" => Some(stranger),
        "role:drain" => Some(drain),
        "role:child" => Some(child),
        "role:end" => Some(end),
        _ => None,
    }
}

fn file() -> String {
    std::env::args().nth(2).expect("a file")
}

fn spin() {
    let pool = one().build().unwrap();
    let ended = block_on(tasks::spin_and_tell(&pool, file()));
    panic!("a call that never ends has ended: {ended:?}");
}

fn idle() {
    let pool = one().build().unwrap();
    let worker = block_on(tasks::pid(&pool)).unwrap();
    std::fs::write(file(), worker.to_string()).unwrap();
    wait_for_ever();
}

/// Its worker's initializer never ends.
fn start() {
    let pool = one()
        .initializer(initializer!(tell_and_spin))
        .env("ASYNCIFY_TEST_FILE", file())
        .start_timeout(Duration::from_secs(1000))
        .build()
        .unwrap();
    let ended = block_on(tasks::pid(&pool));
    panic!("a start that never ends has ended: {ended:?}");
}

fn tell_and_spin() {
    let file = std::env::var("ASYNCIFY_TEST_FILE").expect("set by the pool");
    std::fs::write(file, std::process::id().to_string()).expect("a writable file");
    loop {
        std::hint::spin_loop();
    }
}

/// Its worker is a program that never becomes ready.
fn stranger() {
    let pool = one().worker_exe("/usr/bin/tail").build().unwrap();
    let ended = block_on(tasks::pid(&pool));
    panic!("a start that never ends has ended: {ended:?}");
}

/// It waits for the end of a call that never ends.
fn drain() {
    let pool = one().kill_grace(Duration::from_secs(1000)).build().unwrap();
    let scratch = Pipe::new("drain");
    let mut call = Box::pin(tasks::spin_and_tell(&pool, scratch.path()));
    assert!(call.as_mut().now_or_never().is_none());
    let worker = scratch.wait();
    let mut shutdown = Box::pin(pool.shutdown(Shutdown::Drain));
    assert!(shutdown.as_mut().now_or_never().is_none());
    std::fs::write(file(), worker).unwrap();
    block_on(shutdown);
    panic!("a call that never ends has ended");
}

/// Its worker has started a process.
fn child() {
    let pool = one().build().unwrap();
    let ended = block_on(tasks::spawn_child_and_spin(&pool, file()));
    panic!("a call that never ends has ended: {ended:?}");
}

/// Its `main` returns while a call runs.
fn end() {
    let pool = one().build().unwrap();
    let scratch = Pipe::new("end");
    let mut call = Box::pin(tasks::spin_and_tell(&pool, scratch.path()));
    assert!(call.as_mut().now_or_never().is_none());
    std::fs::write(file(), scratch.wait()).unwrap();
    // The pool is not dropped, as a static is not.
    std::mem::forget((call, pool));
}

fn wait_for_ever() {
    // Stdin is a pipe without data.
    let _ = std::io::stdin().read(&mut [0]);
}

fn start_role(role: &str, scratch: &Pipe) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([role, &scratch.path()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn dies_with_its_program(role: &str) {
    for _ in 0..5 {
        let scratch = Pipe::new(&role.replace(':', "-"));
        let mut program = start_role(role, &scratch);
        let worker = scratch.wait_pid();
        assert!(runs(worker));
        program.kill().unwrap();
        program.wait().unwrap();
        ended(worker);
    }
}

async fn a_worker_that_spins_ends_with_its_program() {
    dies_with_its_program("role:spin");
}

async fn an_idle_worker_ends_with_its_program() {
    dies_with_its_program("role:idle");
}

/// Before it is ready, or while its initializer runs.
async fn a_worker_that_starts_ends_with_its_program() {
    dies_with_its_program("role:start");
    for _ in 0..20 {
        let scratch = Pipe::new("early");
        let mut program = start_role("role:spin", &scratch);
        let worker = first_child(&program);
        program.kill().unwrap();
        program.wait().unwrap();
        ended(worker);
    }
}

/// Stopped at once, before it can have read anything.
async fn a_worker_that_has_read_nothing_ends_with_its_program() {
    for _ in 0..20 {
        let scratch = Pipe::new("stopped");
        let mut program = start_role("role:spin", &scratch);
        let worker = first_child(&program);
        kill(worker, Signal::STOP);
        program.kill().unwrap();
        program.wait().unwrap();
        kill(worker, Signal::CONT);
        ended(worker);
    }
}

async fn a_program_that_never_becomes_ready_ends_with_its_pool() {
    let scratch = Pipe::new("stranger");
    let mut program = start_role("role:stranger", &scratch);
    let worker = first_child(&program);
    program.kill().unwrap();
    program.wait().unwrap();
    ended(worker);
}

fn first_child(program: &Child) -> u32 {
    let mut workers = Vec::new();
    until("it has started a worker", || {
        workers = children(program.id());
        !workers.is_empty()
    });
    workers[0]
}

async fn a_worker_of_a_pool_that_shuts_down_ends_with_its_program() {
    dies_with_its_program("role:drain");
}

async fn what_a_worker_has_started_ends_with_its_program() {
    dies_with_its_program("role:child");
}

async fn workers_of_a_program_that_ends_are_killed() {
    let scratch = Pipe::new("ended");
    let mut program = start_role("role:end", &scratch);
    let worker = scratch.wait_pid();
    assert!(program.wait().unwrap().success());
    ended(worker);
    drop(Pool::builder().name("unused").build().unwrap());
}
