//! Reads, writes and seeks by the methods of `File` itself, without a trait.

use crate::{file_with, open, pattern};
use asyncify_fs::File;
use futures::executor::block_on;
use std::io::{ErrorKind, IoSlice, IoSliceMut, SeekFrom};

#[test]
fn a_file_needs_no_trait() {
    block_on(async {
        let (_folder, path) = file_with(b"");
        let mut file = open(&path).await;
        file.write_all(b"hello").await.unwrap();
        let slices = [IoSlice::new(b", "), IoSlice::new(b"world")];
        assert_eq!(file.write_vectored(&slices).await.unwrap(), 7);
        file.flush().await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"hello, world");
        file.rewind().await.unwrap();
        let (mut first, mut second) = ([0; 5], [0; 2]);
        let targets = &mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        assert_eq!(file.read_vectored(targets).await.unwrap(), 7);
        assert_eq!((&first, &second), (b"hello", b", "));
        let mut rest = String::from("the ");
        assert_eq!(file.read_to_string(&mut rest).await.unwrap(), 5);
        assert_eq!(rest, "the world");
        assert_eq!(file.stream_position().await.unwrap(), 12);
        let error = file.read_exact(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    });
}

#[test]
fn bytes_that_are_no_text_leave_the_string_as_it_is() {
    block_on(async {
        let (_folder, path) = file_with(b"\xff\xff");
        let mut text = String::from("before");
        let error = File::open(&path).await.unwrap().read_to_string(&mut text).await.unwrap_err();
        assert_eq!((error.kind(), text.as_str()), (ErrorKind::InvalidData, "before"));
    });
}

#[test]
fn vectored_reads_of_any_size_fill_the_slices_in_order() {
    block_on(async {
        let content = pattern(500_000);
        let (_folder, path) = file_with(&content);
        for sizes in [[10, 0, 20], [0, 0, 5_000], [3_000, 3_000, 3_000], [200_000, 10, 200_000]] {
            let mut file = File::open(&path).await.unwrap();
            let mut read = Vec::new();
            loop {
                let mut parts = sizes.map(|size| vec![0; size]);
                let mut slices = parts.each_mut().map(|part| IoSliceMut::new(part));
                let count = file.read_vectored(&mut slices).await.unwrap();
                if count == 0 {
                    break;
                }
                let mut parts = parts.concat();
                parts.truncate(count);
                read.append(&mut parts);
            }
            assert!(read == content);
        }
    });
}

#[test]
fn a_clone_shares_the_cursor() {
    block_on(async {
        let (_folder, path) = file_with(&pattern(200_000));
        let mut file = open(&path).await;
        // Some of what is read ahead is not consumed.
        file.read_exact(&mut [0; 100]).await.unwrap();
        let mut clone = file.try_clone().await.unwrap();
        assert_eq!(clone.stream_position().await.unwrap(), 100);
        clone.seek(SeekFrom::Start(70_000)).await.unwrap();
        let mut target = vec![0; 10_000];
        file.read_exact(&mut target).await.unwrap();
        assert!(target == pattern(200_000)[70_000..80_000]);
    });
}

#[test]
fn methods_by_reference_come_after_the_writes_before_them() {
    block_on(async {
        let (_folder, path) = file_with(b"");
        let mut file = open(&path).await;
        file.write_all(&pattern(300_000)).await.unwrap();
        assert_eq!(file.metadata().await.unwrap().len(), 300_000);
        file.write_all(b"more").await.unwrap();
        file.set_len(300_001).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [&pattern(300_000)[..], b"m"].concat());
        let lengths = futures::future::join_all((0..64).map(|_| file.metadata())).await;
        assert!(lengths.into_iter().all(|metadata| metadata.unwrap().len() == 300_001));
    });
}

#[test]
fn a_file_with_something_to_do_is_not_converted_at_once() {
    block_on(async {
        let (_folder, path) = file_with(b"0123456789");
        let mut file = open(&path).await;
        file.read_exact(&mut [0; 3]).await.unwrap();
        // Seven bytes were read ahead.
        let mut file = file.try_into_std().unwrap_err();
        file.read_exact(&mut [0; 1]).await.unwrap();
        let mut std = file.into_std().await;
        assert_eq!(std::io::Seek::stream_position(&mut std).unwrap(), 4);
        let mut file = File::from_std(std);
        file.write_all(b"x").await.unwrap();
        file.flush().await.unwrap();
        drop(file.try_into_std().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"0123x56789");
    });
}

#[test]
fn it_is_send_and_sync() {
    fn check<T: Send + Sync + Unpin>() {}
    fn is_send<T: Send>(_: &T) {}
    check::<File>();
    check::<asyncify_fs::ReadDir>();
    check::<asyncify_fs::DirEntry>();
    is_send(&asyncify_fs::read(String::from("x")));
    is_send(&asyncify_fs::write("x", vec![1]));
    is_send(&asyncify_fs::read_dir("x"));
    is_send(&File::open("x"));
    is_send(&async {
        let mut file = File::open("x").await.unwrap();
        file.read_to_end(&mut Vec::new()).await.unwrap();
        file.sync_all().await.unwrap();
        file.read_at(&mut [0; 8], 0).await.unwrap();
    });
}
