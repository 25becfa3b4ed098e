//! Blocking readers and writers under tokio's own traits.

use std::io::Cursor;

use asyncify_runtime::Unblock;
use tokio::io::{AsyncBufReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio_util::compat::{FuturesAsyncReadCompatExt, FuturesAsyncWriteCompatExt};

use crate::{current_thread, multi_thread};

#[test]
fn tokio_copies_from_one_to_the_other() {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let text = "a line\n".repeat(100_000);
            let mut reader = Unblock::new(Cursor::new(text.clone())).compat();
            let mut writer = Unblock::new(Vec::new()).compat_write();
            let count = tokio::io::copy(&mut reader, &mut writer).await.unwrap();
            assert_eq!(count, text.len() as u64);
            writer.shutdown().await.unwrap();
            assert!(writer.into_inner().into_inner().await.unwrap() == text.as_bytes());
        });
    }
}

#[test]
fn tokio_reads_lines_and_seeks() {
    current_thread().block_on(async {
        let mut reader = Unblock::new(Cursor::new("one\ntwo\nthree")).compat();
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        // The value is at its end, the logical position is after the first line.
        assert_eq!(reader.stream_position().await.unwrap(), 4);
        reader.read_line(&mut line).await.unwrap();
        assert_eq!(line, "one\ntwo\n");
    });
}
