//! What dropped operations and files leave behind, errors of accepted writes, and the executor.

use crate::{file_with, open, pattern};
use asyncify_fs::{self as fs, File};
use asyncify_runtime::{BlockingPool, Shutdown, scope_executor};
use futures::FutureExt;
use futures::executor::block_on;
use std::io::SeekFrom;
use std::sync::mpsc;

/// An operation that comes after a write.
type Report = fn(&mut File) -> futures::future::LocalBoxFuture<'_, std::io::Result<()>>;

/// A pool whose only thread waits until the sender is used or dropped.
pub(crate) fn occupied() -> (BlockingPool, mpsc::Sender<()>) {
    let pool = BlockingPool::builder().max_threads(1).build().unwrap();
    let (release, wait) = mpsc::channel::<()>();
    let (starts, started) = mpsc::channel();
    drop(pool.spawn(move || {
        starts.send(()).unwrap();
        _ = wait.recv();
    }));
    started.recv().unwrap();
    (pool, release)
}

#[test]
fn a_function_that_is_dropped_while_it_is_queued_never_runs() {
    let (_folder, path) = file_with(b"kept");
    let (pool, release) = occupied();
    let dropped =
        block_on(scope_executor(pool.clone(), async { fs::remove_file(&path).now_or_never() }));
    assert!(dropped.is_none());
    drop(release);
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(path.exists());
}

#[test]
fn a_dropped_read_loses_no_byte() {
    block_on(async {
        let content = pattern(600_000);
        let (_folder, path) = file_with(&content);
        let mut file = open(&path).await;
        let (mut read, mut target) = (Vec::new(), vec![0; 3_000]);
        loop {
            if let Some(result) = file.read(&mut target).now_or_never() {
                read.extend_from_slice(&target[..result.unwrap()]);
            }
            match file.read(&mut target).await.unwrap() {
                0 => break,
                count => read.extend_from_slice(&target[..count]),
            }
        }
        assert!(read == content);
    });
}

#[test]
fn a_write_that_is_dropped_has_accepted_nothing() {
    let (_folder, path) = file_with(b"");
    let (pool, release) = occupied();
    let mut file = block_on(open(&path));
    file.set_max_buf_size(10);
    let accepted = block_on(scope_executor(pool.clone(), async {
        let mut accepted = Vec::new();
        // The buffers are full soon.
        for number in 0..20 {
            match file.write(&[number; 10]).now_or_never() {
                Some(count) => accepted.extend(vec![number; count.unwrap()]),
                None => return accepted,
            }
        }
        panic!("the buffers have room for everything");
    }));
    drop(release);
    block_on(file.flush()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), accepted);
}

#[test]
fn a_dropped_seek_takes_place_or_not() {
    block_on(async {
        let content = pattern(300_000);
        let (_folder, path) = file_with(&content);
        for round in 0..50 {
            let mut file = open(&path).await;
            let size = [10, 5_000][round % 2];
            file.read_exact(&mut vec![0; size]).await.unwrap();
            _ = file.seek(SeekFrom::End(-1_000)).now_or_never();
            let mut next = [0; 10];
            file.read_exact(&mut next).await.unwrap();
            assert!(next == content[size..size + 10] || next == content[299_000..299_010]);
        }
    });
}

#[test]
fn a_dropped_file_writes_what_it_has_accepted() {
    let (_folder, path) = file_with(b"");
    let (pool, release) = occupied();
    let content = pattern(400_000);
    let file = block_on(open(&path));
    block_on(scope_executor(pool.clone(), async {
        let mut file = file;
        assert!(file.write_all(&content[..300_000]).now_or_never().is_some());
    }));
    drop(release);
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(std::fs::read(&path).unwrap() == content[..300_000]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_is_closed_on_the_pool_unless_it_can_only_be_read() {
    let (_folder, path) = file_with(&pattern(300_000));
    for writes in [false, true] {
        let (pool, release) = occupied();
        let mut file = block_on(File::options().read(true).write(writes).open(&path)).unwrap();
        // Less than a page: this is read by a job, and more than that is in the buffer.
        block_on(file.read_exact(&mut [0; 10])).unwrap();
        block_on(scope_executor(pool.clone(), async { drop(file) }));
        assert_eq!(crate::is_open(&path), writes);
        drop(release);
        crate::until(|| !crate::is_open(&path));
    }
}

#[test]
fn the_error_of_an_accepted_write_is_reported_once_by_what_follows() {
    block_on(async {
        let (_folder, path) = file_with(b"0123456789");
        // What is opened for reading only accepts bytes, and cannot write them.
        let reports: [Report; 6] = [
            |file| file.flush().boxed_local(),
            |file| file.write_all(b"more").boxed_local(),
            |file| file.sync_all().boxed_local(),
            |file| file.metadata().map(|result| result.map(drop)).boxed_local(),
            |file| file.try_clone().map(|result| result.map(drop)).boxed_local(),
            |file| file.seek(SeekFrom::End(0)).map(|result| result.map(drop)).boxed_local(),
        ];
        for report in reports {
            let mut file = File::open(&path).await.unwrap();
            file.write_all(b"accepted").await.unwrap();
            // A write may be accepted before the error is known.
            while report(&mut file).await.is_ok() {}
            file.flush().await.unwrap();
            assert_eq!(file.metadata().await.unwrap().len(), 10);
            let mut text = String::new();
            file.rewind().await.unwrap();
            file.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "0123456789");
        }
    });
}

#[test]
fn everything_runs_on_the_executor_of_the_scope() {
    let (folder, path) = file_with(&pattern(1_000));
    let pool = BlockingPool::builder().max_threads(1).build().unwrap();
    block_on(scope_executor(pool.clone(), async {
        let before = pool.metrics().completed;
        let mut file = open(&path).await;
        file.read_exact(&mut [0; 10]).await.unwrap();
        file.write_all(b"x").await.unwrap();
        file.flush().await.unwrap();
        file.sync_data().await.unwrap();
        file.read_at(&mut [0; 10], 0).await.unwrap();
        _ = fs::read_dir(folder.path()).await.unwrap().next_entry().await.unwrap();
        assert_eq!(fs::metadata(&path).await.unwrap().len(), 1_000);
        assert!(pool.metrics().completed - before >= 7);
    }));
}

#[test]
fn an_open_file_returns_errors_when_its_executor_is_shut_down() {
    let (_folder, path) = file_with(&pattern(1_000));
    let mut file = block_on(open(&path));
    let pool = BlockingPool::builder().max_threads(1).build().unwrap();
    block_on(pool.shutdown(Shutdown::Drain));
    block_on(scope_executor(pool.clone(), async {
        assert!(file.read(&mut [0; 10]).await.unwrap_err().to_string().contains("shut down"));
        assert!(file.seek(SeekFrom::End(0)).await.is_err());
        assert!(file.sync_all().await.is_err());
        file.write_all(b"x").await.unwrap();
        assert!(file.flush().await.is_err());
    }));
    // It is as good as before on another one.
    let mut bytes = Vec::new();
    block_on(file.read_to_end(&mut bytes)).unwrap();
    assert!(bytes == pattern(1_000));
}
