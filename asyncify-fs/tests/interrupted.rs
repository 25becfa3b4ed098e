//! Reads and writes that a signal interrupts are continued. A program, whose main thread gets the
//! signals.
//!
//! A socket with a timeout is read and written by calls that are not started again after a signal,
//! whatever its handler is (`man 7 signal`).

#[cfg(target_os = "linux")]
fn main() {
    use asyncify_fs::File;
    use asyncify_runtime::{Inline, scope_executor};
    use futures::executor::block_on;
    use std::io::{ErrorKind, Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    const CONTENT: &[u8] = b"after the signals";
    // More than a socket holds.
    const SIZE: usize = 8 << 20;

    let signals = linux::Signals::new();
    // Without this crate, such a read fails.
    let (mut reader, writer) = linux::sockets();
    let sender = signals.interrupt(1, move || drop(writer));
    assert_eq!(reader.read(&mut [0; 100]).unwrap_err().kind(), ErrorKind::Interrupted);
    sender.join().unwrap();

    let file = |socket: UnixStream| File::from(OwnedFd::from(socket));
    // On this thread.
    block_on(scope_executor(Inline, async {
        let (reader, mut writer) = linux::sockets();
        let sender = signals.interrupt(3, move || writer.write_all(CONTENT).unwrap());
        let mut target = [0; CONTENT.len()];
        file(reader).read_exact(&mut target).await.unwrap();
        assert_eq!(target, CONTENT);
        sender.join().unwrap();

        let (mut reader, writer) = linux::sockets();
        let sender = signals.interrupt(3, move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            assert!(bytes.len() == SIZE && bytes.iter().all(|byte| *byte == 7));
        });
        let mut writer = file(writer);
        writer.write_all(&vec![7; SIZE]).await.unwrap();
        writer.flush().await.unwrap();
        drop(writer);
        sender.join().unwrap();
    }));
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};
    use std::time::{Duration, Instant};

    use rustix::process::{Signal, getpid, kill_process};

    const LONG: Duration = Duration::from_secs(600);

    pub(super) fn sockets() -> (UnixStream, UnixStream) {
        let (left, right) = UnixStream::pair().unwrap();
        for socket in [&left, &right] {
            socket.set_read_timeout(Some(LONG)).unwrap();
            socket.set_write_timeout(Some(LONG)).unwrap();
        }
        (left, right)
    }

    /// Set by the handler.
    pub(super) struct Signals(Arc<AtomicBool>);

    impl Signals {
        pub(super) fn new() -> Self {
            let arrived = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal_hook::consts::SIGUSR1, arrived.clone()).unwrap();
            Self(arrived)
        }

        /// Interrupts the main thread while it waits, this many times, and then calls `end`.
        pub(super) fn interrupt(
            &self,
            times: usize,
            end: impl FnOnce() + Send + 'static,
        ) -> JoinHandle<()> {
            let arrived = self.0.clone();
            thread::spawn(move || {
                for _ in 0..times {
                    until(main_thread_sleeps);
                    arrived.store(false, Ordering::SeqCst);
                    // The system prefers the main thread.
                    kill_process(getpid(), Signal::USR1).unwrap();
                    until(|| arrived.load(Ordering::SeqCst));
                }
                until(main_thread_sleeps);
                end();
            })
        }
    }

    fn main_thread_sleeps() -> bool {
        let id = std::process::id();
        let stat = std::fs::read_to_string(format!("/proc/self/task/{id}/stat")).unwrap();
        // Behind the name, which may have any characters.
        stat.rsplit_once(") ").unwrap().1.starts_with('S')
    }

    fn until(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < LONG, "this takes too long");
            thread::sleep(Duration::from_millis(1));
        }
    }
}
