//! A real `nats-server`, started, killed, stopped and restarted by a test.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Whether the server is installed; says aloud that a test is skipped if it is not.
#[must_use]
pub fn is_installed() -> bool {
    let found = Command::new("nats-server").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: no nats-server");
    }
    found
}

/// A server with JetStream on a loopback port and a temporary store.
///
/// The drop kills and reaps it.
pub struct Server {
    child: Option<Child>,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server without users.
    #[must_use]
    pub fn start() -> Self {
        Self::with_config("")
    }

    /// Starts a server with these lines added to its configuration; `FOLDER` in them is a temporary
    /// folder of the server, which [`folder`](Self::folder) returns.
    #[must_use]
    pub fn with_config(lines: &str) -> Self {
        Self::prepared(lines, |_| {})
    }

    /// Like [`with_config`](Self::with_config), with a folder that is filled before the start.
    #[must_use]
    pub fn prepared(lines: &str, fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path());
        let port = free_port();
        let mut server = Self { child: None, port, folder };
        server.write_config(lines);
        server.restart();
        server
    }

    /// Starts a server without JetStream.
    #[must_use]
    pub fn without_jetstream() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self { child: None, port: free_port(), folder };
        let config = format!("listen: \"127.0.0.1:{}\"\n", server.port);
        std::fs::write(server.config_file(), config).unwrap();
        server.restart();
        server
    }

    /// Three servers in a cluster; a stream with three replicas survives one of them.
    #[must_use]
    pub fn cluster() -> Vec<Self> {
        let routes: Vec<u16> = (0..3).map(|_| free_port()).collect();
        let all = routes.iter().fold(String::new(), |mut all, port| {
            write!(all, "\"nats-route://127.0.0.1:{port}\", ").unwrap();
            all
        });
        let mut servers = Vec::new();
        for (index, port) in routes.iter().enumerate() {
            let lines = format!(
                "server_name: member{index}\n\
                 cluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [{all}] }}"
            );
            servers.push(Self::with_config(&lines));
        }
        servers
    }

    fn write_config(&self, lines: &str) {
        let folder = self.folder.path().display().to_string();
        let config = format!(
            "listen: \"127.0.0.1:{}\"\nlog_file: \"{folder}/log\"\n\
             jetstream {{ store_dir: \"{folder}/store\" }}\n{}\n",
            self.port,
            lines.replace("FOLDER", &folder)
        );
        std::fs::write(self.config_file(), config).unwrap();
    }

    fn config_file(&self) -> PathBuf {
        self.folder.path().join("server.conf")
    }

    /// The name of a member of a cluster.
    #[must_use]
    pub fn name(&self) -> String {
        let config = std::fs::read_to_string(self.config_file()).unwrap();
        let name = config.lines().find_map(|line| line.strip_prefix("server_name: "));
        name.unwrap_or_default().to_owned()
    }

    /// The temporary folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address for clients.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    /// Starts the killed server again, on its port and with its store.
    pub fn restart(&mut self) {
        assert!(self.child.is_none(), "the server runs");
        let child = Command::new("nats-server")
            .arg("-c")
            .arg(self.config_file())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        self.child = Some(child);
        self.await_greeting();
    }

    /// Waits for the line with which the server greets its clients.
    fn await_greeting(&mut self) {
        let limit = Instant::now() + Duration::from_secs(90);
        loop {
            if self.greets() {
                return;
            }
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < limit,
                "no server ({ended:?}): {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn greets(&self) -> bool {
        let Ok(stream) = TcpStream::connect(self.address()) else { return false };
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("INFO ")
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("the server runs");
        kill_process(Pid::from_child(child), signal).unwrap();
    }

    /// Kills the server (SIGKILL), and reaps it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    /// Ends the server (SIGTERM), and reaps it. Unlike one that is killed, it writes the state of
    /// its consumers first.
    pub fn shut_down(&mut self) {
        self.signal(Signal::TERM);
        self.child.take().expect("the server runs").wait().unwrap();
    }

    /// Stops the server (SIGSTOP): its connections stay open, and nothing is answered.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Continues the stopped server (SIGCONT).
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A free port, below those that Linux by default gives to outgoing connections, and to listeners
/// that ask for any. Two processes begin at different ones.
fn free_port() -> u16 {
    const FIRST: u32 = 10_000;
    const END: u32 = 32_768;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let taken = TAKEN.fetch_add(1, Relaxed);
        assert!(taken < END - FIRST, "no port is free");
        let offset = std::process::id().wrapping_mul(97).wrapping_add(taken) % (END - FIRST);
        let port = u16::try_from(FIRST + offset).expect("below the end");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
