//! The behaviour that tokio's tests of its `File` expect, by tokio's traits. Each test names the
//! files and tests of tokio 1.54 (`tokio/tests`) from which it comes.

use crate::{file_with, open, pattern};
use asyncify_fs::File;
use futures::FutureExt;
use std::io::{IoSlice, SeekFrom, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWriteExt, BufReader};

const HELLO: &[u8] = b"hello world...";

/// `fs_file.rs`: `basic_read`, `read_file_from_std`, `empty_read`.
#[tokio::test]
async fn bytes_are_read() {
    let (_folder, path) = file_with(HELLO);
    let mut target = [0; 1024];
    for mut file in [File::open(&path).await.unwrap(), std::fs::File::open(&path).unwrap().into()] {
        assert!(matches!(file.read(&mut []).now_or_never(), Some(Ok(0))));
        assert_eq!(file.read(&mut target).await.unwrap(), HELLO.len());
        assert_eq!(&target[..HELLO.len()], HELLO);
        assert_eq!(file.read(&mut target).await.unwrap(), 0);
    }
}

/// `fs_file.rs`: `basic_write`, `basic_write_and_shutdown`, `write_vectored`,
/// `write_vectored_and_shutdown`.
#[tokio::test]
async fn bytes_are_written_when_flush_or_shutdown_returns() {
    let (_folder, path) = file_with(b"");
    for shut_down in [false, true] {
        let mut file = File::create(&path).await.unwrap();
        file.write_all(HELLO).await.unwrap();
        let slices = [IoSlice::new(HELLO), IoSlice::new(HELLO)];
        assert_eq!(file.write_vectored(&slices).await.unwrap(), 2 * HELLO.len());
        if shut_down {
            file.shutdown().await.unwrap();
        } else {
            file.flush().await.unwrap();
        }
        assert_eq!(std::fs::read(&path).unwrap(), HELLO.repeat(3));
    }
}

/// `fs_file.rs`: `rewind_seek_position`.
#[tokio::test]
async fn the_cursor_can_be_behind_the_end() {
    let (_folder, path) = file_with(b"");
    let mut file = File::create(&path).await.unwrap();
    assert_eq!(file.seek(SeekFrom::Current(10)).await.unwrap(), 10);
    file.rewind().await.unwrap();
    assert_eq!(file.stream_position().await.unwrap(), 0);
}

/// `fs_file.rs`: `buf_reader_seek_after_write`.
#[tokio::test]
async fn a_buf_reader_seeks_after_a_write() {
    for (seek, expected) in [
        (SeekFrom::Start(0), 0),
        (SeekFrom::End(-2), HELLO.len() - 2),
        (SeekFrom::Current(-2), HELLO.len() - 2),
    ] {
        let (_folder, path) = file_with(b"");
        let mut reader = BufReader::new(open(&path).await);
        reader.write_all(HELLO).await.unwrap();
        assert_eq!(reader.seek(seek).await.unwrap(), expected as u64);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, HELLO[expected..]);
    }
}

/// `fs_file.rs`: `coop`. Reads of cached bytes, and seeks, never wait, and must not keep other
/// tasks waiting.
#[tokio::test]
async fn a_loop_of_reads_yields() {
    let (_folder, path) = file_with(&pattern(64 << 10));
    let mut file = File::open(&path).await.unwrap();
    for size in [1 << 10, 16 << 10, 64 << 10] {
        let mut target = vec![0; size];
        let mut reads = pin!(async {
            loop {
                file.read_exact(&mut target).await.unwrap();
                file.rewind().await.unwrap();
            }
        });
        // It returns only if the loop is pending.
        let polled: Poll<()> = reads.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
}

/// `fs_file.rs`: `write_to_clone`; `fs.rs`: `try_clone_should_preserve_max_buf_size`.
#[tokio::test]
async fn a_clone_writes_to_the_same_file() {
    let (_folder, path) = file_with(b"");
    let mut file = File::create(&path).await.unwrap();
    file.set_max_buf_size(128);
    let mut clone = file.try_clone().await.unwrap();
    assert_eq!(clone.max_buf_size(), 128);
    clone.write_all(HELLO).await.unwrap();
    clone.flush().await.unwrap();
    file.write_all(HELLO).await.unwrap();
    file.flush().await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), HELLO.repeat(2));
}

/// Also if it is the default for reads, which is not that for writes.
#[tokio::test]
async fn a_clone_has_the_size_that_was_set() {
    let (_folder, path) = file_with(b"");
    let size = File::open(&path).await.unwrap().max_buf_size();
    let bytes = vec![7; 8 * size];
    for (set, accepted) in [(false, 4 * size), (true, size)] {
        let mut file = File::create(&path).await.unwrap();
        if set {
            file.set_max_buf_size(size);
        }
        let mut clone = file.try_clone().await.unwrap();
        assert_eq!(clone.write(&bytes).await.unwrap(), accepted);
    }
}

/// `fs_file.rs`: `write_into_std`, `write_into_std_immediate`.
#[tokio::test]
async fn a_file_becomes_a_std_file() {
    let (_folder, path) = file_with(b"");
    let mut file = File::create(&path).await.unwrap();
    file.write_all(b"accepted, ").await.unwrap();
    file.into_std().await.write_all(HELLO).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), [b"accepted, ", HELLO].concat());
    let file = File::create(&path).await.unwrap();
    file.try_into_std().unwrap().write_all(HELLO).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), HELLO);
}

