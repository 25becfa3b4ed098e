//! Information about a thread that other threads can query.

use std::thread;

#[derive(Debug)]
pub(super) struct Thread {
    pub(super) name: Option<Box<str>>,
    pub(super) id: Option<u32>,
}

impl Thread {
    pub(super) fn current() -> Self {
        Self { name: thread::current().name().map(Box::from), id: proc::current_id() }
    }

    #[cfg(all(test, asyncify_loom))]
    pub(super) fn unknown() -> Self {
        Self { name: None, id: None }
    }

    /// Returns a description of what the thread is doing.
    pub(super) fn activity(&self) -> Option<String> {
        self.id.and_then(proc::activity)
    }
}

/// Linux provides this in `/proc`, which requires neither `unsafe` nor a signal. miri has no such
/// files.
#[cfg(all(target_os = "linux", not(miri)))]
mod proc {
    use std::fs;

    /// The link `/proc/thread-self` reads `PID/task/TID`.
    pub(super) fn current_id() -> Option<u32> {
        let link = fs::read_link("/proc/thread-self").ok()?;
        link.file_name()?.to_str()?.parse().ok()
    }

    pub(super) fn activity(id: u32) -> Option<String> {
        let file = |name| fs::read_to_string(format!("/proc/self/task/{id}/{name}")).ok();
        // `ID (NAME) STATE ..`; the name may contain any character.
        let stat = file("stat")?;
        let state = stat.rsplit_once(')')?.1.trim_start().chars().next()?;
        let doing = match state {
            'R' => return Some("running".to_owned()),
            'S' => "sleeping",
            'D' => "waiting for a disk",
            'T' | 't' => "stopped",
            _ => return None,
        };
        // `NUMBER ARGUMENTS ..`; some systems deny access to it.
        let call = file("syscall").and_then(|line| line.split(' ').next()?.parse().ok());
        Some(call.map_or_else(|| doing.to_owned(), |number| format!("{doing} in {}", name(number))))
    }

    /// The name of a system call.
    fn name(number: usize) -> String {
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
        if let Some(call) = syscalls::Sysno::new(number) {
            return call.name().to_owned();
        }
        format!("system call {number}")
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod proc {
    pub(super) fn current_id() -> Option<u32> {
        None
    }

    pub(super) fn activity(_: u32) -> Option<String> {
        None
    }
}
