//! Bytes that are accepted while a job writes.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::executor::block_on;
use futures::{AsyncWrite, AsyncWriteExt, FutureExt};

use super::Shared;
use super::manual::Manual;
use crate::util::test_util::{self, WakeCounter};
use crate::{BlockingPool, Executor, Unblock};

fn poll_flush<T: Write + Send + 'static>(writer: &mut Unblock<T>) -> Poll<io::Result<()>> {
    Manual::poll(|cx| Pin::new(writer).poll_flush(cx))
}

fn accept<T: Write + Send + 'static>(writer: &mut Unblock<T>, bytes: &[u8]) {
    writer.write_all(bytes).now_or_never().expect("there is room").unwrap();
}

/// A writer one job of which writes whatever is accepted until it ends.
fn unlimited<T: Send + 'static>(executor: impl Executor + 'static, value: T) -> Unblock<T> {
    Unblock::with_executor(executor, value).turn(Duration::MAX)
}

#[test]
fn one_job_writes_and_flushes_what_is_accepted_until_it_ends() {
    let manual = Manual::new(8);
    let shared = Shared::default();
    let mut writer = unlimited(manual.clone(), shared.clone());
    accept(&mut writer, b"first ");
    accept(&mut writer, b"second ");
    accept(&mut writer, b"third");
    assert!(poll_flush(&mut writer).is_pending());
    assert!(manual.run_one());
    assert!(!manual.run_one());
    assert!(poll_flush(&mut writer).is_ready());
    assert_eq!(*shared.written.lock().unwrap(), b"first second third");
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

/// Reports each write, and waits for its result.
struct Device {
    written: Sender<Vec<u8>>,
    results: Receiver<io::Result<()>>,
}

impl Write for Device {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.send(bytes.to_vec()).unwrap();
        self.results.recv().unwrap()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a writer with room for one byte while another one is written, and what controls it.
fn device(pool: &BlockingPool) -> (Unblock<Device>, Receiver<Vec<u8>>, Sender<io::Result<()>>) {
    let ((sender, written), (result, results)) = (mpsc::channel(), mpsc::channel());
    let device = Device { written: sender, results };
    (unlimited(pool.clone(), device).capacity(1), written, result)
}

fn poll_write(writer: &mut Unblock<Device>, waker: &Waker, byte: u8) -> Poll<io::Result<usize>> {
    Pin::new(writer).poll_write(&mut Context::from_waker(waker), &[byte])
}

#[test]
fn a_writer_is_woken_when_there_is_room_although_the_job_goes_on() {
    for panics in [false, true] {
        let pool = test_util::pool();
        let (mut writer, written, result) = device(&pool);
        accept(&mut writer, b"a");
        assert_eq!(written.recv().unwrap(), b"a");
        accept(&mut writer, b"b");
        let counter = WakeCounter::default();
        let panicking = test_util::waker_that_panics_when_woken();
        let waker = if panics { panicking } else { counter.waker() };
        assert!(poll_write(&mut writer, &waker, b'c').is_pending());
        assert_eq!(counter.count(), 0);
        result.send(Ok(())).unwrap();
        assert_eq!(written.recv().unwrap(), b"b");
        // The job writes the second byte.
        assert_eq!(counter.count(), usize::from(!panics));
        assert!(matches!(poll_write(&mut writer, Waker::noop(), b'c'), Poll::Ready(Ok(1))));
        result.send(Ok(())).unwrap();
        assert_eq!(written.recv().unwrap(), b"c");
        result.send(Ok(())).unwrap();
        block_on(writer.flush()).unwrap();
    }
}

#[test]
fn after_an_error_what_was_left_to_the_job_is_discarded() {
    let pool = test_util::pool();
    let (mut writer, written, result) = device(&pool);
    accept(&mut writer, b"a");
    accept(&mut writer, b"b");
    result.send(Err(io::Error::other("disk full"))).unwrap();
    assert_eq!(block_on(writer.flush()).unwrap_err().to_string(), "disk full");
    accept(&mut writer, b"c");
    result.send(Ok(())).unwrap();
    block_on(writer.flush()).unwrap();
    drop(writer);
    assert_eq!(written.iter().collect::<Vec<_>>(), [b"a", b"c"]);
}

#[test]
fn a_job_leaves_its_thread_to_others_after_its_turn() {
    let manual = Manual::new(8);
    let shared = Shared::default();
    let writer = Unblock::with_executor(manual.clone(), shared.clone());
    let mut writer = writer.turn(Duration::ZERO);
    accept(&mut writer, b"first ");
    accept(&mut writer, b"second");
    assert!(poll_flush(&mut writer).is_pending());
    assert!(manual.run_one());
    assert_eq!(*shared.written.lock().unwrap(), b"first ");
    manual.block_on(writer.flush()).unwrap();
    assert_eq!(*shared.written.lock().unwrap(), b"first second");
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

#[test]
fn memory_is_kept_until_the_flush() {
    let manual = Manual::new(8);
    let mut writer = unlimited(manual.clone(), io::sink());
    let held = |writer: &mut Unblock<io::Sink>| writer.inner.get_mut().write_buffer.held();
    for _ in 0..3 {
        accept(&mut writer, &[7; 1_000]);
        accept(&mut writer, &[7; 1_000]);
        manual.run_all();
        assert!(writer.try_with(|_| ()).is_some());
        assert!((2_000..20_000).contains(&held(&mut writer)), "{}", held(&mut writer));
    }
    manual.block_on(writer.flush()).unwrap();
    assert_eq!(held(&mut writer), 0);
}
