mod drops;
mod manual;
mod reads;
mod rest;
mod seeks;
mod sharing;
mod writes;

// miri has no file system.
#[cfg(not(miri))]
mod files;
#[cfg(not(miri))]
mod scripts;
#[cfg(not(miri))]
mod temporary;
#[cfg(not(miri))]
mod world;

use std::collections::VecDeque;
use std::io::{self, Cursor, ErrorKind, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;
use futures::{
    AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt,
    FutureExt, StreamExt,
};

use super::Unblock;
use crate::sync::Mutex;
use crate::util::test_util::{self, Counted, Random};
use crate::{BlockingPool, DedicatedThread, Shutdown};

/// Returns the results of a script, one per read.
struct Script(VecDeque<io::Result<&'static [u8]>>);

impl Read for Script {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.pop_front().unwrap_or(Ok(b""))?;
        target[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

fn script<const N: usize>(results: [io::Result<&'static [u8]>; N]) -> Unblock<Script> {
    Unblock::new(Script(results.into()))
}

/// Writes to a shared buffer, and counts flushes.
#[derive(Clone, Default)]
struct Shared {
    written: Arc<Mutex<Vec<u8>>>,
    flushes: Arc<Mutex<usize>>,
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Never all of it.
        let count = bytes.len().div_ceil(2);
        self.written.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        *self.flushes.lock().unwrap() += 1;
        Ok(())
    }
}

/// Bytes from which a test can tell their position.
fn pattern(count: usize) -> Vec<u8> {
    (0..count).map(|k| u8::try_from(k * 31 % 251).unwrap()).collect()
}

#[test]
fn all_bytes_are_read_whatever_the_sizes() {
    let expected = pattern(test_util::scaled(3_000_000));
    for (capacity, step) in [(512 << 10, 1_000_000), (512 << 10, 8_191), (7, 100_000), (1, 3)] {
        let expected = &expected[..if capacity < 100 { 500 } else { expected.len() }];
        let mut reader = Unblock::new(Cursor::new(expected.to_vec())).capacity(capacity);
        let (mut read, mut target) = (Vec::new(), vec![0; step]);
        loop {
            let count = block_on(reader.read(&mut target)).unwrap();
            if count == 0 {
                break;
            }
            read.extend_from_slice(&target[..count]);
        }
        assert!(read == expected, "capacity {capacity}, step {step}");
    }
}

#[test]
fn lines_are_read() {
    let text = b"one\ntwo\n\nfour".as_slice();
    let lines: Vec<_> = block_on(Unblock::new(text).lines().map(Result::unwrap).collect());
    assert_eq!(lines, ["one", "two", "", "four"]);
}

#[test]
fn an_error_is_returned_after_the_bytes_before_it_and_reading_continues() {
    let broken = || Err(io::Error::other("bad sector"));
    let mut reader = script([Ok(b"abc"), broken(), Ok(b"def"), Ok(b""), Ok(b"later")]);
    let mut read = Vec::new();
    assert_eq!(block_on(reader.read_to_end(&mut read)).unwrap_err().to_string(), "bad sector");
    assert_eq!(read, b"abc");
    block_on(reader.read_to_end(&mut read)).unwrap();
    assert_eq!(read, b"abcdef");
    // A file may have grown.
    block_on(reader.read_to_end(&mut read)).unwrap();
    assert_eq!(read, b"abcdeflater");
}

#[test]
fn an_interrupted_read_is_retried() {
    let mut reader = script([Err(ErrorKind::Interrupted.into()), Ok(b"abc")]);
    let mut read = String::new();
    block_on(reader.read_to_string(&mut read)).unwrap();
    assert_eq!(read, "abc");
}

#[test]
fn a_panic_resumes_and_loses_the_value() {
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            resume_unwind(Box::new("broken reader"));
        }
    }

    let mut reader = Unblock::new(Broken);
    let mut target = [0];
    let payload =
        catch_unwind(AssertUnwindSafe(|| block_on(reader.read(&mut target)))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken reader"));
    let error = block_on(reader.read(&mut target)).unwrap_err();
    assert!(error.to_string().contains("lost"), "{error}");
    let Err(error) = block_on(reader.into_inner()) else { panic!("the value is lost") };
    assert!(error.into_parts().1.is_none());
}

#[test]
fn a_dropped_read_loses_nothing() {
    struct Channel(mpsc::Receiver<u8>);

    impl Read for Channel {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            let Ok(byte) = self.0.recv() else { return Ok(0) };
            target[0] = byte;
            Ok(1)
        }
    }

    let (give, given) = mpsc::channel::<u8>();
    let mut reader = Unblock::new(Channel(given));
    let mut target = [0; 4];
    assert!(reader.read(&mut target).now_or_never().is_none());
    give.send(7).unwrap();
    assert_eq!(block_on(reader.read(&mut target)).unwrap(), 1);
    assert_eq!(target[0], 7);
}

#[test]
fn bytes_are_written_in_order() {
    let shared = Shared::default();
    let expected = pattern(test_util::scaled(2_000_000));
    let mut writer = Unblock::new(shared.clone()).capacity(10_000);
    for part in expected.chunks(777) {
        block_on(writer.write_all(part)).unwrap();
    }
    block_on(writer.close()).unwrap();
    assert!(*shared.written.lock().unwrap() == expected);
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
    // There is nothing left to flush.
    block_on(writer.flush()).unwrap();
    assert_eq!(*shared.flushes.lock().unwrap(), 1);
}

#[test]
fn bytes_are_written_without_a_flush() {
    struct Sends(mpsc::Sender<Vec<u8>>);

    impl Write for Sends {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let (sender, written) = mpsc::channel();
    let mut writer = Unblock::new(Sends(sender));
    block_on(writer.write_all(b"prompt> ")).unwrap();
    assert_eq!(written.recv().unwrap(), b"prompt> ");
}

/// A disk with room for a number of bytes.
struct Small(usize, Vec<u8>);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0 - self.1.len();
        if room == 0 {
            return Err(io::Error::other("disk full"));
        }
        let count = room.min(bytes.len());
        self.1.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Small {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn the_error_of_a_write_is_reported_once() {
    type Operation = fn(&mut Unblock<Small>) -> io::Result<()>;
    let operations: [Operation; 4] = [
        |writer| block_on(writer.flush()),
        |writer| block_on(writer.close()),
        |writer| block_on(writer.with(|_| ())),
        |writer| block_on(writer.seek(SeekFrom::Start(0))).map(drop),
    ];
    for operation in operations {
        let mut writer = Unblock::new(Small(4, Vec::new()));
        // Accepted, because there is room in the buffer.
        block_on(writer.write_all(b"too much")).unwrap();
        assert_eq!(operation(&mut writer).unwrap_err().to_string(), "disk full");
        operation(&mut writer).unwrap();
    }
    let mut writer = Unblock::new(Small(4, Vec::new()));
    block_on(writer.write_all(b"too much")).unwrap();
    let error = block_on(async {
        loop {
            if let Err(error) = writer.write_all(b"more").await {
                break error;
            }
        }
    });
    assert_eq!(error.to_string(), "disk full");
}

#[test]
fn a_failed_flush_is_retried() {
    #[derive(Debug)]
    struct Fails(usize);

    impl Write for Fails {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0 += 1;
            if self.0 == 1 { Err(io::Error::other("disk full")) } else { Ok(()) }
        }
    }

    let mut writer = Unblock::new(Fails(0));
    block_on(writer.write_all(b"abc")).unwrap();
    assert_eq!(block_on(writer.flush()).unwrap_err().to_string(), "disk full");
    block_on(writer.flush()).unwrap();
    block_on(writer.flush()).unwrap();
    assert_eq!(block_on(writer.into_inner()).unwrap().0, 2);
}

#[test]
fn vectored_writes_and_reads_use_all_slices() {
    let mut writer = Unblock::new(Vec::new()).capacity(7);
    let slices =
        [IoSlice::new(b""), IoSlice::new(b"one"), IoSlice::new(b"two"), IoSlice::new(b"three")];
    assert_eq!(block_on(writer.write_vectored(&slices)).unwrap(), 7);
    assert_eq!(block_on(writer.write_vectored(&slices[..1])).unwrap(), 0);
    assert_eq!(block_on(writer.into_inner()).unwrap(), b"onetwot");

    let mut reader = Unblock::new(b"onetwothree".as_slice());
    let (mut first, mut second, mut third) = ([0; 3], [0; 0], [0; 4]);
    let mut targets = [&mut first[..], &mut second, &mut third].map(IoSliceMut::new);
    assert_eq!(block_on(reader.read_vectored(&mut targets)).unwrap(), 7);
    assert_eq!((&first, &third), (b"one", b"twot"));
    assert_eq!(block_on(reader.read_vectored(&mut [])).unwrap(), 0);
}

#[test]
fn a_read_of_no_bytes_needs_no_job() {
    let mut reader = Unblock::with_executor(manual::Manual::new(1), b"abc".as_slice());
    assert_eq!(reader.read(&mut []).now_or_never().unwrap().unwrap(), 0);
}

#[test]
fn into_inner_returns_the_error_and_the_value() {
    let mut writer = Unblock::new(Small(4, Vec::new()));
    block_on(writer.write_all(b"too much")).unwrap();
    let Err(error) = block_on(writer.into_inner()) else { panic!("the disk is full") };
    assert_eq!(error.error().to_string(), "disk full");
    assert_eq!(error.into_parts().1.unwrap().1, b"too ");

    let mut writer = Unblock::new(Vec::new());
    block_on(writer.write_all(b"enough")).unwrap();
    assert_eq!(block_on(writer.into_inner()).unwrap(), b"enough");
}

#[test]
fn dropping_it_writes_and_flushes_the_accepted_bytes() {
    let thread = DedicatedThread::new("unblock").unwrap();
    for held in [false, true] {
        let shared = Shared::default();
        let (resume, is_resumed) = mpsc::channel::<()>();
        let mut writer = Unblock::with_executor(thread.clone(), shared.clone());
        if held {
            // Both parts wait: the one in the queue, and the one in the buffer.
            drop(
                crate::BlockingCall::new(move || is_resumed.recv().unwrap())
                    .executor(&thread)
                    .spawn(),
            );
        }
        block_on(writer.write_all(b"first ")).unwrap();
        block_on(writer.write_all(b"second")).unwrap();
        drop(writer);
        if held {
            resume.send(()).unwrap();
        }
        // At most two jobs of the writer are ahead of these.
        for _ in 0..3 {
            block_on(crate::BlockingCall::new(|| ()).executor(&thread).into_future());
        }
        assert_eq!(*shared.written.lock().unwrap(), b"first second");
        assert_eq!(*shared.flushes.lock().unwrap(), 1);
    }
}

#[test]
fn with_runs_after_earlier_writes() {
    let mut writer = Unblock::new(Vec::new());
    block_on(writer.write_all(b"twelve bytes")).unwrap();
    assert_eq!(block_on(writer.with(|bytes| bytes.len())).unwrap(), 12);
    let payload = catch_unwind(AssertUnwindSafe(|| {
        block_on(writer.with(|_| -> u8 { resume_unwind(Box::new("broken")) }))
    }))
    .unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken"));
    assert!(block_on(writer.write_all(b"more")).is_err());
}

#[test]
fn an_iterator_is_a_stream_and_is_returned() {
    let mut numbers = Unblock::new(0..1_000);
    for k in 0..100 {
        assert_eq!(block_on(numbers.next()), Some(k));
    }
    // Items that were made ahead are lost.
    let mut rest = block_on(numbers.into_inner()).unwrap();
    assert!(rest.next().is_none_or(|next| next >= 100));

    let mut all = Unblock::new(0..1_000);
    assert_eq!(block_on(all.by_ref().count()), 1_000);
    assert_eq!(block_on(all.into_inner()).unwrap(), 1_000..1_000);
}

#[test]
fn a_shutdown_of_the_pool_is_an_error_that_names_it() {
    let pool = BlockingPool::builder().build().unwrap();
    let mut reader = Unblock::with_executor(pool.clone(), b"abc".as_slice());
    block_on(pool.shutdown(Shutdown::Drain));
    let mut target = [0; 3];
    for _ in 0..2 {
        let error = block_on(reader.read(&mut target)).unwrap_err();
        assert!(error.to_string().contains("shut down"), "{error}");
    }
    // No job has taken the value.
    assert_eq!(block_on(reader.into_inner()).unwrap(), b"abc");
}

#[test]
#[should_panic(expected = "room for one byte at least")]
fn a_capacity_of_zero_is_rejected() {
    drop(Unblock::new(io::empty()).capacity(0));
}

/// Reads an infinite pattern in pieces of random size, and writes to a shared buffer.
struct Device {
    _alive: Counted<()>,
    random: Random,
    position: usize,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Read for Device {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = 1 + self.random.below(target.len());
        for byte in &mut target[..count] {
            *byte = u8::try_from(self.position * 31 % 251).unwrap();
            self.position += 1;
        }
        Ok(count)
    }
}

impl Write for Device {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = 1 + self.random.below(bytes.len());
        self.written.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn dropped_at_any_point_it_leaks_nothing_and_writes_all_accepted_bytes() {
    let pool = test_util::pool();
    test_util::each_round(
        || test_util::settle(&pool),
        |seed, random, drops| {
            let written = Arc::new(Mutex::new(Vec::new()));
            let device = Device {
                _alive: drops.count(()),
                random: Random::new(seed + 1_000_000),
                position: 0,
                written: written.clone(),
            };
            let mut device =
                Unblock::with_executor(pool.clone(), device).capacity(1 + random.below(64));
            let mut cx = Context::from_waker(Waker::noop());
            let (mut read, mut accepted) = (0, Vec::new());
            for _ in 0..random.below(20) {
                match random.below(4) {
                    0 => {
                        let polled = Pin::new(&mut device).poll_fill_buf(&mut cx);
                        let Poll::Ready(Ok(bytes)) = polled else { continue };
                        for byte in bytes {
                            assert_eq!(
                                *byte,
                                u8::try_from(read * 31 % 251).unwrap(),
                                "seed {seed}"
                            );
                            read += 1;
                        }
                        let count = bytes.len();
                        Pin::new(&mut device).consume(count);
                    }
                    1 | 2 => {
                        let bytes = pattern(random.below(100));
                        let polled = Pin::new(&mut device).poll_write(&mut cx, &bytes);
                        if let Poll::Ready(Ok(count)) = polled {
                            accepted.extend_from_slice(&bytes[..count]);
                        }
                    }
                    _ => {
                        let flushed = Pin::new(&mut device).poll_flush(&mut cx);
                        if flushed.is_ready() {
                            assert_eq!(*written.lock().unwrap(), accepted, "seed {seed}");
                        }
                    }
                }
                random.pause();
            }
            match random.below(3) {
                0 => drop(device),
                1 => drop(device.into_inner().now_or_never()),
                _ => drop(block_on(device.into_inner())),
            }
            move || assert_eq!(*written.lock().unwrap(), accepted, "seed {seed}")
        },
    );
}
