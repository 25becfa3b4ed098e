//! Errors and panics of bodies, and of what they carry.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, set_hook, take_hook};
use std::sync::{Arc, Mutex};
use std::thread;

use asyncify_runtime::{BlockingCall, Executor, Job, Rejected, sync_to_async};
use asyncify_tests::{block_on, probe};

use crate::one_thread;

/// What a future panics with.
fn panic_of<T>(future: impl Future<Output = T>) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(|| block_on(future))) {
        Ok(_) => panic!("no panic"),
        Err(payload) => payload,
    }
}

#[test]
fn panic_resumes_on_the_awaiter_with_its_payload() {
    #[derive(Debug, PartialEq)]
    struct Custom(u8);
    #[sync_to_async]
    fn fail(kind: u8) {
        match kind {
            0 => panic!("literal"),
            1 => panic!("formatted {kind}"),
            _ => panic_any(Custom(kind)),
        }
    }
    assert_eq!(panic_of(fail(0)).downcast_ref(), Some(&"literal"));
    assert_eq!(panic_of(fail(1)).downcast_ref(), Some(&"formatted 1".to_owned()));
    assert_eq!(panic_of(fail(2)).downcast_ref(), Some(&Custom(2)));
}

#[test]
fn handle_tells_a_panic_from_other_ends() {
    let error = block_on(one_thread().spawn(|| panic!("in words"))).unwrap_err();
    assert!(error.is_panic() && !error.is_cancelled() && !error.is_rejected());
    assert!(error.to_string().contains("in words"));
    assert!(format!("{error:?}").contains("in words"));
    assert_eq!(error.into_panic().downcast_ref(), Some(&"in words"));

    let error = block_on(one_thread().spawn(|| panic_any(7_u8))).unwrap_err();
    assert_eq!(error.try_into_panic().unwrap().downcast_ref(), Some(&7_u8));
}

#[test]
fn panic_says_where_in_the_body_it_happened() {
    #[sync_to_async]
    fn fail() {
        panic!("panic_says_where");
    }
    const LINE: u32 = line!() - 2;

    let seen = Arc::new(Mutex::new(Vec::new()));
    let previous = take_hook();
    set_hook(Box::new({
        let seen = Arc::clone(&seen);
        move |info| {
            // Other tests panic at the same time.
            if info.payload().downcast_ref() == Some(&"panic_says_where") {
                let location = info.location().unwrap();
                seen.lock().unwrap().push((location.file().to_owned(), location.line()));
            } else {
                previous(info);
            }
        }
    }));
    drop(panic_of(fail()));
    assert_eq!(*seen.lock().unwrap(), [(file!().to_owned(), LINE)], "the hook hears of it once");
}

#[test]
fn call_whose_executor_loses_it_ends_as_cancelled() {
    struct Lossy;
    impl Executor for Lossy {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            drop(job);
            Ok(())
        }
    }
    let (held, fate) = probe();
    let handle = BlockingCall::new(move || drop(held)).executor(&Lossy).spawn();
    assert!(block_on(handle).unwrap_err().is_cancelled());
    assert_eq!(fate.now(), Some(thread::current().id()));

    let payload = panic_of(BlockingCall::new(|| ()).executor(&Lossy));
    let text = payload.downcast_ref::<String>().expect("words");
    assert!(text.contains("cancelled"), "{text}");
}

#[test]
fn call_whose_thread_dies_ends_as_cancelled() {
    struct Dying;
    impl Executor for Dying {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            let dying = thread::spawn(move || {
                let _job = job;
                panic!("the executor's own fault");
            });
            assert!(dying.join().is_err());
            Ok(())
        }
    }
    let handle = BlockingCall::new(|| ()).executor(&Dying).spawn();
    assert!(block_on(handle).unwrap_err().is_cancelled());
}

#[test]
fn refused_call_panics_with_the_reason_and_spawned_ends_as_rejected() {
    struct Refusing;
    impl Executor for Refusing {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            Err(Rejected::shut_down(job))
        }
    }
    let handle = BlockingCall::new(|| ()).executor(&Refusing).spawn();
    let error = block_on(handle).unwrap_err();
    assert!(error.is_rejected() && !error.is_cancelled() && !error.is_panic());

    let payload = panic_of(BlockingCall::new(|| ()).executor(&Refusing));
    let text = payload.downcast_ref::<String>().expect("words");
    assert!(text.contains("shut down"), "{text}");
}
