//! The end of `main` does not wait for the global pool: a child process shows it.

use std::env;
use std::panic::catch_unwind;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;

use asyncify_runtime::{BlockingPool, Error, Shutdown, asyncify, spawn_blocking};
use asyncify_tests::{FOREVER, Gate, block_on, panic_text};

const ROLE: &str = "ASYNCIFY_TESTS_ROLE";

fn main() -> ExitCode {
    match env::var(ROLE).as_deref() {
        Ok("blocked") => blocked(),
        Ok("drained") => drained(),
        Ok("refused") => refused(),
        Ok(role) => panic!("no such role: {role}"),
        Err(_) => {
            assert_eq!(run("blocked"), (0, "leaving main\n".to_owned()));
            assert_eq!(run("drained"), (0, "finished\nleaving main\n".to_owned()));
            assert_eq!(run("refused"), (0, "leaving main\n".to_owned()));
            println!("test exit ... ok");
        }
    }
    ExitCode::SUCCESS
}

/// Leaves `main` while a body runs that never ends.
fn blocked() {
    let gate = Gate::new();
    let body = gate.clone();
    drop(spawn_blocking(move || {
        body.pass();
        println!("never");
    }));
    gate.wait_for(1);
    println!("leaving main");
}

/// Finishes what is queued, as it asks for it.
fn drained() {
    let pool = BlockingPool::builder().max_threads(1).build().expect("a thread");
    drop(pool.spawn(|| ()));
    drop(pool.spawn(|| println!("finished")));
    block_on(pool.shutdown(Shutdown::Drain));
    println!("leaving main");
}

/// Finds no thread for the global pool, and gets an error where there is one.
fn refused() {
    fn text<T: std::fmt::Debug>(error: Result<T, impl std::fmt::Display>) -> String {
        error.expect_err("there is no thread").to_string()
    }
    let message = "blocking call was rejected: the system refused to start a thread";
    assert_eq!(text(block_on(spawn_blocking(|| ()))), message);
    assert_eq!(text(block_on(asyncify!(|| ()).spawn())), message);
    assert_eq!(block_on(asyncify!(|| ()).timeout(FOREVER)), Err(Error::NoThread));
    let panic = catch_unwind(|| block_on(asyncify!(|| ())));
    assert!(panic_text(&*panic.expect_err("there is no value")).starts_with(message));
    println!("leaving main");
}

/// Runs this program in a role; its exit code and what it printed.
fn run(role: &str) -> (i32, String) {
    let mut command = Command::new(env::current_exe().expect("a path"));
    if role == "refused" {
        // No system has room for such a stack.
        command.env("RUST_MIN_STACK", (1_u64 << 60).to_string());
    }
    let child = command.env(ROLE, role).stdout(Stdio::piped()).spawn().expect("a child");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let output = receiver.recv_timeout(FOREVER).expect("the child ends").expect("an output");
    let text = String::from_utf8(output.stdout).expect("text");
    (output.status.code().expect("no signal"), text)
}
