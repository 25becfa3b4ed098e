//! Jobs that go on reading while the bytes are taken.

use std::io::{self, Cursor, Read, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::executor::block_on;
use futures::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, FutureExt};

use super::manual::Manual;
use super::{Script, pattern};
use crate::sync::Mutex;
use crate::util::test_util::{self, WakeCounter};
use crate::{BlockingPool, Unblock};

/// A reader whose jobs go on for as long as it waits for bytes.
fn unlimited<T: Send + 'static>(reader: Unblock<T>) -> Unblock<T> {
    reader.read_ahead().time_slice(Duration::MAX)
}

/// Reads the first two bytes, and polls another read until one job is queued that reads ahead.
fn waiting<T: Read + Send + 'static>(manual: &Manual, value: T) -> Unblock<T> {
    let reader = Unblock::with_executor(manual.clone(), value).capacity(2);
    let mut reader = unlimited(reader);
    manual.block_on(reader.read_exact(&mut [0; 2])).unwrap();
    assert!(Manual::poll(|cx| pin!(reader.read(&mut [0; 2])).poll(cx)).is_pending());
    reader
}

#[test]
fn one_job_fills_two_buffers_for_a_reader_that_waits() {
    let manual = Manual::new(8);
    let mut reader = waiting(&manual, Cursor::new(pattern(10)));
    assert!(manual.run_one());
    assert!(!manual.run_one());
    for expected in pattern(10)[2..6].chunks(2) {
        let mut target = [0; 2];
        assert_eq!(reader.read(&mut target).now_or_never().unwrap().unwrap(), 2);
        assert_eq!(target, expected);
    }
    let mut rest = Vec::new();
    manual.block_on(reader.read_to_end(&mut rest)).unwrap();
    assert_eq!(rest, &pattern(10)[6..]);
}

#[test]
fn a_job_whose_time_slice_is_over_reads_no_further() {
    let manual = Manual::new(8);
    let mut reader = waiting(&manual, Cursor::new(pattern(8))).time_slice(Duration::ZERO);
    assert!(manual.run_one());
    // The storage that it has not used is kept.
    manual.block_on(reader.with(|_| ())).unwrap();
    assert_eq!(reader.inner.get_mut().read_buffer.held(), 4);
    assert_eq!(reader.read(&mut [0; 2]).now_or_never().unwrap().unwrap(), 2);
    assert!(reader.read(&mut [0; 2]).now_or_never().is_none());
    let mut rest = Vec::new();
    manual.block_on(reader.read_to_end(&mut rest)).unwrap();
    assert_eq!(rest, &pattern(8)[4..]);
}

#[test]
fn the_logical_position_counts_both_buffers_of_a_dropped_read() {
    let manual = Manual::new(8);
    let mut reader = waiting(&manual, Cursor::new(pattern(10)));
    assert!(manual.run_one());
    assert_eq!(manual.block_on(reader.stream_position()).unwrap(), 2);
    let mut target = [0; 2];
    manual.block_on(reader.read_exact(&mut target)).unwrap();
    assert_eq!(target, pattern(10)[2..4]);
    assert_eq!(manual.block_on(reader.seek(SeekFrom::Current(1))).unwrap(), 5);
    manual.block_on(reader.read_exact(&mut target)).unwrap();
    assert_eq!(target, pattern(10)[5..7]);
}

#[test]
fn an_error_comes_after_the_bytes_that_the_same_job_has_read() {
    for completed in [false, true] {
        let manual = Manual::new(8);
        let broken = Err(io::Error::other("bad sector"));
        let results = [Ok(b"ab".as_slice()), Ok(b"cd"), broken, Ok(b"ef")];
        let mut reader = waiting(&manual, Script(results.into()));
        assert!(manual.run_one());
        if completed {
            // Observes the end of the job.
            assert!(reader.try_with(|_| ()).is_none());
        }
        let mut read = Vec::new();
        let error = reader.read_to_end(&mut read).now_or_never().unwrap().unwrap_err();
        assert_eq!((error.to_string().as_str(), read.as_slice()), ("bad sector", b"cd".as_slice()));
        assert!(!manual.run_one(), "no job reads ahead of the error");
        manual.block_on(reader.read_to_end(&mut read)).unwrap();
        assert_eq!(read, b"cdef");
    }
}

#[test]
fn a_panic_comes_after_the_bytes_that_the_same_job_has_read() {
    /// Panics at the third read.
    struct Broken(u8);

    impl Read for Broken {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            if self.0 == 3 {
                resume_unwind(Box::new("broken reader"));
            }
            target.fill(self.0);
            Ok(target.len())
        }
    }

    let manual = Manual::new(8);
    let mut reader = waiting(&manual, Broken(0));
    assert!(manual.run_one());
    let mut target = [0; 2];
    assert_eq!(reader.read(&mut target).now_or_never().unwrap().unwrap(), 2);
    assert_eq!(target, [2; 2]);
    let panic = catch_unwind(AssertUnwindSafe(|| reader.read(&mut target).now_or_never()));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"broken reader"));
}

#[test]
fn a_buffer_that_is_not_full_ends_the_job() {
    // There may be no more bytes for a long time.
    let manual = Manual::new(8);
    let results = [Ok(b"ab".as_slice()), Ok(b"c"), Ok(b"d")];
    let mut reader = waiting(&manual, Script(results.into()));
    assert!(manual.run_one());
    let mut target = [0; 2];
    assert_eq!(reader.read(&mut target).now_or_never().unwrap().unwrap(), 1);
    assert_eq!(target[0], b'c');
    assert!(reader.try_with(|script| script.0.len()) == Some(1));
}

