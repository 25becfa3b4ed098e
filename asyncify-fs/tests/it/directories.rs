//! Directories of every size, and tokio's tests of them.

use asyncify_fs as fs;
use asyncify_runtime::{BlockingPool, Shutdown, scope_executor};
use futures::StreamExt;
use futures::executor::block_on;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use tempfile::TempDir;

/// A folder in memory, if there is such a file system: thousands of files take long on a disk.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn fill(folder: &Path, count: usize) -> BTreeSet<OsString> {
    (0..count)
        .map(|number| {
            let name = format!("entry-{number}");
            std::fs::write(folder.join(&name), "").unwrap();
            name.into()
        })
        .collect()
}

/// tokio's `fs_dir.rs`: `read_inherent`.
#[test]
fn every_entry_is_read_once() {
    // Nothing, one batch, and several.
    for count in [0, 1, 31, 32, 33, 300, 9_000] {
        let folder = folder();
        let expected = fill(folder.path(), count);
        let (names, entries) = block_on(async {
            let mut entries = fs::read_dir(folder.path()).await.unwrap();
            let mut names = BTreeSet::new();
            while let Some(entry) = entries.next_entry().await.unwrap() {
                assert!(names.insert(entry.file_name()));
            }
            (names, entries)
        });
        assert_eq!(names, expected);
        assert_eq!(block_on(entries.count()), 0);
    }
}

/// tokio's `fs_dir.rs`: `read_dir_entry_info`.
#[test]
fn an_entry_knows_its_file() {
    block_on(async {
        let folder = folder();
        let path = folder.path().join("a.txt");
        fs::write(&path, b"Hello File!").await.unwrap();
        let mut entries = fs::read_dir(folder.path()).await.unwrap();
        let entry = entries.next_entry().await.unwrap().unwrap();
        assert_eq!((entry.path(), entry.file_name()), (path.clone(), "a.txt".into()));
        assert_eq!(entry.metadata().await.unwrap().len(), 11);
        assert!(entry.file_type().await.unwrap().is_file());
        #[cfg(unix)]
        assert_eq!(entry.ino(), std::os::unix::fs::MetadataExt::ino(&path.metadata().unwrap()));
        fs::remove_file(&path).await.unwrap();
        assert!(entry.metadata().await.is_err());
        assert!(entry.file_type().await.unwrap().is_file());
    });
}

#[test]
fn a_directory_that_cannot_be_opened_is_an_error() {
    let folder = folder();
    assert!(block_on(fs::read_dir(folder.path().join("missing"))).is_err());
    fill(folder.path(), 1);
    assert!(block_on(fs::read_dir(folder.path().join("entry-0"))).is_err());
}

#[test]
fn a_dropped_read_loses_no_entry() {
    let folder = folder();
    let expected = fill(folder.path(), 5_000);
    let names = block_on(async {
        let mut entries = fs::read_dir(folder.path()).await.unwrap();
        let mut names = BTreeSet::new();
        loop {
            _ = futures::poll!(std::pin::pin!(async {
                if let Some(entry) = entries.next_entry().await.unwrap() {
                    assert!(names.insert(entry.file_name()));
                }
            }));
            match entries.next_entry().await.unwrap() {
                Some(entry) => assert!(names.insert(entry.file_name())),
                None => return names,
            }
        }
    });
    assert_eq!(names, expected);
}

#[test]
#[cfg(target_os = "linux")]
fn a_dropped_directory_is_closed() {
    let folder = folder();
    fill(folder.path(), 5_000);
    let mut entries = block_on(fs::read_dir(folder.path())).unwrap();
    block_on(entries.next_entry()).unwrap().unwrap();
    assert!(crate::is_open(folder.path()));
    drop(entries);
    crate::until(|| !crate::is_open(folder.path()));
}

#[test]
fn a_pool_that_is_shut_down_ends_the_entries_with_an_error() {
    let folder = folder();
    fill(folder.path(), 9_000);
    let pool = BlockingPool::builder().max_threads(1).build().unwrap();
    let mut entries = block_on(scope_executor(pool.clone(), fs::read_dir(folder.path()))).unwrap();
    block_on(pool.shutdown(Shutdown::Drain));
    let results =
        block_on(scope_executor(pool.clone(), async { (&mut entries).collect::<Vec<_>>().await }));
    let (last, before) = results.split_last().unwrap();
    assert!(before.len() < 9_000 && before.iter().all(Result::is_ok));
    assert!(last.as_ref().unwrap_err().to_string().contains("shut down"));
    assert!(block_on(entries.next()).is_none());
}
