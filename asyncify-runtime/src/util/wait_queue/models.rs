//! Loom models of the event. A lost notification shows as a deadlock.
//!
//! `RUSTFLAGS="--cfg asyncify_loom" cargo test -p asyncify-runtime --lib --release
//! wait_queue::models`
//!
//! The change is a relaxed store in these models, so only the fences of the event order it.

use std::sync::Arc;
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::thread;

use super::Event;
use crate::sync::{AtomicBool, Ordering::Relaxed};

fn shared() -> (Arc<Event>, Arc<AtomicBool>) {
    (Arc::new(Event::new()), Arc::new(AtomicBool::new(false)))
}

fn notifier(event: &Arc<Event>, done: &Arc<AtomicBool>) -> thread::JoinHandle<()> {
    let (event, done) = (event.clone(), done.clone());
    thread::spawn(move || {
        done.store(true, Relaxed);
        event.notify_all();
    })
}

#[test]
fn a_notification_wakes_a_waiter() {
    loom::model(|| {
        let (event, done) = shared();
        let notifier = notifier(&event, &done);
        block_on(event.wait_until(|| done.load(Relaxed)));
        notifier.join().unwrap();
        assert!(event.waiters().is_none());
    });
}

#[test]
fn a_notification_wakes_all_waiters() {
    loom::model(|| {
        let (event, done) = shared();
        let notifier = notifier(&event, &done);
        let other = thread::spawn({
            let (event, done) = (event.clone(), done.clone());
            move || block_on(event.wait_until(|| done.load(Relaxed)))
        });
        block_on(event.wait_until(|| done.load(Relaxed)));
        notifier.join().unwrap();
        other.join().unwrap();
        assert!(event.waiters().is_none());
    });
}

#[test]
fn a_dropped_listener_consumes_no_notification() {
    loom::model(|| {
        let (event, done) = shared();
        let notifier = notifier(&event, &done);
        let mut leaver = event.listener();
        let _ = leaver.poll(&mut Context::from_waker(Waker::noop()));
        let stays = thread::spawn({
            let (event, done) = (event.clone(), done.clone());
            move || block_on(event.wait_until(|| done.load(Relaxed)))
        });
        drop(leaver);
        notifier.join().unwrap();
        stays.join().unwrap();
        assert!(event.waiters().is_none());
    });
}
