//! Full disks, pipes, `/proc`, permissions, and files that change while they are read.

use crate::{file_with, open, pattern};
use asyncify_fs::{self as fs, File};
use asyncify_runtime::scope_executor;
use futures::executor::block_on;
use futures::{FutureExt, join};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// A file system in memory of this size, if the test may make one.
struct Small(tempfile::TempDir);

impl Small {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = std::ffi::CString::new(format!("size={size}")).unwrap();
        let flags = rustix::mount::MountFlags::empty();
        rustix::mount::mount("tmpfs", folder.path(), "tmpfs", flags, Some(options.as_c_str()))
            .ok()
            .map(|()| Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Once the pool has closed the last file.
        crate::until(|| {
            let flags = rustix::mount::UnmountFlags::empty();
            rustix::mount::unmount(self.0.path(), flags).is_ok()
        });
    }
}

/// Writes until the disk is full, and returns the kind of the error.
async fn fill(path: &Path) -> ErrorKind {
    let mut file =
        File::options().write(true).create(true).truncate(false).open(path).await.unwrap();
    let error = loop {
        if let Err(error) = file.write_all(&[7; 10_000]).await {
            break error;
        }
    };
    // Reported once, and the file can be used again.
    file.flush().await.unwrap();
    error.kind()
}

#[test]
fn a_full_disk_is_an_error_and_what_was_written_stays() {
    block_on(async {
        assert_eq!(fill(Path::new("/dev/full")).await, ErrorKind::StorageFull);
        let error = fs::write("/dev/full", "text").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        let Some(small) = Small::new("256k") else {
            eprintln!("no tmpfs can be mounted: tested with /dev/full only");
            return;
        };
        let path = small.0.path().join("file");
        assert_eq!(fill(&path).await, ErrorKind::StorageFull);
        // All that fits is written, in order and without a gap.
        let content = std::fs::read(&path).unwrap();
        assert!(content.len() > 200_000 && content.iter().all(|byte| *byte == 7));
        let error = fs::write(small.0.path().join("other"), vec![1; 100_000]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        let mut file = File::options().append(true).open(&path).await.unwrap();
        file.set_len(10).await.unwrap();
        file.write_all(b"room again").await.unwrap();
        file.sync_all().await.unwrap();
        assert_eq!(
            std::fs::read(&path).unwrap(),
            b"\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07room again"
        );
    });
}

#[test]
fn files_of_proc_have_no_length_and_are_read_to_their_end() {
    block_on(async {
        let mut text = String::new();
        let mut file = File::open("/proc/self/status").await.unwrap();
        assert_eq!(file.metadata().await.unwrap().len(), 0);
        file.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("Name:") && text.contains("Threads:"));
        assert!(fs::read_to_string("/proc/self/status").await.unwrap().contains("Threads:"));
        // Each read returns less than there is room for.
        let mut maps = vec![0; 1 << 20];
        let mut file = File::open("/proc/self/smaps").await.unwrap();
        let first = file.read(&mut maps).await.unwrap();
        assert!(first > 0 && first < maps.len());
    });
}

#[test]
fn a_pipe_is_read_as_it_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).unwrap();
    block_on(async {
        // Each end waits for the other to be opened.
        let mut options = File::options();
        let (reader, writer) = join!(File::open(&path), options.write(true).open(&path));
        let (mut reader, mut writer) = (reader.unwrap(), writer.unwrap());
        let mut target = vec![0; 10_000];
        assert!(reader.read(&mut target).now_or_never().is_none());
        // Other calls are not kept waiting by the read.
        assert!(fs::try_exists(&path).await.unwrap());
        for size in [1, 100, 5_000] {
            writer.write_all(&pattern(size)).await.unwrap();
            writer.flush().await.unwrap();
            reader.read_exact(&mut target[..size]).await.unwrap();
            assert!(target[..size] == pattern(size));
        }
        let error = reader.read_at(&mut target, 5).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSeekable);
        assert_eq!(
            reader.seek(std::io::SeekFrom::Start(5)).await.unwrap_err().kind(),
            error.kind()
        );
        // More than the pipe holds: the writer waits for the reader.
        let content = pattern(1_000_000);
        let write = async {
            writer.write_all(&content).await.unwrap();
            drop(writer);
        };
        let mut rest = Vec::new();
        let (count, ()) = join!(reader.read_to_end(&mut rest), write);
        assert_eq!(count.unwrap(), content.len());
        assert!(rest == content);
    });
}

#[test]
fn a_file_that_grows_is_read_on_and_one_that_shrinks_ends() {
    block_on(async {
        for size in [10, 5_000, 300_000] {
            let (_folder, path) = file_with(&pattern(size));
            let mut file = open(&path).await;
            let mut other = std::fs::File::options().append(true).open(&path).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).await.unwrap();
            assert!(bytes == pattern(size));
            for _ in 0..3 {
                assert_eq!(file.read(&mut [0; 8_000]).await.unwrap(), 0);
                other.write_all(&pattern(size)).unwrap();
                bytes.clear();
                file.read_to_end(&mut bytes).await.unwrap();
                assert!(bytes == pattern(size));
            }
            other.set_len(5).unwrap();
            assert_eq!(file.read(&mut [0; 8_000]).await.unwrap(), 0);
            assert_eq!(file.read_at(&mut [0; 8_000], 0).await.unwrap(), 5);
            file.rewind().await.unwrap();
            bytes.clear();
            assert_eq!(file.read_to_end(&mut bytes).await.unwrap(), 5);
        }
    });
}

