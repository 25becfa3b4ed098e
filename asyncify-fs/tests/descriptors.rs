//! 10,000 files at a limit of 1,024 descriptors: errors, and never a hang. Without the harness,
//! whose threads and files would share the limit.

use asyncify_fs::File;
use futures::executor::block_on;
use futures::future::join_all;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: only Linux has the limit that this sets");
}

/// The number of the error of a process that has too many files.
#[cfg(target_os = "linux")]
const TOO_MANY: i32 = 24;

/// Asserts that `operation` fails when there is no descriptor left. The runtime reads a file of
/// `/proc` now and then; if an open failed for that reason, one is left, and is taken here.
#[cfg(target_os = "linux")]
fn refused(
    files: &mut Vec<File>,
    path: &std::path::Path,
    operation: impl Fn(&mut File) -> std::io::Result<()>,
) {
    for _ in 0..100 {
        if let Err(error) = operation(&mut files[0]) {
            return assert_eq!(error.raw_os_error(), Some(TOO_MANY));
        }
        match block_on(File::open(path)) {
            Ok(file) => files.push(file),
            Err(error) => assert_eq!(error.raw_os_error(), Some(TOO_MANY)),
        }
    }
    panic!("an operation succeeds without a descriptor");
}

#[cfg(target_os = "linux")]
fn main() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(1_024), ..limit }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "content").unwrap();

    let opened = block_on(join_all((0..10_000).map(|_| File::open(&path))));
    let (files, errors): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
    assert!((900..1_024).contains(&files.len()), "{} files are open", files.len());
    for error in errors {
        assert_eq!(error.unwrap_err().raw_os_error(), Some(TOO_MANY));
    }
    // What needs a descriptor fails, and what has one works.
    let mut files: Vec<File> = files.into_iter().map(Result::unwrap).collect();
    refused(&mut files, &path, |_| block_on(asyncify_fs::read(&path)).map(drop));
    refused(&mut files, &path, |_| block_on(asyncify_fs::read_dir(folder.path())).map(drop));
    refused(&mut files, &path, |file| block_on(file.try_clone()).map(drop));
    let mut bytes = Vec::new();
    block_on(files[0].read_to_end(&mut bytes)).unwrap();
    assert_eq!(bytes, b"content");
    let std = block_on(files.pop().unwrap().into_std());
    assert_eq!(std.metadata().unwrap().len(), 7);

    // Each is closed, and the same number can be opened again, in turns.
    drop((files, std));
    let turns = (0..64).map(|_| async {
        for _ in 0..100 {
            let mut text = String::new();
            let mut file = loop {
                // The pool may still be closing the others.
                match File::open(&path).await {
                    Ok(file) => break file,
                    Err(error) => assert_eq!(error.raw_os_error(), Some(TOO_MANY)),
                }
            };
            file.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "content");
        }
    });
    block_on(join_all(turns));
    println!("10,000 opens at a limit of 1,024: ok");
}
