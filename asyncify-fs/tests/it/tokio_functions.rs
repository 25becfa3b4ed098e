//! The behaviour that tokio's tests of its functions expect. Each test names the files and tests of
//! tokio 1.54 (`tokio/tests`) from which it comes.

use asyncify_fs as fs;
use futures::executor::block_on;
use std::io::ErrorKind;

/// `fs.rs`: `path_read_write`; `fs_write.rs`: `write`.
#[test]
fn what_is_written_is_read() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bar");
        fs::write(&path, b"bytes").await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"bytes");
        fs::write(&path, String::from("less")).await.unwrap();
        assert_eq!(fs::read_to_string(&path).await.unwrap(), "less");
    });
}

/// `fs_canonicalize_dir.rs`: `canonicalize_root_dir_unix`.
#[test]
#[cfg(unix)]
fn a_path_is_made_absolute() {
    assert_eq!(block_on(fs::canonicalize("/.")).unwrap().to_str(), Some("/"));
    assert_eq!(block_on(fs::canonicalize("src/..")).unwrap(), std::env::current_dir().unwrap());
}

/// `fs_copy.rs`: `copy`, `copy_permissions`.
#[test]
fn a_copy_has_contents_and_permissions() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, b"Hello File!").await.unwrap();
        let mut permissions = fs::metadata(&from).await.unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&from, permissions.clone()).await.unwrap();
        assert_eq!(fs::copy(&from, &to).await.unwrap(), 11);
        assert_eq!(fs::read(&to).await.unwrap(), b"Hello File!");
        assert_eq!(fs::metadata(&to).await.unwrap().permissions(), permissions);
    });
}

/// `fs_dir.rs`: `create_dir`, `create_all`, `remove`; `fs_remove_dir_all.rs`; `fs_try_exists.rs`.
#[test]
fn directories_are_created_and_removed() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (one, deep) = (folder.path().join("one"), folder.path().join("a/b"));
        fs::create_dir(&one).await.unwrap();
        assert_eq!(fs::create_dir(&deep).await.unwrap_err().kind(), ErrorKind::NotFound);
        fs::create_dir_all(&deep).await.unwrap();
        assert!(fs::try_exists(&one).await.unwrap() && fs::exists(&deep).await.unwrap());
        fs::remove_dir(&one).await.unwrap();
        fs::remove_dir_all(folder.path().join("a")).await.unwrap();
        assert!(!fs::try_exists(&one).await.unwrap() && !fs::exists(&deep).await.unwrap());
        // A file where a directory is needed is neither.
        fs::write(&one, "").await.unwrap();
        assert!(fs::try_exists(one.join("below")).await.is_err());
    });
}

/// `fs_dir.rs`: `build_dir`, `build_dir_mode_read_only`.
#[test]
fn a_directory_is_built_with_its_options() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("foo/bar/baz");
        assert!(fs::DirBuilder::new().recursive(false).create(&deep).await.is_err());
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        builder.mode(0o500);
        builder.recursive(true).create(folder.path().join("one")).await.unwrap();
        fs::DirBuilder::new().recursive(true).create(&deep).await.unwrap();
        assert!(deep.is_dir());
        #[cfg(unix)]
        assert!(folder.path().join("one").metadata().unwrap().permissions().readonly());
    });
}

/// `fs_link.rs`: `test_hard_link` and its errors, `test_symlink`.
#[test]
#[cfg(unix)]
fn links_lead_to_their_original() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let [original, hard, soft] =
            ["original", "hard", "soft"].map(|name| folder.path().join(name));
        let error = fs::hard_link(&original, &hard).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        fs::write(&original, "first").await.unwrap();
        fs::hard_link(&original, &hard).await.unwrap();
        let error = fs::hard_link(&original, &hard).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert!(fs::hard_link(folder.path(), folder.path().join("loop")).await.is_err());
        fs::symlink(&original, &soft).await.unwrap();
        fs::write(&soft, "second").await.unwrap();
        assert_eq!(fs::read_to_string(&hard).await.unwrap(), "second");
        assert_eq!(fs::read_link(&soft).await.unwrap(), original);
        assert!(fs::symlink_metadata(&soft).await.unwrap().file_type().is_symlink());
        assert!(fs::symlink_metadata(&hard).await.unwrap().file_type().is_file());
        assert!(fs::metadata(&soft).await.unwrap().is_file());
    });
}

