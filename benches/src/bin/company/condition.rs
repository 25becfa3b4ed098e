//! The conditions: other load of the machine, and limits of the process.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A condition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    burners: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Plain,
    Pinned,
    /// A quota in hundredths of a core.
    Quota(u32),
    Nice,
}

const fn condition(
    name: &'static str,
    title: &'static str,
    burners: usize,
    form: Form,
) -> Condition {
    Condition { name, title, burners, form }
}

impl Condition {
    pub(crate) const ALL: [Self; 8] = [
        condition("quiet", "A quiet machine", 0, Form::Plain),
        condition("burner", "Beside one process that computes", 1, Form::Plain),
        condition("burners-2", "Beside two processes that compute", 2, Form::Plain),
        condition("burners-4", "Beside four processes that compute", 4, Form::Plain),
        condition("pinned", "Pinned to one core", 0, Form::Pinned),
        condition("quota-half", "With a quota of half a core", 0, Form::Quota(50)),
        condition("quota-more", "With a quota of one and a half cores", 0, Form::Quota(150)),
        condition("nice", "At nice 10, beside a process that computes", 1, Form::Nice),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name == name)
    }

    /// The output of this binary under the condition, or the reason why the condition is
    /// unavailable.
    pub(crate) fn run(self, arguments: &[String]) -> io::Result<Result<String, String>> {
        let program = env_program()?;
        let quota = match self.form {
            Form::Quota(percent) => match Quota::new(percent) {
                Ok(quota) => Some(quota),
                Err(error) => return Ok(Err(format!("no cgroup with a quota: {error}"))),
            },
            _ => None,
        };
        let mut command = match self.form {
            Form::Pinned => wrapped(&["taskset", "-c", "0"], &program),
            Form::Nice => wrapped(&["nice", "-n", "10"], &program),
            Form::Plain | Form::Quota(_) => Command::new(&program),
        };
        command.args(arguments).stdout(Stdio::piped());
        if let Some(quota) = &quota {
            command.env(GROUP, quota.0.join("cgroup.procs"));
        }
        let _burners: Vec<Burner> =
            (0..self.burners).map(|_| Burner::new()).collect::<io::Result<_>>()?;
        let output = command.spawn()?.wait_with_output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{}: {}", self.name, output.status)));
        }
        String::from_utf8(output.stdout).map(Ok).map_err(io::Error::other)
    }
}

/// The file to which a process writes its id to join the cgroup.
pub(crate) const GROUP: &str = "ASYNCIFY_BENCH_CGROUP";

fn env_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

fn wrapped(command: &[&str], program: &PathBuf) -> Command {
    let mut wrapped = Command::new(command[0]);
    wrapped.args(&command[1..]).arg(program);
    wrapped
}

/// A process that computes until this is dropped.
struct Burner(Child);

impl Burner {
    fn new() -> io::Result<Self> {
        Command::new("sh").args(["-c", "while :; do :; done"]).spawn().map(Self)
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A cgroup with a quota, removed when this is dropped.
struct Quota(PathBuf);

impl Quota {
    fn new(percent: u32) -> io::Result<Self> {
        let root = PathBuf::from("/sys/fs/cgroup");
        let unified = root.join("cgroup.controllers").exists();
        // Version 1 has a tree for each controller. In version 2 the parent has to enable it.
        let tree = if unified { root } else { root.join("cpu") };
        _ = fs::write(tree.join("cgroup.subtree_control"), "+cpu");
        let group = tree.join(format!("asyncify-bench-{}", std::process::id()));
        fs::create_dir(&group)?;
        let quota = Self(group);
        let micros = percent * 1000;
        if unified {
            fs::write(quota.0.join("cpu.max"), format!("{micros} 100000"))?;
        } else {
            fs::write(quota.0.join("cpu.cfs_period_us"), "100000")?;
            fs::write(quota.0.join("cpu.cfs_quota_us"), micros.to_string())?;
        }
        Ok(quota)
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        _ = fs::remove_dir(&self.0);
    }
}

/// Joins the cgroup that the environment names, if it names one.
pub(crate) fn join_group() {
    if let Some(file) = std::env::var_os(GROUP) {
        fs::write(file, std::process::id().to_string()).expect("the group is there");
    }
}
