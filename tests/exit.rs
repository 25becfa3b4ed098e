//! The end of `main` does not wait for the global pool unless it has a guard: a child process shows
//! it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::{self, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;

use asyncify_runtime::{
    BlockingPool, DrainGuard, Error, Shutdown, asyncify, cpu, global, spawn_blocking,
};
use asyncify_tests::{FOREVER, Gate, block_on, panic_text};

const ROLE: &str = "ASYNCIFY_TESTS_ROLE";
/// The file that the child writes.
const FILE: &str = "ASYNCIFY_TESTS_FILE";

fn main() -> ExitCode {
    match env::var(ROLE).as_deref() {
        Ok("blocked") => blocked(),
        Ok("drained") => drained(),
        Ok("guarded") => guarded(),
        Ok("attributed") => attributed(),
        Ok("expired") => expired(),
        Ok("refused") => refused(),
        Ok(role) => panic!("no such role: {role}"),
        Err(_) => {
            assert_eq!(run("blocked", None), (0, "leaving main\n".to_owned()));
            assert_eq!(run("drained", None), (0, "finished\nleaving main\n".to_owned()));
            for role in ["guarded", "attributed"] {
                let file = env::temp_dir().join(format!("asyncify-{role}-{}", process::id()));
                assert_eq!(run(role, Some(&file)), (0, "leaving main\n".to_owned()));
                assert_eq!(
                    fs::read_to_string(&file).expect("it was written"),
                    "cleaned up",
                    "{role}"
                );
                fs::remove_file(file).expect("it is there");
            }
            assert_eq!(run("expired", None), (0, "leaving main\n".to_owned()));
            assert_eq!(run("refused", None), (0, "leaving main\n".to_owned()));
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

/// Cleans up in calls that nobody awaits, after the guard's drop has begun.
struct CleanUp;

impl Drop for CleanUp {
    fn drop(&mut self) {
        let file = env::var_os(FILE).expect("the parent names it");
        // Long enough to be lost if nothing waits for it.
        clean_up(1_000, file);
        println!("leaving main");
    }
}

/// Makes a chain of calls on two pools, whose last one writes the file.
fn clean_up(calls: u32, file: OsString) {
    let pool = if calls.is_multiple_of(2) { global() } else { cpu() };
    drop(pool.spawn(move || match calls {
        0 => fs::write(file, "cleaned up").expect("a writable directory"),
        _ => clean_up(calls - 1, file),
    }));
}

fn guarded() {
    let _guard = DrainGuard::new(FOREVER);
    let _clean_up = CleanUp;
}

/// A task that is dropped with its runtime cleans up.
#[asyncify_runtime::main(drain = "1000s")]
#[tokio::main]
async fn attributed() {
    tokio::spawn(async {
        let _clean_up = CleanUp;
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
}

/// Has a body that never ends.
#[asyncify_runtime::main(drain = "10ms")]
fn expired() {
    blocked();
}

/// Runs this program in a role; its exit code and what it printed.
fn run(role: &str, file: Option<&Path>) -> (i32, String) {
    let mut command = Command::new(env::current_exe().expect("a path"));
    if role == "refused" {
        // No system has room for such a stack.
        command.env("RUST_MIN_STACK", (1_u64 << 60).to_string());
    }
    command.envs(file.map(|file| (FILE, file)));
    let child = command.env(ROLE, role).stdout(Stdio::piped()).spawn().expect("a child");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let output = receiver.recv_timeout(FOREVER).expect("the child ends").expect("an output");
    let text = String::from_utf8(output.stdout).expect("text");
    (output.status.code().expect("no signal"), text)
}
