//! What happens to the value and to accepted bytes when the `Unblock` is dropped.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};

use futures::executor::block_on;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, FutureExt};

use super::Shared;
use super::manual::Manual;
use crate::sync::Mutex;
use crate::util::test_util;
use crate::{BlockingCall, BlockingPool, Shutdown, Unblock};

/// Sends the id of the thread on which it is dropped.
struct ReportsDrop(mpsc::Sender<ThreadId>);

impl Read for ReportsDrop {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        target.fill(7);
        Ok(target.len())
    }
}

impl Drop for ReportsDrop {
    fn drop(&mut self) {
        self.0.send(thread::current().id()).unwrap();
    }
}

fn reports_drop() -> (ReportsDrop, mpsc::Receiver<ThreadId>) {
    let (sender, dropped_on) = mpsc::channel();
    (ReportsDrop(sender), dropped_on)
}

fn begin_read<T: Read + Send + 'static>(reader: &mut Unblock<T>) {
    assert!(Manual::poll(|cx| Pin::new(reader).poll_read(cx, &mut [0])).is_pending());
}

#[test]
fn accepted_bytes_wait_for_room_in_a_full_queue() {
    for waits in [false, true] {
        let shared = Shared::default();
        let (pool, hold) = test_util::full_pool();
        let mut writer = Unblock::with_executor(pool.clone(), shared.clone());
        block_on(writer.write_all(b"first ")).unwrap();
        if waits {
            // More bytes, which stay in the buffer.
            block_on(writer.write_all(b"second")).unwrap();
        }
        drop(writer);
        drop(hold);
        test_util::settle(&pool);
        let expected: &[u8] = if waits { b"first second" } else { b"first " };
        assert_eq!(*shared.written.lock().unwrap(), expected);
        assert_eq!(*shared.flushes.lock().unwrap(), 1);
    }
}

#[test]
fn written_bytes_are_flushed_although_the_queue_is_full() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let shared = Shared::default();
    let mut writer = Unblock::with_executor(pool.clone(), shared.clone());
    block_on(writer.write_all(b"all")).unwrap();
    test_util::settle(&pool);
    let hold = test_util::fill(&pool);
    drop(writer);
    drop(hold);
    test_util::settle(&pool);
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

#[test]
fn a_write_that_waits_for_room_need_not_be_polled() {
    let shared = Shared::default();
    let (pool, hold) = test_util::full_pool();
    let mut writer = Unblock::with_executor(pool.clone(), shared.clone());
    block_on(writer.write_all(b"on its way")).unwrap();
    drop(hold);
    test_util::settle(&pool);
    assert_eq!(*shared.written.lock().unwrap(), b"on its way");
    // The write occupies no room any more.
    block_on(BlockingCall::new(|| ()).executor(&pool).into_future());
}

#[test]
fn a_value_is_dropped_on_a_blocking_thread_whatever_the_queue() {
    for reads in [false, true] {
        let (value, dropped_on) = reports_drop();
        let (pool, hold) = test_util::full_pool();
        let mut reader = Unblock::with_executor(pool.clone(), value);
        if reads {
            begin_read(&mut reader);
        }
        drop(reader);
        // It waits for room in the queue.
        assert!(dropped_on.try_recv().is_err(), "reads: {reads}");
        drop(hold);
        assert_ne!(dropped_on.recv().unwrap(), thread::current().id());
    }
}

#[test]
fn a_value_whose_job_has_ended_is_dropped_on_a_blocking_thread() {
    let (value, dropped_on) = reports_drop();
    let pool = test_util::pool();
    let mut reader = Unblock::with_executor(pool.clone(), value);
    // The read may have completed at once.
    _ = reader.read(&mut [0]).now_or_never();
    test_util::settle(&pool);
    drop(reader);
    assert_ne!(dropped_on.recv().unwrap(), thread::current().id());
}

#[test]
fn a_value_is_dropped_in_place_if_it_may_be_and_no_job_uses_it() {
    for reads in [false, true] {
        let (value, dropped_on) = reports_drop();
        let manual = Manual::new(8);
        let mut reader = Unblock::with_executor(manual.clone(), value).drop_in_place();
        if reads {
            // The rest of what the job reads is in the buffer.
            begin_read(&mut reader);
            manual.run_all();
            assert!(Manual::poll(|cx| Pin::new(&mut reader).poll_read(cx, &mut [0])).is_ready());
            // One more is queued, and cancelled.
            let full = &mut vec![0; 64 << 10];
            assert!(Manual::poll(|cx| Pin::new(&mut reader).poll_read(cx, full)).is_ready());
            begin_read(&mut reader);
        }
        drop(reader);
        assert_eq!(dropped_on.try_recv(), Ok(thread::current().id()), "reads: {reads}");
    }
}