/// `fs_rename.rs`; `fs_uring_rename.rs`: `rename_replaces_destination`, `rename_directory`,
/// `rename_nonexistent_source`, `rename_path_name_too_long`; `fs_remove_file.rs`.
#[test]
fn files_are_renamed_and_removed() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let [from, to, directory] =
            ["from", "to", "directory"].map(|name| folder.path().join(name));
        assert_eq!(fs::rename(&from, &to).await.unwrap_err().kind(), ErrorKind::NotFound);
        fs::write(&from, "new").await.unwrap();
        fs::write(&to, "old").await.unwrap();
        fs::rename(&from, &to).await.unwrap();
        assert_eq!(fs::read(&to).await.unwrap(), b"new");
        assert!(!fs::try_exists(&from).await.unwrap());
        let long = folder.path().join("x".repeat(5_000));
        assert!(fs::rename(&to, long).await.is_err());
        fs::create_dir(&directory).await.unwrap();
        fs::rename(&directory, &from).await.unwrap();
        assert!(from.is_dir());
        fs::remove_file(&to).await.unwrap();
        assert_eq!(fs::remove_file(&to).await.unwrap_err().kind(), ErrorKind::NotFound);
    });
}

/// `fs_open_options.rs`: each option is that of `std`, which the text of both shows.
#[test]
fn options_are_those_of_std() {
    let mut ours = fs::OpenOptions::new();
    let mut of_std = std::fs::OpenOptions::new();
    ours.read(true).write(true).append(true).truncate(true).create(true).create_new(true);
    of_std.read(true).write(true).append(true).truncate(true).create(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        ours.mode(0o640).custom_flags(0o1000);
        of_std.mode(0o640).custom_flags(0o1000);
    }
    assert!(format!("{ours:?}").contains(&format!("{of_std:?}")));
    assert_eq!(format!("{ours:?}"), format!("{:?}", fs::OpenOptions::from(of_std)));
}

/// `fs_open_options.rs`: what the options do.
#[test]
fn a_file_is_opened_with_its_options() {
    block_on(async {
        let (_folder, path) = crate::file_with(b"12345");
        assert!(fs::OpenOptions::new().open(&path).await.is_err());
        let new = fs::OpenOptions::new().write(true).create_new(true).open(&path).await;
        assert_eq!(new.unwrap_err().kind(), ErrorKind::AlreadyExists);
        let mut file = fs::OpenOptions::new().append(true).open(&path).await.unwrap();
        file.write_all(b"6").await.unwrap();
        file.flush().await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"123456");
        drop(fs::OpenOptions::new().write(true).truncate(true).open(&path).await.unwrap());
        assert_eq!(fs::metadata(&path).await.unwrap().len(), 0);
        drop(fs::File::create_new(path.with_extension("new")).await.unwrap());
        assert!(fs::File::create_new(path.with_extension("new")).await.is_err());
    });
}

/// `fs_uring_statx.rs`: `stat_nonexistent_file`, `stat_filesystem_loop`, `stat_path_name_too_long`.
#[test]
#[cfg(unix)]
fn metadata_that_cannot_be_read_is_an_error() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("path");
        assert_eq!(fs::metadata(&path).await.unwrap_err().kind(), ErrorKind::NotFound);
        fs::symlink(&path, &path).await.unwrap();
        assert!(fs::metadata(&path).await.is_err());
        assert!(fs::metadata(folder.path().join("x".repeat(5_000))).await.is_err());
    });
}
