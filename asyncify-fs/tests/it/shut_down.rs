//! Calls on an executor that is shut down return errors.

use crate::file_with;
use asyncify_fs::{self as fs, DirBuilder, File};
use asyncify_runtime::{BlockingPool, Shutdown, scope_executor};
use futures::executor::block_on;
use std::io;

/// A test for each call, whose arguments are the path of a file and one that does not exist.
macro_rules! refused {
    ($($name:ident: |$path:pat_param, $new:pat_param| $call:expr;)*) => {$(
        #[test]
        fn $name() {
            let (folder, path) = file_with(b"kept");
            let new = folder.path().join("new");
            let pool = BlockingPool::builder().max_threads(1).build().unwrap();
            block_on(pool.shutdown(Shutdown::Drain));
            let result: io::Result<()> = block_on(scope_executor(pool, async {
                let ($path, $new) = (&path, &new);
                $call.map(drop)
            }));
            let error = result.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::Other);
            assert_eq!(
                error.to_string(),
                "blocking call was rejected: the executor is shut down"
            );
            assert_eq!(std::fs::read(&path).unwrap(), b"kept");
            assert!(!new.exists());
        }
    )*};
}

refused! {
    canonicalize: |path, _| fs::canonicalize(path).await;
    copy: |path, new| fs::copy(path, new).await;
    create_dir: |_, new| fs::create_dir(new).await;
    create_dir_all: |_, new| fs::create_dir_all(new).await;
    dir_builder: |_, new| DirBuilder::new().create(new).await;
    exists: |path, _| fs::exists(path).await;
    file_create: |_, new| File::create(new).await;
    file_create_new: |_, new| File::create_new(new).await;
    file_open: |path, _| File::open(path).await;
    hard_link: |path, new| fs::hard_link(path, new).await;
    metadata: |path, _| fs::metadata(path).await;
    open_options: |path, _| File::options().read(true).open(path).await;
    read: |path, _| fs::read(path).await;
    read_dir: |path, _| fs::read_dir(path.parent().unwrap()).await;
    read_link: |path, _| fs::read_link(path).await;
    read_to_string: |path, _| fs::read_to_string(path).await;
    remove_dir: |path, _| fs::remove_dir(path).await;
    remove_dir_all: |path, _| fs::remove_dir_all(path.parent().unwrap()).await;
    remove_file: |path, _| fs::remove_file(path).await;
    rename: |path, new| fs::rename(path, new).await;
    set_permissions: |path, _| {
        let permissions = std::fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, permissions).await
    };
    symlink_metadata: |path, _| fs::symlink_metadata(path).await;
    try_exists: |path, _| fs::try_exists(path).await;
    write: |path, _| fs::write(path, "other").await;
}

#[cfg(unix)]
refused! {
    symlink: |path, new| fs::symlink(path, new).await;
    // Less than what is read on the thread of the caller.
    read_at: |path, _| File::from(std::fs::File::open(path)?).read_at(&mut [0; 10], 0).await;
    write_at: |path, _| File::from(std::fs::File::open(path)?).write_at(b"other", 0).await;
    metadata_of_an_entry: |path, _| {
        let entries = fs::read_dir(path.parent().unwrap());
        // On the thread of the test.
        let entries = scope_executor(asyncify_runtime::Inline, entries).await;
        let entry = entries?.next_entry().await?.unwrap();
        entry.metadata().await
    };
}

#[cfg(feature = "walk")]
refused! {
    walk: |path, _| {
        use futures::TryStreamExt;
        fs::walk(path).try_collect::<Vec<_>>().await
    };
}