#[test]
fn accepted_bytes_are_written_by_a_job_although_the_value_may_be_dropped_in_place() {
    let shared = Shared::default();
    let manual = Manual::new(8);
    let mut writer = Unblock::with_executor(manual.clone(), shared.clone()).drop_in_place();
    assert!(Manual::poll(|cx| Pin::new(&mut writer).poll_write(cx, b"all")).is_ready());
    drop(writer);
    assert!(shared.written.lock().unwrap().is_empty());
    manual.run_all();
    assert_eq!(*shared.written.lock().unwrap(), b"all");
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

#[test]
fn after_a_shutdown_the_global_pool_writes_and_drops() {
    for how in [Shutdown::Drain, Shutdown::Discard] {
        let shared = Shared::default();
        let (pool, hold) = test_util::full_pool();
        let (sender, dropped_on) = mpsc::channel();
        let both = Both(shared.clone(), ReportsDrop(sender));
        let mut writer = Unblock::with_executor(pool.clone(), both);
        block_on(writer.write_all(b"accepted")).unwrap();
        let shutdown = pool.shutdown(how);
        let mut shutdown = std::pin::pin!(shutdown);
        assert!(Manual::poll(|cx| shutdown.as_mut().poll(cx)).is_pending());
        drop(writer);
        assert_ne!(dropped_on.recv().unwrap(), thread::current().id());
        assert_eq!(*shared.written.lock().unwrap(), b"accepted");
        assert_eq!(*shared.flushes.lock().unwrap(), 1);
        drop(hold);
        block_on(shutdown);
    }
}

struct Both(Shared, #[expect(dead_code, reason = "its destructor sends")] ReportsDrop);

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn a_value_survives_the_shutdown_of_its_executor() {
    let manual = Manual::new(4);
    let shared = Shared::default();
    let mut writer = Unblock::with_executor(manual.clone(), shared.clone());
    manual.block_on(writer.write_all(b"accepted")).unwrap();
    manual.shut_down();
    let error = block_on(writer.flush()).unwrap_err();
    assert!(error.to_string().contains("cancelled"), "{error}");
    let error = block_on(writer.with(|_| ())).unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
    let Err(error) = block_on(writer.into_inner()) else { panic!("it could not be flushed") };
    assert!(error.into_parts().1.is_some());
    assert_eq!(*shared.written.lock().unwrap(), b"");
}

/// Its first write fails, when the test says so.
struct Fails(Arc<Mutex<Vec<u8>>>, Option<mpsc::Receiver<()>>, mpsc::Sender<()>);

impl Write for Fails {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(fail) = self.1.take() {
            self.2.send(()).unwrap();
            fail.recv().unwrap();
            return Err(io::Error::other("disk full"));
        }
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_an_error_nothing_follows_the_gap() {
    for completed in [false, true] {
        let pool = test_util::pool();
        let (fail, may_fail) = mpsc::channel();
        let (runs, is_running) = mpsc::channel();
        let written = Arc::default();
        let writer = Fails(Arc::clone(&written), Some(may_fail), runs);
        let mut writer = Unblock::with_executor(pool.clone(), writer);
        block_on(writer.write_all(b"first")).unwrap();
        is_running.recv().unwrap();
        block_on(writer.write_all(b"second")).unwrap();
        if completed {
            // The job has completed when the owner is dropped, but the owner has not observed it.
            fail.send(()).unwrap();
            test_util::settle(&pool);
        }
        drop(writer);
        _ = fail.send(());
        test_util::settle(&pool);
        assert_eq!(*written.lock().unwrap(), b"", "completed: {completed}");
    }
}

#[test]
fn a_job_that_writes_is_not_cancelled_and_one_that_reads_is() {
    struct Asks(mpsc::Receiver<()>, mpsc::Sender<bool>);

    impl Asks {
        fn ask(&mut self) {
            self.1.send(false).unwrap();
            self.0.recv().unwrap();
            self.1.send(crate::is_cancelled()).unwrap();
        }
    }

    impl Read for Asks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.ask();
            Ok(1)
        }
    }

    impl Write for Asks {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.ask();
            Ok(1)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    for writes in [false, true] {
        let ((resume, is_resumed), (report, cancelled)) = (mpsc::channel(), mpsc::channel());
        let mut value = Unblock::new(Asks(is_resumed, report));
        if writes {
            let accepted = Manual::poll(|cx| Pin::new(&mut value).poll_write(cx, b"x"));
            assert!(accepted.is_ready());
        } else {
            begin_read(&mut value);
        }
        cancelled.recv().unwrap();
        drop(value);
        resume.send(()).unwrap();
        assert_eq!(cancelled.recv().unwrap(), !writes);
    }
}
