use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::process::__private::{Arguments, Options, Task, call};
use crate::process::pool::Pool;
use crate::process::setup;
use crate::process::sys::{Timer, Watched};
use crate::util::catch;

static TASK: Task = Task::new("task", ("manager.rs", 1, 1), |_| unreachable!("no worker runs it"));

#[test]
fn a_manager_that_panics_leaves_neither_a_call_nor_a_process() {
    let shared = Arc::new(Shared::new(Pool::builder().name("test").config));
    // A process that never answers.
    let child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (socket, _worker) = UnixStream::pair().unwrap();
    let (process, timer) = (Watched::new(&child).unwrap(), Timer::new().unwrap());
    let link = Arc::new(Link::new(socket, process, timer, None, false, None));
    let status = PathBuf::from(format!("/proc/{}/stat", child.id()));
    assert!(shared.register(&link));
    let reader = FrameReader::new(1000);
    let worker = Worker::new(shared.clone(), link.clone(), child, reader, None);
    assert!(matches!(shared.next(&link, None), Next::Idle));

    let pool = Pool::new(shared);
    let arguments = Arguments::new(&TASK, Ok(pool.clone()), Options::new());
    let mut call = Box::pin(call::<Result<(), Error>>(arguments));
    let mut poll_once = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll_once().is_pending());
    assert!(status.exists());

    let managed = catch(move || {
        let _worker = worker;
        std::panic::resume_unwind(Box::new("the manager has panicked"));
    });
    managed.unwrap_err();
    let Poll::Ready(Err(Error::Process(ProcessError::ManagerFailed { detail }))) = poll_once()
    else {
        panic!("the call has another end");
    };
    assert_eq!(detail, PANICKED);
    assert!(!status.exists(), "the process is not reaped");
    let metrics = pool.metrics();
    assert_eq!((metrics.spawned, metrics.workers, metrics.idle), (1, 0, 0));
    assert_eq!(metrics.ended.manager_failed, 1);
}

#[test]
fn a_worker_cannot_claim_that_a_call_has_not_started() {
    let reply_to = |error: ProcessError| {
        let frame = setup::message(Kind::Failed, 1, &error);
        let mut reader = FrameReader::new(1000);
        let header = reader.read(&mut &frame[..]).unwrap().unwrap();
        reply(&header, &mut reader, "task").map(drop)
    };
    let claim = ProcessError::Start { attempts: 1, detail: "it lies".to_owned() };
    let Err(Error::Process(error)) = reply_to(claim) else { panic!("no error") };
    assert!(matches!(error, ProcessError::Protocol { .. }) && !error.is_retryable(), "{error}");
    let unregistered = ProcessError::Unregistered { task: String::new() };
    let expected = ProcessError::Unregistered { task: "task".to_owned() };
    assert_eq!(reply_to(unregistered), Err(expected.into()));
}