#[test]
fn what_may_not_be_done_is_an_error() {
    block_on(async {
        let (folder, path) = file_with(b"content");
        // These hold for every user.
        let mut file = File::open(folder.path()).await.unwrap();
        assert_eq!(file.read(&mut [0; 8_000]).await.unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(file.read(&mut [0; 10]).await.unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(fs::read(folder.path()).await.unwrap_err().kind(), ErrorKind::IsADirectory);
        let mut write_only = File::create(path.with_extension("new")).await.unwrap();
        assert!(write_only.read(&mut [0; 8_000]).await.is_err());
        assert!(write_only.read_at(&mut [0; 8_000], 0).await.is_err());
        assert!(File::open(&path).await.unwrap().set_len(1).await.is_err());
        assert!(fs::write("/proc/self/status", "x").await.is_err());
        // And this for all but the superuser.
        let mut permissions = fs::metadata(&path).await.unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o000);
        fs::set_permissions(&path, permissions).await.unwrap();
        let opened = File::open(&path).await;
        if rustix::process::geteuid().is_root() {
            opened.unwrap();
        } else {
            assert_eq!(opened.unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
    });
}

/// Reads a file while the pool is occupied, if its file system allows that. Returns whether it
/// does.
fn is_read_without_the_pool(folder: &Path) -> bool {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let path = folder.path().join("file");
    let content = pattern(100_000);
    std::fs::write(&path, &content).unwrap();
    let (pool, _release) = crate::drops::occupied();
    let mut file = block_on(File::open(&path)).unwrap();
    block_on(scope_executor(pool, async {
        let mut target = vec![0; 60_000];
        // What remains, and the end of the file.
        for rest in [&content[..], &content[60_000..], &[]] {
            let count = rest.len().min(target.len());
            let Some(read) = file.read(&mut target).now_or_never() else { return false };
            let metadata = file.metadata().now_or_never().expect("its metadata is in memory, too");
            assert_eq!(metadata.unwrap().len(), content.len() as u64);
            assert_eq!(read.unwrap(), count);
            assert!(target[..count] == rest[..count]);
            let at = (content.len() - rest.len()) as u64;
            let read = file.read_at(&mut target, at).now_or_never().unwrap();
            assert_eq!(read.unwrap(), count);
        }
        true
    }))
}

#[test]
fn what_is_in_memory_is_read_without_the_pool_up_to_the_end() {
    for folder in [&std::env::temp_dir(), Path::new("/dev/shm")] {
        if !folder.exists() || !is_read_without_the_pool(folder) {
            eprintln!("{}: not tested, its files are read on the pool", folder.display());
        }
    }
    // A tmpfs is, unless its pages can be in swap space.
    let swaps = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    let folder = Path::new("/dev/shm");
    let is_tmpfs = rustix::fs::statfs(folder).is_ok_and(|system| system.f_type == 0x0102_1994);
    if is_tmpfs && swaps.lines().count() == 1 {
        assert!(is_read_without_the_pool(folder));
    }
}

#[test]
fn metadata_includes_the_accepted_bytes() {
    let (_folder, path) = file_with(b"");
    let mut file = block_on(open(&path));
    let (pool, release) = crate::drops::occupied();
    block_on(scope_executor(pool, async {
        let is_at_once = file.metadata().now_or_never().is_some();
        file.write_all(b"accepted").await.unwrap();
        assert!(file.metadata().now_or_never().is_none());
        drop(release);
        assert_eq!(file.metadata().await.unwrap().len(), 8);
        file.flush().await.unwrap();
        let metadata = file.metadata().now_or_never();
        assert_eq!(metadata.is_some(), is_at_once);
        assert!(metadata.is_none_or(|metadata| metadata.unwrap().len() == 8));
    }));
}

#[test]
fn devices_are_read_on_the_pool() {
    // Its directory is a tmpfs, and reads of it may wait, as far as one can know.
    let mut device = block_on(File::open("/dev/full")).unwrap();
    let (pool, release) = crate::drops::occupied();
    let target = &mut [7; 10_000];
    block_on(scope_executor(pool, async {
        assert!(device.metadata().now_or_never().is_none());
        assert!(device.read(target).now_or_never().is_none());
        drop(release);
        device.read_exact(target).await.unwrap();
    }));
    assert_eq!(*target, [0; 10_000]);
}

#[test]
fn direct_reads_wait_on_the_pool() {
    block_on(async {
        let (_folder, path) = file_with(&pattern(8_192));
        let direct = i32::try_from(rustix::fs::OFlags::DIRECT.bits()).unwrap();
        // Some file systems have none.
        let Ok(file) = File::options().read(true).custom_flags(direct).open(&path).await else {
            return;
        };
        // Its memory is not aligned, which some file systems refuse, and the others read.
        match file.read_at(&mut [0; 8_192], 0).await {
            Ok(count) => assert_eq!(count, 8_192),
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidInput),
        }
    });
}
