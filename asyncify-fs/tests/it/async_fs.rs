//! What the examples in the documentation of async-fs 2.2 do, by the traits of futures. Each test
//! names its items.

use asyncify_fs as fs;
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, StreamExt, TryStreamExt};
use std::io::SeekFrom;

/// `File`, `File::open`, `File::create`, `sync_all`, `sync_data`, `set_len`, `metadata`,
/// `set_permissions`.
#[test]
fn a_file_is_written_synced_and_read() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut file = fs::File::create(&path).await.unwrap();
        file.write_all(b"Hello, world!").await.unwrap();
        file.flush().await.unwrap();
        file.sync_all().await.unwrap();
        file.sync_data().await.unwrap();
        file.set_len(5).await.unwrap();
        let mut permissions = file.metadata().await.unwrap().permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions).await.unwrap();
        file.close().await.unwrap();

        let mut file = fs::File::open(&path).await.unwrap();
        assert!(file.metadata().await.unwrap().permissions().readonly());
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).await.unwrap();
        assert_eq!(contents, b"Hello");
        assert_eq!(file.seek(SeekFrom::End(-2)).await.unwrap(), 3);
        let mut rest = String::new();
        file.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "lo");
    });
}

/// `read_dir`, `DirEntry`, as a stream.
#[test]
fn entries_are_a_stream() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(folder.path().join(name), name).await.unwrap();
        }
        let mut entries = fs::read_dir(folder.path()).await.unwrap();
        let mut names = Vec::new();
        while let Some(entry) = entries.try_next().await.unwrap() {
            assert!(entry.file_type().await.unwrap().is_file());
            assert_eq!(entry.metadata().await.unwrap().len(), 1);
            assert_eq!(entry.path(), folder.path().join(entry.file_name()));
            names.push(entry.clone().file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(entries.next().await.is_none());
    });
}

/// `OpenOptions::append`, `truncate`, `create`, and `copy`, `rename`, `remove_file`.
#[test]
fn a_log_is_appended_copied_and_renamed() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let [log, copy, last] = ["log", "copy", "last"].map(|name| folder.path().join(name));
        for line in 0..3 {
            let mut file =
                fs::OpenOptions::new().append(true).create(true).open(&log).await.unwrap();
            file.write_all(format!("{line}\n").as_bytes()).await.unwrap();
            file.close().await.unwrap();
        }
        assert_eq!(fs::copy(&log, &copy).await.unwrap(), 6);
        fs::rename(&copy, &last).await.unwrap();
        fs::remove_file(&log).await.unwrap();
        assert_eq!(fs::read_to_string(&last).await.unwrap(), "0\n1\n2\n");
    });
}
