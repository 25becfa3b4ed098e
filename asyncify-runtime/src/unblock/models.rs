//! Models of the owner and its job, in every interleaving within bounds. Loom itself reports leaks
//! and deadlocks.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::mpsc::{Sender, channel};

use super::Unblock;
use super::shared::Shared;
use crate::{Executor, Job, Rejected};

/// Runs each job on a thread of its own.
struct Threads;

impl Executor for Threads {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        loom::thread::spawn(move || job.run());
        Ok(())
    }
}

/// Sends what was written when it is dropped, with a full stop for each flush.
struct Device(Vec<u8>, Sender<Vec<u8>>);

impl Read for Device {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        target[0] = 7;
        Ok(1)
    }
}

impl Write for Device {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.push(b'.');
        Ok(())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.1.send(std::mem::take(&mut self.0)).unwrap();
    }
}

fn model(f: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.max_branches = 20_000;
    model.check(f);
}

/// Without the limit to a job that depends on the time, which a model must not.
fn unblock(sender: Sender<Vec<u8>>, capacity: usize) -> Unblock<Device> {
    let device = Unblock::with_executor(Threads, Device(Vec::new(), sender));
    device.capacity(capacity).time_slice(Duration::MAX)
}

fn write(device: &mut Unblock<Device>, bytes: &[u8]) {
    let mut cx = Context::from_waker(Waker::noop());
    let accepted = Pin::new(device).poll_write(&mut cx, bytes);
    assert!(matches!(accepted, Poll::Ready(Ok(count)) if count == bytes.len()));
}

#[test]
fn accepted_bytes_are_written_whenever_the_owner_is_dropped() {
    model(|| {
        let (sender, written) = channel();
        let mut device = unblock(sender, 4);
        write(&mut device, b"a");
        write(&mut device, b"b");
        drop(device);
        assert_eq!(written.recv().unwrap(), b"ab.");
    });
}

#[test]
fn a_writer_that_waits_for_room_is_woken() {
    for time_slice in [Duration::ZERO, Duration::MAX] {
        a_writer_waits_for_room(time_slice);
    }
}

fn a_writer_waits_for_room(time_slice: Duration) {
    model(move || {
        let (sender, written) = channel();
        let mut device = unblock(sender, 1).time_slice(time_slice);
        for byte in b"abc" {
            let accepted = poll_fn(|cx| Pin::new(&mut device).poll_write(cx, &[*byte]));
            assert_eq!(block_on(accepted).unwrap(), 1);
        }
        drop(block_on(device.into_inner()).ok().unwrap());
        assert_eq!(written.recv().unwrap(), b"abc.");
    });
}

/// Sends each byte that is written.
struct Bytes(Sender<u8>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.iter().for_each(|byte| self.0.send(*byte).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn accepted_bytes_are_written_without_another_operation() {
    model(|| {
        let (sender, written) = channel();
        let bytes = Unblock::with_executor(Threads, Bytes(sender)).capacity(4);
        let mut bytes = bytes.time_slice(Duration::MAX);
        for byte in b"abc" {
            let accepted = poll_fn(|cx| Pin::new(&mut bytes).poll_write(cx, &[*byte]));
            assert_eq!(block_on(accepted).unwrap(), 1);
        }
        // Loom reports a deadlock if one of them is not.
        assert_eq!([(); 3].map(|()| written.recv().unwrap()), *b"abc");
    });
}

/// Counts.
struct Numbers(u8);

impl Read for Numbers {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.0 += 1;
        target[0] = self.0;
        Ok(1)
    }
}

fn numbers() -> Unblock<Numbers> {
    let numbers = Unblock::with_executor(Threads, Numbers(0)).capacity(1);
    numbers.read_ahead().time_slice(Duration::MAX)
}

fn next(numbers: &mut Unblock<Numbers>) -> u8 {
    let mut target = [0];
    let read = block_on(poll_fn(|cx| Pin::new(&mut *numbers).poll_read(cx, &mut target)));
    assert_eq!(read.unwrap(), 1);
    target[0]
}

#[test]
fn a_reader_gets_all_bytes_in_order_while_the_job_goes_on() {
    model(|| {
        let mut numbers = numbers();
        // Loom reports a deadlock if the reader is not woken.
        assert_eq!([(); 3].map(|()| next(&mut numbers)), [1, 2, 3]);
    });
}

#[test]
fn bytes_that_a_job_reads_for_a_dropped_read_come_next() {
    model(|| {
        let mut numbers = numbers();
        assert_eq!(next(&mut numbers), 1);
        let mut cx = Context::from_waker(Waker::noop());
        let mut target = [0];
        let dropped = Pin::new(&mut numbers).poll_read(&mut cx, &mut target);
        let expected = if dropped.is_ready() { 3 } else { 2 };
        // The bytes come in whichever way the job passes them.
        block_on(poll_fn(|cx| numbers.inner.get_mut().poll_drained(cx))).unwrap();
        assert_eq!(next(&mut numbers), expected);
    });
}

#[test]
fn a_value_with_a_read_is_dropped_whenever_the_owner_is() {
    model(|| {
        let (sender, written) = channel();
        let mut device = unblock(sender, 4);
        let mut cx = Context::from_waker(Waker::noop());
        _ = Pin::new(&mut device).poll_read(&mut cx, &mut [0]);
        drop(device);
        assert_eq!(written.recv().unwrap(), b"");
    });
}

#[test]
fn the_owner_observes_the_end_of_each_job() {
    model(|| {
        let (sender, written) = channel();
        let mut device = unblock(sender, 4);
        write(&mut device, b"a");
        let mut target = [0];
        let read = block_on(poll_fn(|cx| Pin::new(&mut device).poll_read(cx, &mut target)));
        assert_eq!((read.unwrap(), target), (1, [7]));
        drop(block_on(device.into_inner()).ok().unwrap());
        assert_eq!(written.recv().unwrap(), b"a.");
    });
}

#[test]
fn shared_state_is_lent_to_one_at_a_time() {
    fn increment(shared: &Shared<usize>) {
        block_on(async {
            let _turn = shared.turn().acquire().await;
            shared.lend(|count| *count += 1);
        });
    }

    model(|| {
        let shared = Arc::new(Shared::new(0));
        let other = shared.clone();
        let thread = loom::thread::spawn(move || increment(&other));
        increment(&shared);
        thread.join().unwrap();
        assert_eq!(shared.lend(|count| *count), 2);
    });
}
