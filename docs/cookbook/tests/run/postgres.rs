//! A PostgreSQL server in a temporary directory, on a socket of its own.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::Directory;

/// Stopped when it is dropped.
pub(crate) struct Server {
    directory: Directory,
    programs: PathBuf,
    /// The server refuses to run as root.
    user: Option<(u32, u32)>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let programs = output(Command::new("pg_config").arg("--bindir"));
        let directory = Directory::new();
        let id = |option, name| output(Command::new("id").args([option, name])).parse().unwrap();
        let user = (output(Command::new("id").arg("-u")) == "0")
            .then(|| (id("-u", "postgres"), id("-g", "postgres")));
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(&directory.0, Some(user), Some(group)).unwrap();
        }
        let server = Self { directory, programs: programs.into(), user };
        let data = server.directory.path("data");
        let initdb = ["--auth=trust", "--username=postgres", "--no-sync", "-D"];
        output(server.command("initdb").args(initdb).arg(&data));
        // No port: the socket lies in the directory, so that servers do not meet.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off",
            server.directory.0.display()
        );
        let log = server.directory.path("log");
        let start = ["start", "--wait", "--timeout=300", "-o", &options];
        // The server inherits what `pg_ctl` has, so this must not wait for the end of a pipe.
        let mut start_server = server.command("pg_ctl");
        start_server.args(start).arg("-D").arg(&data).arg("-l").arg(&log);
        let status = start_server.stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "{:?}", std::fs::read_to_string(log));
        server
    }

    pub(crate) fn url(&self) -> String {
        let directory = self.directory.0.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{directory}/postgres")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.directory.0);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stop = ["stop", "--mode=immediate", "--wait", "-D"];
        let data = self.directory.path("data");
        _ = self.command("pg_ctl").args(stop).arg(data).stdout(Stdio::null()).status();
    }
}

/// What a command prints; it must succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
