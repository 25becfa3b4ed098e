//! Runs empty jobs in an order that is the same every time, so that an instruction counter gives
//! the same number every time. `cost.sh` calls it twice and divides the difference by the number of
//! jobs; `README.md` says more. It is compiled alone there, so it depends on the runtime only.

use asyncify_runtime::{BlockingPool, asyncify};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError, mpsc};
use std::task::{Context, Waker};
use std::{env, io};

/// Closed while the jobs are submitted.
static GATE: Mutex<()> = Mutex::new(());

fn main() -> ExitCode {
    let jobs = env::args().nth(1).and_then(|number| number.parse().ok());
    match jobs.map(run) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("cost: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("usage: cost JOBS");
            ExitCode::FAILURE
        }
    }
}

/// Submits all jobs, in a runtime and with a waker, while the only worker is blocked; then lets it
/// run them, and takes their results. So no thread waits for a job or searches for one.
fn run(jobs: usize) -> io::Result<()> {
    let closed = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    let wait_for_gate = || drop(GATE.lock());
    BlockingPool::builder().max_threads(1).on_thread_start(wait_for_gate).build_global()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let _entered = runtime.enter();
    let mut calls: Vec<_> = (0..jobs).map(|_| asyncify!(|| ())).collect();
    let mut context = Context::from_waker(Waker::noop());
    let mut poll_all = || {
        let mut ready = 0;
        for call in &mut calls {
            ready += usize::from(Pin::new(call).poll(&mut context).is_ready());
        }
        ready
    };

    assert_eq!(poll_all(), 0, "the gate is closed");
    let (sender, receiver) = mpsc::channel();
    asyncify_runtime::spawn_blocking(move || sender.send(()));
    drop(closed);
    receiver.recv().expect("the worker lives");
    assert_eq!(poll_all(), jobs, "the worker takes them in order");
    Ok(())
}
