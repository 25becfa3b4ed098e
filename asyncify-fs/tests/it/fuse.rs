//! A file system in user space, whose server records the thread of each request.

use asyncify_fs::File;
use futures::executor::block_on;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::ffi::CString;
use std::io::{ErrorKind, Read, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use tempfile::TempDir;

const CONTENT: &[u8] = b"content";

/// The requests of the protocol (`linux/fuse.h`) that are answered.
const LOOKUP: u32 = 1;
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const OPEN: u32 = 14;
const READ: u32 = 15;
const STATFS: u32 = 17;
const RELEASE: u32 = 18;
const FLUSH: u32 = 25;
const INIT: u32 = 26;
const INTERRUPT: u32 = 36;
const BATCH_FORGET: u32 = 42;

const ROOT: u64 = 1;
const FILE: u64 = 2;
const NOT_IMPLEMENTED: i32 = 38;
const NOT_FOUND: i32 = 2;

/// A mounted file system with one file.
struct Mounted {
    folder: TempDir,
    /// The thread of each request.
    callers: Arc<Mutex<Vec<u32>>>,
    server: Option<JoinHandle<()>>,
}

impl Mounted {
    /// `None` if the test may not mount one.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let device = std::fs::File::options().read(true).write(true).open("/dev/fuse").ok()?;
        let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", device.as_raw_fd());
        let options = CString::new(options).unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("asyncify", folder.path(), "fuse", flags, Some(options.as_c_str())).ok()?;
        let callers = Arc::<Mutex<_>>::default();
        let server = thread::spawn({
            let callers = callers.clone();
            move || serve(device, &callers)
        });
        Some(Self { folder, callers, server: Some(server) })
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        unmount(self.folder.path(), UnmountFlags::DETACH).unwrap();
        self.server.take().unwrap().join().unwrap();
    }
}

/// Answers requests until the file system is unmounted and its file closed.
fn serve(mut device: std::fs::File, callers: &Mutex<Vec<u32>>) {
    let mut request = vec![0; 1 << 20];
    loop {
        let size = match device.read(&mut request) {
            Ok(size) => size,
            // The request was interrupted.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(_) => return,
        };
        let number = |at: usize| u32::from_ne_bytes(request[at..at + 4].try_into().unwrap());
        let (operation, id) = (number(4), &request[8..16]);
        let node = u64::from_ne_bytes(request[16..24].try_into().unwrap());
        if matches!(operation, FORGET | BATCH_FORGET | INTERRUPT) {
            continue;
        }
        callers.lock().unwrap().push(number(32));
        let result = answer(operation, node, &request[40..size]);
        let (error, body) = match result {
            Ok(body) => (0, body),
            Err(error) => (-error, Vec::new()),
        };
        let mut answer = Vec::new();
        answer.extend(u32::try_from(16 + body.len()).unwrap().to_ne_bytes());
        answer.extend(error.to_ne_bytes());
        answer.extend(id);
        answer.extend(body);
        // If this fails, nothing waits for the answer any more.
        _ = device.write(&answer);
    }
}

fn answer(operation: u32, node: u64, request: &[u8]) -> Result<Vec<u8>, i32> {
    let mut body = Vec::new();
    match operation {
        INIT => {
            // Version 7.31, no flags, no background requests, writes of 4 KiB, nanoseconds.
            words(&mut body, &[7, 31, 0, 0, 0, 4096, 1]);
            body.resize(64, 0);
        }
        LOOKUP => {
            if request != b"file\0" {
                return Err(NOT_FOUND);
            }
            // A node, which is looked up again by everyone who needs it.
            body.extend(FILE.to_ne_bytes());
            body.resize(40, 0);
            attributes(&mut body, FILE);
        }
        GETATTR => {
            // Valid for no time.
            body.resize(16, 0);
            attributes(&mut body, node);
        }
        // Without the page cache.
        OPEN => words(&mut body, &[0, 0, 1, 0]),
        READ => {
            let start = u64::from_ne_bytes(request[8..16].try_into().unwrap());
            let start = usize::try_from(start).unwrap().min(CONTENT.len());
            body.extend(&CONTENT[start..]);
        }
        STATFS => body.resize(80, 0),
        FLUSH | RELEASE => {}
        _ => return Err(NOT_IMPLEMENTED),
    }
    Ok(body)
}

fn words(body: &mut Vec<u8>, words: &[u32]) {
    body.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
}

/// Appends what the protocol knows about a node.
fn attributes(body: &mut Vec<u8>, node: u64) {
    let size = CONTENT.len() as u64;
    let mode = if node == ROOT { 0o40_755 } else { 0o100_644 };
    for number in [node, size, 0, 0, 0, 0] {
        body.extend(number.to_ne_bytes());
    }
    // Nanoseconds, mode, links, owner, device, block size, flags.
    words(body, &[0, 0, 0, mode, 1, 0, 0, 0, 4096, 0]);
}

/// The number of this thread in the system.
fn this_thread() -> u32 {
    let path = std::fs::read_link("/proc/thread-self").unwrap();
    path.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[test]
fn what_asks_a_file_server_runs_on_the_pool() {
    let Some(mounted) = Mounted::new() else {
        eprintln!("skipped: no file system in user space can be mounted");
        return;
    };
    let target = &mut [0; 10_000];
    block_on(async {
        let mut file = File::open(mounted.file()).await.unwrap();
        assert_eq!(file.metadata().await.unwrap().len(), CONTENT.len() as u64);
        assert_eq!(file.read_at(target, 3).await.unwrap(), CONTENT.len() - 3);
        let count = file.read(target).await.unwrap();
        assert_eq!(&target[..count], CONTENT);
        assert_eq!(file.seek(SeekFrom::Start(1)).await.unwrap(), 1);
        assert_eq!(file.metadata().await.unwrap().len(), CONTENT.len() as u64);
        assert_eq!(file.read(target).await.unwrap(), CONTENT.len() - 1);
        let callers = mounted.callers.lock().unwrap().clone();
        assert!(callers.len() >= 5, "{callers:?}");
        assert!(!callers.contains(&this_thread()), "{callers:?}, {}", this_thread());
    });
}
