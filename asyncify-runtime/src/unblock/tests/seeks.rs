//! The logical position, the position of the value, and the read-ahead.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};
use std::pin::Pin;

use futures::{AsyncBufRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite, AsyncWriteExt};

use super::manual::Manual;
use super::pattern;
use crate::Unblock;

fn file(bytes: usize) -> (Manual, Unblock<Cursor<Vec<u8>>>) {
    let manual = Manual::new(8);
    (manual.clone(), Unblock::with_executor(manual, Cursor::new(pattern(bytes))))
}

/// Starts a seek and drops it.
fn begin_seek<T: Seek + Send + 'static>(file: &mut Unblock<T>, position: SeekFrom) {
    assert!(Manual::poll(|cx| Pin::new(&mut *file).poll_seek(cx, position)).is_pending());
}

fn read<T: Read + Send + 'static>(
    manual: &Manual,
    file: &mut Unblock<T>,
    count: usize,
) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    manual.block_on(file.read_exact(&mut bytes)).map(|()| bytes)
}

#[test]
fn a_dropped_seek_does_not_complete_a_seek_after_a_write() {
    let (manual, mut file) = file(0);
    begin_seek(&mut file, SeekFrom::Start(0));
    manual.block_on(file.write_all(b"body")).unwrap();
    manual.block_on(file.flush()).unwrap();
    assert_eq!(manual.block_on(file.seek(SeekFrom::Start(0))).unwrap(), 0);
    manual.block_on(file.write_all(b"head")).unwrap();
    assert_eq!(manual.block_on(file.into_inner()).unwrap().into_inner(), b"head");
}

#[test]
fn a_dropped_seek_does_not_complete_a_seek_after_another_operation() {
    type Operation = fn(&Manual, &mut Unblock<Cursor<Vec<u8>>>);
    let operations: [Operation; 5] = [
        |manual, file| _ = read(manual, file, 3).unwrap(),
        |manual, file| _ = manual.block_on(file.write(b"abc")).unwrap(),
        |manual, file| manual.block_on(file.with(|file| file.set_position(5))).unwrap(),
        |manual, file| {
            manual.complete(|cx| Pin::new(&mut *file).poll_fill_buf(cx).map(drop));
            Pin::new(file).consume(2);
        },
        |manual, file| _ = manual.block_on(file.seek(SeekFrom::Start(7))).unwrap(),
    ];
    for operation in operations {
        let (manual, mut file) = file(20);
        begin_seek(&mut file, SeekFrom::Start(2));
        operation(&manual, &mut file);
        assert_eq!(manual.block_on(file.seek(SeekFrom::Start(2))).unwrap(), 2);
        assert_eq!(manual.block_on(file.with(|file| file.position())).unwrap(), 2);
    }
}

#[test]
fn a_seek_that_was_dropped_before_bytes_are_consumed_is_not_resumed() {
    let (manual, mut file) = file(20);
    manual.complete(|cx| Pin::new(&mut file).poll_fill_buf(cx).map(drop));
    begin_seek(&mut file, SeekFrom::Current(1));
    Pin::new(&mut file).consume(2);
    assert_eq!(manual.block_on(file.seek(SeekFrom::Current(1))).unwrap(), 2);
}

#[test]
fn the_next_read_waits_for_a_dropped_seek() {
    let (manual, mut file) = file(20);
    read(&manual, &mut file, 4).unwrap();
    begin_seek(&mut file, SeekFrom::Start(10));
    // Not the read-ahead, followed by other bytes.
    assert_eq!(read(&manual, &mut file, 8).unwrap(), pattern(20)[10..18]);
}

#[test]
fn a_pending_seek_is_resumed_by_each_poll() {
    let (manual, mut file) = file(20);
    begin_seek(&mut file, SeekFrom::Current(3));
    begin_seek(&mut file, SeekFrom::Current(3));
    assert_eq!(manual.block_on(file.seek(SeekFrom::Current(3))).unwrap(), 3);
    assert_eq!(manual.block_on(file.seek(SeekFrom::Current(3))).unwrap(), 6);
}

#[test]
fn a_failed_seek_changes_neither_position_nor_read_ahead() {
    let (manual, mut file) = file(20);
    assert_eq!(read(&manual, &mut file, 4).unwrap(), pattern(4));
    for position in [SeekFrom::Current(-100), SeekFrom::End(-21), SeekFrom::Current(i64::MIN)] {
        let error = manual.block_on(file.seek(position)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{position:?}");
        assert_eq!(read(&manual, &mut file, 1).unwrap().len(), 1);
        assert_eq!(manual.block_on(file.seek(SeekFrom::Current(-1))).unwrap(), 4);
    }
    assert_eq!(read(&manual, &mut file, 16).unwrap(), pattern(20)[4..]);

    let (manual, mut file) = self::file(20);
    read(&manual, &mut file, 4).unwrap();
    manual.block_on(file.seek(SeekFrom::Current(-5))).unwrap_err();
    // No job is necessary.
    assert!(Manual::poll(|cx| Pin::new(&mut file).poll_fill_buf(cx).map(drop)).is_ready());
}

/// Its seeks fail with `errors`, and succeed after those.
#[derive(Debug)]
struct FailsToSeek {
    cursor: Cursor<Vec<u8>>,
    errors: Vec<ErrorKind>,
}

impl Read for FailsToSeek {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.cursor.read(target)
    }
}

