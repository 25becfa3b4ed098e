//! Functions for workers, one for each behaviour.

use std::io::Read;
use std::process::Command;
use std::time::Duration;

use asyncify_runtime::process::{Crash, ProcessError};
use asyncify_runtime::{Error, is_cancelled};
use serde_bytes::ByteBuf;

crate::task! {
    /// Returns its arguments.
    pub fn add(a: u64, b: u64) -> Result<u64, Error> {
        Ok(a + b)
    }

    /// The worker's process.
    pub fn pid() -> Result<u32, Error> {
        Ok(std::process::id())
    }

    /// Returns an error of its own.
    pub fn refuse() -> Result<(), Error> {
        Err(Error::Rejected)
    }

    /// Returns what it is given.
    pub fn echo(bytes: ByteBuf) -> Result<ByteBuf, Error> {
        Ok(bytes)
    }

    /// Aborts.
    pub fn abort() -> Result<(), Error> {
        std::process::abort()
    }

    /// Writes to stderr, and aborts.
    pub fn abort_loudly(words: String) -> Result<(), Error> {
        eprintln!("{words}");
        std::process::abort()
    }

    /// Sends itself a signal.
    pub fn signal(number: i32) -> Result<(), Error> {
        let signal = rustix::process::Signal::from_named_raw(number).expect("a signal");
        // The handler of the standard library ignores the first SIGSEGV that is no stack overflow.
        loop {
            rustix::process::kill_process(rustix::process::getpid(), signal).expect("our own");
        }
    }

    /// Exits.
    pub fn exit(code: i32) -> Result<(), Error> {
        std::process::exit(code)
    }

    /// Overflows its stack.
    pub fn recurse(depth: u64) -> Result<u64, Error> {
        fn deeper(depth: u64) -> u64 {
            let ballast = std::hint::black_box([depth; 128]);
            if depth == 0 { 0 } else { deeper(depth - 1) + ballast[1] - depth }
        }
        Ok(deeper(depth))
    }

    /// Allocates and touches memory.
    pub fn allocate(bytes: usize) -> Result<usize, Error> {
        Ok(std::hint::black_box(vec![1_u8; bytes]).len())
    }

    /// Allocates memory and never frees it.
    pub fn leak(bytes: usize) -> Result<u32, Error> {
        std::hint::black_box(vec![1_u8; bytes].leak());
        Ok(std::process::id())
    }

    /// Starts concurrent threads.
    pub fn threads(count: usize) -> Result<usize, Error> {
        let all_are_there = std::sync::Arc::new(std::sync::Barrier::new(count));
        let threads: Vec<_> = (0..count)
            .map(|_| {
                let all_are_there = all_are_there.clone();
                std::thread::spawn(move || all_are_there.wait().is_leader())
            })
            .collect();
        Ok(threads.into_iter().filter_map(|thread| thread.join().ok()).count())
    }

    /// Never ends.
    pub fn spin() -> Result<(), Error> {
        loop {
            std::hint::spin_loop();
        }
    }

    /// Writes to a file that it has started, and never ends.
    pub fn spin_and_tell(file: String) -> Result<(), Error> {
        std::fs::write(file, std::process::id().to_string()).expect("a writable place");
        loop {
            std::hint::spin_loop();
        }
    }

    /// Writes to a file that it has started, and ends when it receives a byte from a pipe.
    pub fn tell_and_wait(begun: String, go: String) -> Result<(), Error> {
        std::fs::write(begun, std::process::id().to_string()).expect("a writable place");
        // Opened for reading and writing, a pipe does not wait for its other end.
        let mut go = std::fs::File::options().read(true).write(true).open(go).expect("a pipe");
        go.read_exact(&mut [0]).expect("the test writes to it");
        Ok(())
    }

    /// Creates a file, waits until it is removed, writes to stderr, and never ends.
    pub fn print_when_removed(file: String) -> Result<(), Error> {
        std::fs::write(&file, "begun").expect("a writable place");
        while std::fs::exists(&file).expect("a readable place") {
            std::hint::spin_loop();
        }
        eprintln!("removed");
        loop {
            std::hint::spin_loop();
        }
    }

    /// Spins until it is cancelled, and writes that to a file.
    pub fn spin_until_cancelled(begun: String, ended: String) -> Result<(), Error> {
        std::fs::write(begun, "begun").expect("a writable place");
        while !is_cancelled() {
            std::hint::spin_loop();
        }
        std::fs::write(ended, "cancelled").expect("a writable place");
        Ok(())
    }

    /// Sleeps.
    pub fn sleep(millis: u64) -> Result<u32, Error> {
        std::thread::sleep(Duration::from_millis(millis));
        Ok(std::process::id())
    }

    /// Computes.
    pub fn compute(rounds: u64) -> Result<u64, Error> {
        Ok((0..rounds).fold(1, |seen: u64, round| {
            std::hint::black_box(seen.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round))
        }))
    }

    /// Panics.
    pub fn panic(message: String) -> Result<(), Error> {
        panic!("{message}")
    }

    /// Panics with a long message, and writes nothing to stderr.
    pub fn panic_at_length(bytes: usize) -> Result<(), Error> {
        std::panic::resume_unwind(Box::new("é".repeat(bytes / 2)))
    }

    /// Panics without a message.
    pub fn panic_wordless() -> Result<(), Error> {
        std::panic::panic_any(7_u8)
    }

    /// Starts a process that keeps all inherited descriptors, and dies.
    pub fn spawn_and_abort() -> Result<(), Error> {
        Command::new("sleep").arg("1000").spawn().expect("coreutils");
        std::process::abort()
    }

    /// Starts a process that outlives the call.
    pub fn spawn_child() -> Result<u32, Error> {
        Ok(Command::new("sleep").arg("1000").spawn().expect("coreutils").id())
    }

    /// Starts a process, writes its id to a file, and never ends.
    pub fn spawn_child_and_spin(file: String) -> Result<(), Error> {
        let child = Command::new("sleep").arg("1000").spawn().expect("coreutils").id();
        std::fs::write(file, child.to_string()).expect("a writable place");
        loop {
            std::hint::spin_loop();
        }
    }

    /// Prints, and reads stdin.
    pub fn print_and_read() -> Result<String, Error> {
        println!("a line that is no frame");
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).expect("the null device");
        Ok(text)
    }

    /// The targets of the worker's open descriptors.
    pub fn descriptors() -> Result<Vec<String>, Error> {
        let entries = std::fs::read_dir("/proc/self/fd").expect("a mounted /proc");
        Ok(entries
            .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
            .map(|link| link.display().to_string())
            .collect())
    }

    /// An environment variable.
    pub fn variable(name: String) -> Result<Option<String>, Error> {
        Ok(std::env::var(name).ok())
    }

    /// The value that the initializer has set.
    pub fn initialized() -> Result<u32, Error> {
        Ok(INITIALIZED.load(std::sync::atomic::Ordering::Relaxed))
    }

    /// Whether a pool can be created in a worker.
    pub fn nested() -> Result<(), Error> {
        asyncify_runtime::process::Pool::builder().name("nested").build().map(drop)
    }

    /// Starts this program again, with the environment of a worker.
    pub fn restart(argument: String) -> Result<String, Error> {
        let program = std::env::current_exe().expect("a program");
        let output = Command::new(program).arg(argument).output().expect("that runs");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The name of the process.
    pub fn comm() -> Result<String, Error> {
        Ok(std::fs::read_to_string("/proc/self/comm").expect("a mounted /proc").trim().to_owned())
    }

    /// Returns a value that cannot be serialized.
    pub fn unwritable() -> Result<Unwritable, Error> {
        Ok(Unwritable)
    }

    /// Takes a value that cannot be deserialized.
    pub fn unreadable(value: Unreadable) -> Result<(), Error> {
        let Unreadable = value;
        Ok(())
    }

    /// Writes bytes to the worker's own socket.
    pub fn speak(bytes: ByteBuf) -> Result<(), Error> {
        use std::io::Write;
        socket().write_all(&bytes).expect("an open socket");
        loop {
            std::thread::park();
        }
    }

    /// Writes the beginning of an answer, and dies.
    pub fn speak_and_abort(bytes: ByteBuf) -> Result<(), Error> {
        use std::io::Write;
        socket().write_all(&bytes).expect("an open socket");
        std::process::abort()
    }

    /// Shuts the worker's own socket down, and continues to run.
    pub fn hang_up() -> Result<(), Error> {
        socket().shutdown(std::net::Shutdown::Both).expect("an open socket");
        loop {
            std::thread::park();
        }
    }
}

