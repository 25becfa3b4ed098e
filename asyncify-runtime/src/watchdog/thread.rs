//! Information about a thread that other threads can query.

use std::thread;

#[derive(Debug)]
pub(super) struct Thread {
    name: Option<Box<str>>,
    id: Option<u32>,
}

impl Thread {
    pub(super) fn current() -> Self {
        Self { name: thread::current().name().map(Box::from), id: proc::current_id() }
    }

    #[cfg(all(test, asyncify_loom))]
    pub(super) fn unknown() -> Self {
        Self { name: None, id: None }
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.id
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
        Some(match call.map(|number| (number, super::syscall::name(number))) {
            Some((_, Some(name))) => format!("{doing} in {name}"),
            Some((number @ 0.., None)) => format!("{doing} in system call {number}"),
            _ => doing.to_owned(),
        })
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

/// The names of common blocking system calls, by number.
#[cfg(all(target_os = "linux", not(miri)))]
mod syscall {
    pub(super) fn name(number: i64) -> Option<&'static str> {
        TABLE.iter().find(|row| row.0 == number).map(|row| row.1)
    }

    #[cfg(target_arch = "x86_64")]
    const TABLE: &[(i64, &str)] = &[
        (0, "read"),
        (1, "write"),
        (7, "poll"),
        (17, "pread64"),
        (18, "pwrite64"),
        (20, "writev"),
        (23, "select"),
        (35, "nanosleep"),
        (42, "connect"),
        (43, "accept"),
        (44, "sendto"),
        (45, "recvfrom"),
        (47, "recvmsg"),
        (61, "wait4"),
        (73, "flock"),
        (74, "fsync"),
        (75, "fdatasync"),
        (202, "futex"),
        (230, "clock_nanosleep"),
        (232, "epoll_wait"),
        (247, "waitid"),
        (257, "openat"),
        (270, "pselect6"),
        (271, "ppoll"),
        (281, "epoll_pwait"),
        (288, "accept4"),
    ];

    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const TABLE: &[(i64, &str)] = &[
        (22, "epoll_pwait"),
        (32, "flock"),
        (56, "openat"),
        (63, "read"),
        (64, "write"),
        (66, "writev"),
        (67, "pread64"),
        (68, "pwrite64"),
        (72, "pselect6"),
        (73, "ppoll"),
        (82, "fsync"),
        (83, "fdatasync"),
        (95, "waitid"),
        (98, "futex"),
        (101, "nanosleep"),
        (115, "clock_nanosleep"),
        (202, "accept"),
        (203, "connect"),
        (206, "sendto"),
        (207, "recvfrom"),
        (212, "recvmsg"),
        (242, "accept4"),
        (260, "wait4"),
    ];

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
    const TABLE: &[(i64, &str)] = &[];
}
