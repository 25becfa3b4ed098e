//! What becomes of the value and of accepted bytes when the `Unblock` is dropped.

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

/// Tells where it is dropped.
struct Tell(mpsc::Sender<ThreadId>);

impl Read for Tell {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        target.fill(7);
        Ok(target.len())
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        self.0.send(thread::current().id()).unwrap();
    }
}

fn tell() -> (Tell, mpsc::Receiver<ThreadId>) {
    let (tell, told) = mpsc::channel();
    (Tell(tell), told)
}

fn begin_read<T: Read + Send + 'static>(reader: &mut Unblock<T>) {
    assert!(Manual::poll(|cx| Pin::new(reader).poll_read(cx, &mut [0])).is_pending());
}

#[test]
fn in_a_full_queue_what_was_accepted_is_written_in_its_turn() {
    for waits in [false, true] {
        let shared = Shared::default();
        let (pool, hold) = test_util::full_pool();
        let mut writer = Unblock::on(pool.clone(), shared.clone());
        block_on(writer.write_all(b"first ")).unwrap();
        if waits {
            // Behind it, more than was accepted at once.
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
fn bytes_that_were_written_and_not_flushed_are_flushed_from_a_full_queue() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let shared = Shared::default();
    let mut writer = Unblock::on(pool.clone(), shared.clone());
    block_on(writer.write_all(b"all")).unwrap();
    test_util::settle(&pool);
    let hold = test_util::fill(&pool);
    drop(writer);
    drop(hold);
    test_util::settle(&pool);
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

#[test]
fn a_write_that_waits_for_its_place_needs_nobody_to_poll_it() {
    let shared = Shared::default();
    let (pool, hold) = test_util::full_pool();
    let mut writer = Unblock::on(pool.clone(), shared.clone());
    block_on(writer.write_all(b"on its way")).unwrap();
    drop(hold);
    test_util::settle(&pool);
    assert_eq!(*shared.written.lock().unwrap(), b"on its way");
    // The place was not kept either.
    block_on(BlockingCall::new(|| ()).executor(&pool).into_future());
}

#[test]
fn a_value_is_dropped_on_a_blocking_thread_whatever_the_queue() {
    for reads in [false, true] {
        let (value, told) = tell();
        let (pool, hold) = test_util::full_pool();
        let mut reader = Unblock::on(pool.clone(), value);
        if reads {
            begin_read(&mut reader);
        }
        drop(reader);
        // In its turn.
        assert!(told.try_recv().is_err(), "reads: {reads}");
        drop(hold);
        assert_ne!(told.recv().unwrap(), thread::current().id());
    }
}

#[test]
fn a_value_whose_job_has_ended_is_dropped_on_a_blocking_thread() {
    let (value, told) = tell();
    let pool = test_util::pool();
    let mut reader = Unblock::on(pool.clone(), value);
    // Also where it was ready at once.
    _ = reader.read(&mut [0]).now_or_never();
    test_util::settle(&pool);
    drop(reader);
    assert_ne!(told.recv().unwrap(), thread::current().id());
}

#[test]
fn after_a_shut_down_the_global_pool_writes_and_drops() {
    for how in [Shutdown::Drain, Shutdown::Discard] {
        let shared = Shared::default();
        let (pool, hold) = test_util::full_pool();
        let (told, is_told) = mpsc::channel();
        let both = Both(shared.clone(), Tell(told));
        let mut writer = Unblock::on(pool.clone(), both);
        block_on(writer.write_all(b"accepted")).unwrap();
        let shut_down = pool.shutdown(how);
        let mut shut_down = std::pin::pin!(shut_down);
        assert!(Manual::poll(|cx| shut_down.as_mut().poll(cx)).is_pending());
        drop(writer);
        assert_ne!(is_told.recv().unwrap(), thread::current().id());
        assert_eq!(*shared.written.lock().unwrap(), b"accepted");
        assert_eq!(*shared.flushes.lock().unwrap(), 1);
        drop(hold);
        block_on(shut_down);
    }
}

struct Both(Shared, #[expect(dead_code, reason = "it tells when it is dropped")] Tell);

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn a_value_survives_the_shut_down_of_its_executor() {
    let manual = Manual::new(4);
    let shared = Shared::default();
    let mut writer = Unblock::on(manual.clone(), shared.clone());
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

/// Fails at its first write, when it is told to.
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
    for heard in [false, true] {
        let pool = test_util::pool();
        let (fail, told) = mpsc::channel();
        let (runs, is_running) = mpsc::channel();
        let written = Arc::default();
        let writer = Fails(Arc::clone(&written), Some(told), runs);
        let mut writer = Unblock::on(pool.clone(), writer);
        block_on(writer.write_all(b"first")).unwrap();
        is_running.recv().unwrap();
        block_on(writer.write_all(b"second")).unwrap();
        if heard {
            // The job has ended when the owner goes, but the owner does not know how.
            fail.send(()).unwrap();
            test_util::settle(&pool);
        }
        drop(writer);
        _ = fail.send(());
        test_util::settle(&pool);
        assert_eq!(*written.lock().unwrap(), b"", "heard: {heard}");
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
        let ((go_on, told), (tell, cancelled)) = (mpsc::channel(), mpsc::channel());
        let mut value = Unblock::new(Asks(told, tell));
        if writes {
            let accepted = Manual::poll(|cx| Pin::new(&mut value).poll_write(cx, b"x"));
            assert!(accepted.is_ready());
        } else {
            begin_read(&mut value);
        }
        cancelled.recv().unwrap();
        drop(value);
        go_on.send(()).unwrap();
        assert_eq!(cancelled.recv().unwrap(), !writes);
    }
}