/// `fs_file.rs`: `set_times`.
#[tokio::test]
async fn times_are_set() {
    let (_folder, path) = file_with(b"");
    let file = File::create(&path).await.unwrap();
    let [accessed, modified] = [1_600_000_000, 1_500_000_000]
        .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let times = asyncify_fs::FileTimes::new().set_accessed(accessed).set_modified(modified);
    file.set_times(times).await.unwrap();
    let metadata = file.metadata().await.unwrap();
    assert_eq!((metadata.accessed().unwrap(), metadata.modified().unwrap()), (accessed, modified));
    file.set_modified(accessed).await.unwrap();
    assert_eq!(file.metadata().await.unwrap().modified().unwrap(), accessed);
}

/// `fs_file.rs`: `set_max_buf_size_read`, `set_max_buf_size_write`; `fs_uring_file_read.rs`:
/// `test_file_read_custom_buf_size`, `test_file_read_buffer_larger_than_max`.
#[tokio::test]
async fn one_read_or_write_is_as_large_as_the_buffer() {
    let (_folder, path) = file_with(&pattern(100_000));
    let mut file = open(&path).await;
    for size in [1, 5_000, 70_000] {
        file.set_max_buf_size(size);
        assert_eq!(file.read(&mut vec![0; 100_000]).await.unwrap(), size);
        file.rewind().await.unwrap();
        assert_eq!(file.write(&pattern(100_000)).await.unwrap(), size);
        file.rewind().await.unwrap();
    }
}

/// `fs_file.rs`: `set_max_buf_size_panics_on_zero`.
#[tokio::test]
#[should_panic(expected = "`max_buf_size` must be greater than 0")]
async fn a_buffer_without_room_is_refused() {
    let (_folder, path) = file_with(b"");
    File::open(&path).await.unwrap().set_max_buf_size(0);
}

/// `fs_file.rs`: `file_debug_fmt`, `unix_fd_is_valid`, `read_file_from_unix_fd`.
#[tokio::test]
#[cfg(unix)]
async fn a_descriptor_is_shown_borrowed_and_converted() {
    use std::os::fd::{AsFd, AsRawFd, OwnedFd};
    let (_folder, path) = file_with(HELLO);
    let file = File::open(&path).await.unwrap();
    assert!(format!("{file:?}").starts_with("asyncify_fs::File { std: File { fd:"));
    assert_eq!(file.as_raw_fd(), file.as_fd().as_raw_fd());
    let descriptor = OwnedFd::from(file.into_std().await);
    let mut text = String::new();
    File::from(descriptor).read_to_string(&mut text).await.unwrap();
    assert_eq!(text.as_bytes(), HELLO);
}

/// `fs_uring_file_read.rs`: `test_file_read_exact`, `test_file_read_to_end`,
/// `test_file_read_large`, `test_file_read_partial_buf`, `test_file_read_seek_back`,
/// `test_file_partial_read_then_write`.
#[tokio::test]
async fn reads_of_every_kind_and_size_agree() {
    let content = pattern(1_000_000);
    let (_folder, path) = file_with(&content);
    let mut file = open(&path).await;
    for size in [1, 10, 4_096, 65_536, 300_000, 600_000] {
        let mut target = vec![0; size];
        file.seek(SeekFrom::Start(7)).await.unwrap();
        assert_eq!(file.read_exact(&mut target).await.unwrap(), size);
        assert!(target == content[7..7 + size]);
        let mut rest = Vec::new();
        assert_eq!(file.read_to_end(&mut rest).await.unwrap(), content.len() - 7 - size);
        assert!(rest == content[7 + size..]);
        assert!(file.read_exact(&mut target).await.is_err());
    }
    file.rewind().await.unwrap();
    file.read_exact(&mut [0; 10]).await.unwrap();
    file.write_all(HELLO).await.unwrap();
    file.flush().await.unwrap();
    let written = std::fs::read(&path).unwrap();
    assert!(
        written[..10] == content[..10]
            && &written[10..24] == HELLO
            && written[24..] == content[24..]
    );
}

/// A seek in two steps: the second cannot be left out, and is done by what follows.
#[tokio::test]
async fn a_seek_that_was_started_takes_place() {
    let (_folder, path) = file_with(&pattern(300));
    let mut file = open(&path).await;
    Pin::new(&mut file).start_seek(SeekFrom::Start(100)).unwrap();
    assert!(Pin::new(&mut file).start_seek(SeekFrom::Start(1)).is_err());
    assert_eq!(file.read_u8().await.unwrap(), pattern(300)[100]);
    Pin::new(&mut file).start_seek(SeekFrom::Start(200)).unwrap();
    file.write_u8(7).await.unwrap();
    file.flush().await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap()[200], 7);
    assert_eq!(file.seek(SeekFrom::Current(-1)).await.unwrap(), 200);
    assert!(file.seek(SeekFrom::Start(u64::MAX)).await.is_err());
    assert_eq!(file.stream_position().await.unwrap(), 200);
}

/// Lines, by tokio's buffered reader.
#[tokio::test]
async fn lines_are_read() {
    let lines: Vec<_> = (0..10_000).map(|number| format!("line {number}")).collect();
    let text = lines.join("\n");
    let (_folder, path) = file_with(text.as_bytes());
    let mut reader = BufReader::new(File::open(&path).await.unwrap()).lines();
    for line in lines {
        assert_eq!(reader.next_line().await.unwrap(), Some(line));
    }
    assert_eq!(reader.next_line().await.unwrap(), None);
}