#[test]
fn accepted_bytes_are_written_before_a_job_reads_ahead() {
    let manual = Manual::new(8);
    let mut device = waiting(&manual, Cursor::new(pattern(10)));
    assert_eq!(device.write(b"x").now_or_never().unwrap().unwrap(), 1);
    // One job reads these.
    manual.block_on(device.read_exact(&mut [0; 4])).unwrap();
    let written = manual.block_on(device.into_inner()).unwrap().into_inner();
    assert_eq!(written[6..8], [b'x', pattern(10)[7]]);
}

#[test]
fn a_waker_may_poll_the_reader() {
    struct Polls {
        reader: Mutex<Unblock<Cursor<Vec<u8>>>>,
        read: Mutex<Vec<u8>>,
    }

    impl Wake for Polls {
        fn wake(self: Arc<Self>) {
            let mut target = [0; 2];
            let count = self.reader.lock().unwrap().read(&mut target).now_or_never();
            if let Some(count) = count {
                self.read.lock().unwrap().extend_from_slice(&target[..count.unwrap()]);
            }
        }
    }

    let manual = Manual::new(8);
    let reader = Mutex::new(waiting(&manual, Cursor::new(pattern(10))));
    let task = Arc::new(Polls { reader, read: Mutex::default() });
    let waker = task.clone().into();
    let mut cx = Context::from_waker(&waker);
    let polled = Pin::new(&mut *task.reader.lock().unwrap()).poll_read(&mut cx, &mut [0; 2]);
    assert!(polled.is_pending());
    // A deadlock if the job wakes the task while it holds the lock.
    assert!(manual.run_one());
    assert!(task.read.lock().unwrap().starts_with(&pattern(10)[2..4]));
}

/// Reports each read, and waits for its result.
struct Device {
    started: Sender<()>,
    results: Receiver<&'static [u8]>,
}

impl Read for Device {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.started.send(()).unwrap();
        let bytes = self.results.recv().unwrap();
        target[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

fn poll_read(reader: &mut Unblock<Device>, waker: &Waker, target: &mut [u8]) -> Poll<usize> {
    let mut cx = Context::from_waker(waker);
    Pin::new(reader).poll_read(&mut cx, target).map(Result::unwrap)
}

/// Reads the first byte, and polls another read, for which a job has started that reads ahead.
fn waiting_for_device(
    pool: &BlockingPool,
) -> (Unblock<Device>, Receiver<()>, Sender<&'static [u8]>) {
    let ((sender, started), (result, results)) = (mpsc::channel(), mpsc::channel());
    let device = Device { started: sender, results };
    let mut reader = unlimited(Unblock::with_executor(pool.clone(), device).capacity(1));
    result.send(b"a").unwrap();
    assert_eq!(block_on(reader.read(&mut [0])).unwrap(), 1);
    assert!(poll_read(&mut reader, Waker::noop(), &mut [0]).is_pending());
    assert_eq!((started.recv(), started.recv()), (Ok(()), Ok(())));
    (reader, started, result)
}

#[test]
fn a_reader_is_woken_although_the_job_goes_on() {
    for panics in [false, true] {
        let pool = test_util::pool();
        let (mut reader, started, result) = waiting_for_device(&pool);
        let mut target = [0];
        let counter = Arc::new(WakeCounter::default());
        let panicking = test_util::waker_that_panics_when_woken();
        let waker = if panics { panicking } else { counter.clone().into() };
        assert!(poll_read(&mut reader, &waker, &mut target).is_pending());
        result.send(b"b").unwrap();
        started.recv().unwrap();
        // The job waits for the third byte.
        assert_eq!(counter.count(), usize::from(!panics));
        assert_eq!(poll_read(&mut reader, Waker::noop(), &mut target), Poll::Ready(1));
        assert_eq!(target, *b"b");
        // No waker is kept after the end of the job.
        let task = Arc::new(WakeCounter::default());
        assert!(poll_read(&mut reader, &task.clone().into(), &mut target).is_pending());
        result.send(b"").unwrap();
        test_util::settle(&pool);
        assert_eq!(poll_read(&mut reader, &task.clone().into(), &mut target), Poll::Ready(0));
        assert_eq!(Arc::strong_count(&task), 1);
    }
}

#[test]
fn a_job_reads_no_further_for_a_dropped_reader() {
    let (reader, started, result) = waiting_for_device(&test_util::pool());
    drop(reader);
    result.send(b"b").unwrap();
    // The value is dropped without another read.
    assert!(started.recv().is_err());
}

#[test]
fn a_panic_of_the_destructor_of_a_waker_is_caught() {
    type Rest = fn(Unblock<Device>, &dyn Fn());
    let rests: [Rest; 4] = [
        |mut reader, end_job| {
            end_job();
            assert_eq!(poll_read(&mut reader, Waker::noop(), &mut [0]), Poll::Ready(0));
        },
        |reader, end_job| {
            end_job();
            block_on(reader.with(|_| ())).unwrap();
        },
        |reader, end_job| {
            end_job();
            drop(reader);
        },
        |reader, end_job| {
            drop(reader);
            end_job();
        },
    ];
    for rest in rests {
        let pool = test_util::pool();
        let (mut reader, _started, result) = waiting_for_device(&pool);
        let waker = test_util::waker_that_panics_when_dropped();
        assert!(poll_read(&mut reader, &waker, &mut [0]).is_pending());
        drop(waker);
        // The end of the job wakes another task. The last clone is that for the next bytes.
        assert!(reader.with(|_| ()).now_or_never().is_none());
        rest(reader, &|| {
            result.send(b"").unwrap();
            test_util::settle(&pool);
        });
    }
}
