//! Reads and writes at a position.

use crate::{file_with, open, pattern};
use asyncify_fs::File;
use futures::executor::block_on;
use futures::future::{join_all, try_join_all};
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

#[test]
fn many_readers_share_one_file() {
    block_on(async {
        let content = Arc::new(pattern(1_000_000));
        let (_folder, path) = file_with(&content);
        let file = File::open(&path).await.unwrap();
        let reads = (0..64).map(|reader| {
            let (file, content) = (&file, content.clone());
            async move {
                // Small ones go to the pool, and others take what is cached.
                for size in [10, 5_000, 150_000, 400_000] {
                    let position = reader * 7_001;
                    let mut target = vec![0; size];
                    file.read_exact_at(&mut target, position as u64).await.unwrap();
                    assert!(target == content[position..position + size]);
                }
            }
        });
        join_all(reads).await;
        assert_eq!(file.read_at(&mut [0; 10], 1_000_000).await.unwrap(), 0);
        assert_eq!(file.read_at(&mut [0; 8_000], 999_999).await.unwrap(), 1);
        assert_eq!(file.read_at(&mut [], 0).await.unwrap(), 0);
        let error = file.read_exact_at(&mut [0; 10], 999_995).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    });
}

/// Reads of cached bytes never wait, and must not keep other tasks waiting.
#[test]
fn a_loop_of_reads_yields() {
    let (_folder, path) = file_with(&pattern(64 << 10));
    let file = block_on(File::open(&path)).unwrap();
    for size in [4 << 10, 64 << 10] {
        let mut target = vec![0; size];
        let mut reads = pin!(async {
            loop {
                file.read_exact_at(&mut target, 0).await.unwrap();
            }
        });
        // It returns only if the loop is pending.
        let polled: Poll<()> = reads.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
}

#[test]
fn many_writers_share_one_file_and_the_cursor_stays() {
    block_on(async {
        let (_folder, path) = file_with(b"");
        let mut file = open(&path).await;
        file.set_max_buf_size(1_000);
        let content = pattern(64 * 5_000);
        let writes = (0..64).map(|part| {
            let start = part * 5_000;
            file.write_all_at(&content[start..start + 5_000], start as u64)
        });
        try_join_all(writes).await.unwrap();
        assert!(std::fs::read(&path).unwrap() == content);
        #[cfg(unix)]
        assert_eq!(file.stream_position().await.unwrap(), 0);
    });
}

#[test]
fn a_dropped_operation_does_not_keep_the_file() {
    block_on(async {
        let (_folder, path) = file_with(&pattern(100));
        for _ in 0..100 {
            let file = open(&path).await;
            let mut target = [0; 100];
            {
                let mut read = Box::pin(file.read_at(&mut target, 0));
                _ = futures::poll!(&mut read);
            }
            let std = file.into_std().await;
            assert_eq!(std.metadata().unwrap().len(), 100);
        }
    });
}