/// The worker's socket, found among its descriptors.
fn socket() -> std::os::unix::net::UnixStream {
    use std::os::fd::FromRawFd;
    let entries = std::fs::read_dir("/proc/self/fd").expect("a mounted /proc");
    let mut sockets: Vec<i32> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let link = std::fs::read_link(entry.path()).ok()?;
            let number = entry.file_name().to_str()?.parse().ok()?;
            link.to_str()?.starts_with("socket:").then_some(number)
        })
        .collect();
    sockets.sort_unstable();
    let first = *sockets.first().expect("a worker has a socket");
    // SAFETY: the descriptor is open, as it was just listed, and the worker dies before it uses
    // the socket again.
    unsafe { std::os::unix::net::UnixStream::from_raw_fd(first) }
}

/// A type whose serializer fails.
#[derive(Debug)]
pub struct Unwritable;

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no words for this"))
    }
}

impl<'de> serde::Deserialize<'de> for Unwritable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// A type whose deserializer fails.
#[derive(serde::Serialize)]
pub struct Unreadable;

impl<'de> serde::Deserialize<'de> for Unreadable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("all Greek"))
    }
}

static INITIALIZED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// An initializer.
pub fn initialize() {
    INITIALIZED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
}

/// An initializer that fails while a file is there, the one that `ASYNCIFY_TEST_BLOCKER` names.
///
/// # Errors
///
/// See above.
pub fn initialize_unless_blocked() -> Result<(), String> {
    let file = std::env::var("ASYNCIFY_TEST_BLOCKER").expect("set by the pool");
    if std::path::Path::new(&file).exists() { Err("blocked".to_owned()) } else { Ok(()) }
}

/// The crash in an error.
///
/// # Panics
///
/// If it is no crash.
#[must_use]
#[track_caller]
pub fn crash(error: Error) -> Crash {
    match error {
        Error::Process(ProcessError::Crashed(crash)) => *crash,
        other => panic!("no crash: {other}"),
    }
}
