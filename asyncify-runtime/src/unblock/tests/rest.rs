//! Values that are used while they are at rest, and a capacity that changes.

use std::io::{self, Cursor, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use futures::{AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWriteExt, FutureExt};

use super::manual::Manual;
use super::{Script, Shared};
use crate::Unblock;

#[test]
fn a_value_is_at_rest_while_nothing_is_buffered_or_running() {
    let manual = Manual::new(8);
    let mut value = Unblock::with_executor(manual.clone(), Cursor::new(vec![7; 10]));
    let position = |value: &mut Unblock<Cursor<Vec<u8>>>| value.try_with(|value| value.position());
    assert_eq!(position(&mut value), Some(0));
    // A read that is dropped leaves its bytes.
    assert!(Manual::poll(|cx| pin!(value.read(&mut [0])).as_mut().poll(cx)).is_pending());
    assert_eq!(position(&mut value), None);
    manual.run_all();
    assert_eq!(position(&mut value), None);
    manual.block_on(value.read_exact(&mut [0; 10])).unwrap();
    assert_eq!(position(&mut value), Some(10));
    // A seek that was started and dropped takes place, and ends the rest until then.
    assert!(Manual::poll(|cx| Pin::new(&mut value).poll_seek(cx, SeekFrom::Start(3))).is_pending());
    assert_eq!(position(&mut value), None);
    manual.run_all();
    assert_eq!(position(&mut value), Some(3));
    assert_eq!(manual.block_on(value.stream_position()).unwrap(), 3);
}

#[test]
fn a_writer_is_at_rest_when_its_bytes_are_written_and_its_error_is_reported() {
    let manual = Manual::new(8);
    let shared = Shared::default();
    let mut value = Unblock::with_executor(manual.clone(), shared.clone());
    value.write_all(b"first").now_or_never().unwrap().unwrap();
    value.write_all(b"second").now_or_never().unwrap().unwrap();
    assert!(value.try_with(|_| ()).is_none());
    manual.run_all();
    assert!(value.try_with(|_| ()).is_some());
    drop(value.try_into_inner().unwrap());
    assert_eq!(*shared.written.lock().unwrap(), b"firstsecond");

    let mut full = Unblock::with_executor(manual.clone(), Cursor::new([0; 1]));
    full.write_all(b"too long").now_or_never().unwrap().unwrap();
    manual.run_all();
    let mut full = full.try_into_inner().unwrap_err();
    assert!(full.try_with(|_| ()).is_none());
    manual.block_on(full.flush()).unwrap_err();
    assert!(full.try_with(|_| ()).is_some());
}

#[test]
fn a_reader_is_at_rest_when_its_error_is_reported() {
    let manual = Manual::new(8);
    let broken = Script([Err(io::Error::other("bad sector"))].into());
    let mut reader = Unblock::with_executor(manual.clone(), broken);
    assert!(reader.read(&mut [0]).now_or_never().is_none());
    manual.run_all();
    assert!(reader.try_with(|_| ()).is_none());
    manual.block_on(reader.read(&mut [0])).unwrap_err();
    assert!(reader.try_with(|_| ()).is_some());
}

#[test]
fn a_panic_leaves_the_value_in_place() {
    let mut value = Unblock::with_executor(Manual::new(1), 7);
    let panic = catch_unwind(AssertUnwindSafe(|| value.try_with(|_| panic!("broken"))));
    assert!(panic.is_err());
    assert_eq!(value.try_into_inner().unwrap(), 7);
}

#[test]
fn a_capacity_that_changes_holds_for_what_follows() {
    let manual = Manual::new(8);
    let shared = Shared::default();
    let mut value = Unblock::with_executor(manual.clone(), shared.clone());
    assert_eq!(value.write(b"12345").now_or_never().unwrap().unwrap(), 5);
    assert_eq!(value.write(b"67890").now_or_never().unwrap().unwrap(), 5);
    value.set_capacity(2);
    // The buffer has more than it may hold now.
    assert!(value.write(b"abc").now_or_never().is_none());
    manual.run_all();
    assert_eq!(manual.block_on(value.write(b"abc")).unwrap(), 2);
    manual.block_on(value.flush()).unwrap();
    assert_eq!(*shared.written.lock().unwrap(), b"1234567890ab");

    let mut value = Unblock::with_executor(manual.clone(), Cursor::new(vec![7; 10]));
    value.set_capacity(3);
    assert_eq!(manual.block_on(value.read(&mut [0; 10])).unwrap(), 3);
}
