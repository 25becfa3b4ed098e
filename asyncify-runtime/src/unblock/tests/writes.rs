//! Bytes that are accepted while a job writes.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
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
    Unblock::with_executor(executor, value).time_slice(Duration::MAX)
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
fn after_an_error_bytes_that_were_passed_to_the_job_are_discarded() {
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
fn a_job_whose_time_slice_is_over_takes_bytes_once_more() {
    let pool = test_util::pool();
    let (writer, written, result) = device(&pool);
    let mut writer = writer.capacity(100).time_slice(Duration::ZERO);
    accept(&mut writer, b"a");
    assert_eq!(written.recv().unwrap(), b"a");
    accept(&mut writer, b"b");
    result.send(Ok(())).unwrap();
    assert_eq!(written.recv().unwrap(), b"b");
    // There is room, but only another job would write the byte.
    assert!(poll_write(&mut writer, Waker::noop(), b'c').is_pending());
    result.send(Ok(())).unwrap();
    block_on(writer.write_all(b"c")).unwrap();
    assert_eq!(written.recv().unwrap(), b"c");
    result.send(Ok(())).unwrap();
    block_on(writer.flush()).unwrap();
}

#[test]
fn accepted_bytes_are_written_without_another_operation() {
    let pool = test_util::pool();
    for round in 0..if cfg!(miri) { 10 } else { 1_000 } {
        let shared = Shared::default();
        let time_slice = if round % 2 == 0 { Duration::ZERO } else { Duration::MAX };
        let mut writer =
            Unblock::with_executor(pool.clone(), shared.clone()).time_slice(time_slice);
        for byte in 0..10 {
            block_on(writer.write_all(&[byte])).unwrap();
        }
        test_util::settle(&pool);
        assert_eq!(shared.written.lock().unwrap().len(), 10);
    }
}

/// Reports each flush, and waits until it may end.
struct Flushes(Sender<()>, Receiver<()>);

impl Write for Flushes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.send(()).unwrap();
        self.1.recv().unwrap();
        Ok(())
    }
}

#[test]
fn bytes_that_are_accepted_during_a_flush_are_flushed_by_the_next_one() {
    let (pool, hold) = test_util::full_pool();
    let ((sender, flushes), (end, may_end)) = (mpsc::channel(), mpsc::channel());
    let mut writer = unlimited(pool.clone(), Flushes(sender, may_end));
    accept(&mut writer, b"a");
    // The job that writes is queued, and flushes as well.
    assert!(poll_flush(&mut writer).is_pending());
    drop(hold);
    flushes.recv().unwrap();
    accept(&mut writer, b"b");
    end.send(()).unwrap();
    // The job has written the second byte, too.
    test_util::settle(&pool);
    end.send(()).unwrap();
    block_on(writer.flush()).unwrap();
    flushes.try_recv().unwrap();
}

#[test]
fn no_waker_is_kept_after_the_end_of_a_job() {
    for fails in [false, true] {
        let pool = test_util::pool();
        let (writer, written, result) = device(&pool);
        let mut writer = writer.time_slice(Duration::ZERO);
        accept(&mut writer, b"a");
        assert_eq!(written.recv().unwrap(), b"a");
        accept(&mut writer, b"b");
        let task = Arc::new(WakeCounter::default());
        assert!(poll_write(&mut writer, &task.clone().into(), b'c').is_pending());
        let outcome = if fails { Err(io::Error::other("disk full")) } else { Ok(()) };
        result.send(outcome).unwrap();
        result.send(Ok(())).unwrap();
        assert_eq!(block_on(writer.flush()).is_err(), fails);
        assert_eq!(Arc::strong_count(&task), 1);
    }
}

/// Its first flush fails, and so does each write after that.
#[derive(Default)]
struct Broken {
    flushed: bool,
}

impl Write for Broken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.flushed { Err(io::Error::other("write")) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed = true;
        Err(io::Error::other("flush"))
    }
}

#[test]
fn errors_of_a_flush_and_of_a_write_after_it_are_both_reported() {
    let manual = Manual::new(8);
    let mut writer = Unblock::with_executor(manual.clone(), Broken::default());
    accept(&mut writer, b"a");
    manual.run_all();
    // The bytes are written, and this flush is a job of its own.
    assert!(writer.try_with(|_| ()).is_some());
    assert!(poll_flush(&mut writer).is_pending());
    accept(&mut writer, b"b");
    let errors = [(); 2].map(|()| manual.block_on(writer.flush()).unwrap_err().to_string());
    assert_eq!(errors, ["flush", "write"]);
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

#[test]
fn the_capacity_limits_buffers_that_are_reused() {
    const CAPACITY: usize = 64 << 10;
    let manual = Manual::new(8);
    let mut large = unlimited(manual.clone(), io::sink());
    accept(&mut large, &vec![7; 4 * CAPACITY]);
    manual.block_on(large.flush()).unwrap();
    let mut small = unlimited(manual.clone(), io::sink()).capacity(CAPACITY);
    for _ in 0..2 {
        accept(&mut small, &vec![7; CAPACITY]);
    }
    manual.run_all();
    assert!(small.try_with(|_| ()).is_some());
    let held = small.inner.get_mut().write_buffer.held();
    assert!((1..=2 * CAPACITY).contains(&held), "{held}");
}