impl Write for FailsToSeek {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.cursor.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FailsToSeek {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self.errors.pop() {
            Some(error) => Err(error.into()),
            None => self.cursor.seek(position),
        }
    }
}

fn fails_to_seek(errors: &[ErrorKind]) -> (Manual, Unblock<FailsToSeek>) {
    let manual = Manual::new(8);
    let (cursor, errors) = (Cursor::new(pattern(20)), errors.to_vec());
    (manual.clone(), Unblock::with_executor(manual, FailsToSeek { cursor, errors }))
}

#[test]
fn a_value_that_cannot_seek_keeps_its_read_ahead() {
    let (manual, mut pipe) = fails_to_seek(&[ErrorKind::NotSeekable; 3]);
    read(&manual, &mut pipe, 4).unwrap();
    for position in [SeekFrom::Current(0), SeekFrom::Current(i64::MIN)] {
        let error = manual.block_on(pipe.seek(position)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSeekable);
    }
    manual.block_on(pipe.write_all(b"answer")).unwrap();
    manual.block_on(pipe.flush()).unwrap();
    assert_eq!(read(&manual, &mut pipe, 16).unwrap(), pattern(20)[4..]);
}

#[test]
fn a_write_is_not_accepted_at_a_wrong_position() {
    let (manual, mut file) = fails_to_seek(&[]);
    manual.block_on(file.seek(SeekFrom::Start(0))).unwrap();
    manual.block_on(file.with(|file| file.errors.push(ErrorKind::Other))).unwrap();
    read(&manual, &mut file, 4).unwrap();
    assert_eq!(manual.block_on(file.write(b"abc")).unwrap_err().kind(), ErrorKind::Other);
    assert_eq!(read(&manual, &mut file, 1).unwrap(), pattern(5)[4..]);
    manual.block_on(file.write_all(b"abc")).unwrap();
    let bytes = manual.block_on(file.into_inner()).unwrap().cursor.into_inner();
    assert_eq!(bytes[5..8], *b"abc");
    assert_eq!((&bytes[..5], &bytes[8..]), (&pattern(5)[..], &pattern(20)[8..]));
}

#[test]
fn bytes_consumed_while_the_value_is_moved_are_not_read_again() {
    for writes_after in [false, true] {
        let (manual, mut file) = fails_to_seek(&[]);
        manual.block_on(file.seek(SeekFrom::Start(0))).unwrap();
        read(&manual, &mut file, 4).unwrap();
        let count = manual
            .complete(|cx| Pin::new(&mut file).poll_fill_buf(cx).map(|bytes| bytes.unwrap().len()));
        assert_eq!(count, 16);
        // The write waits until the value is at the logical position.
        assert!(Manual::poll(|cx| Pin::new(&mut file).poll_write(cx, b"x")).is_pending());
        Pin::new(&mut file).consume(3);
        if writes_after {
            manual.block_on(file.write_all(b"x")).unwrap();
            let bytes = manual.block_on(file.into_inner()).unwrap().cursor.into_inner();
            assert_eq!((bytes[7], bytes.len()), (b'x', 20));
        } else {
            manual.run_all();
            // The read-ahead is kept although the value was moved.
            assert_eq!(manual.block_on(file.seek(SeekFrom::Current(0))).unwrap(), 7);
            assert_eq!(read(&manual, &mut file, 13).unwrap(), pattern(20)[7..]);
        }
    }
}

#[test]
fn a_closure_finds_the_value_at_the_logical_position() {
    let (manual, mut file) = file(20);
    manual.block_on(file.seek(SeekFrom::Start(1))).unwrap();
    read(&manual, &mut file, 4).unwrap();
    assert_eq!(manual.block_on(file.with(|file| file.position())).unwrap(), 5);
    manual.block_on(file.with(|file| file.set_position(9))).unwrap();
    assert_eq!(read(&manual, &mut file, 2).unwrap(), pattern(20)[9..11]);
}

#[test]
fn an_end_seen_before_a_modification_is_discarded() {
    let (manual, mut file) = file(4);
    manual.block_on(file.seek(SeekFrom::Start(0))).unwrap();
    let mut bytes = Vec::new();
    manual.complete(|cx| Pin::new(&mut file).poll_fill_buf(cx).map(drop));
    Pin::new(&mut file).consume(4);
    // A read is started and dropped.
    assert!(Manual::poll(|cx| Pin::new(&mut file).poll_fill_buf(cx).map(drop)).is_pending());
    manual.run_all();
    manual.block_on(file.with(|file| file.get_mut().extend(b"more"))).unwrap();
    manual.block_on(file.read_to_end(&mut bytes)).unwrap();
    assert_eq!(bytes, b"more");
}
