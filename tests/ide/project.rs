//! A project on disk, and the server that has it open.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::source::marked;

/// How long the server may take to build the macros and load the project.
const STARTING: Duration = Duration::from_secs(240);

/// How long after that it may take to use the macros.
const EXPANDING: Duration = Duration::from_secs(30);

/// Without versions: those are in the lock file of the workspace. All of them are dependencies of
/// this package too, so that cargo has them.
const MANIFEST: &str = r#"
[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
asyncify-runtime = { path = "WORKSPACE/asyncify-runtime", features = ["async_safe", "in_place", "process", "remote"] }
asyncify-tests = { path = "WORKSPACE/tests" }
bzip2 = "*"
futures = "*"
indicatif = "*"
serde = { version = "*", features = ["derive"] }
serde_bytes = "*"
sha2 = "*"
tokio = { version = "*", features = ["io-util", "macros", "net", "rt-multi-thread", "sync", "time"] }
walkdir = "*"
"#;

/// A file of the project, by its path in it.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Cow<'static, str>,
}

impl File {
    /// All the places behind the marks of one name.
    pub(crate) fn marked(&self, mark: &str) -> Vec<usize> {
        marked(&self.text, mark)
    }
}

/// An open project.
pub(crate) struct Project {
    client: Client,
    root: PathBuf,
    open: HashMap<String, Shown>,
}

/// What the server was shown last of a file.
struct Shown {
    version: u64,
    text: String,
}

/// The version of the server at hand, such as `1.95.0`. There may be none.
pub(crate) fn server_version() -> Option<String> {
    let output = Command::new("rust-analyzer").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).expect("rust-analyzer prints UTF-8");
    let version = version.split(' ').nth(1).filter(|_| output.status.success());
    version.map(|version| version.trim_end().to_owned())
}

/// The workspace that this test belongs to.
pub(crate) fn workspace() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    workspace.canonicalize().expect("the workspace is there")
}

impl Project {
    /// Writes a crate of these files, and starts the server on it.
    pub(crate) fn open(name: &str, files: &[File]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ide");
        let root = directory.join(name);
        write(&root, files);
        let mut command = Command::new("rust-analyzer");
        // The surrounding cargo speaks of its own project in the environment.
        command.current_dir(&root).env("CARGO_TARGET_DIR", directory.join("target"));
        command.env("CARGO_NET_OFFLINE", "true").env_remove("RUSTFLAGS");
        let client = Client::start(command, &uri(&root), settings()).expect("the server starts");
        let mut project = Self { client, root, open: HashMap::new() };
        project.client.wait_until_ready(STARTING);
        project
    }

    /// Shows the server what a file looks like now.
    pub(crate) fn show(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        let Some(shown) = self.open.get_mut(path) else {
            self.open.insert(path.to_owned(), Shown { version: 1, text: text.to_owned() });
            let document = json!({ "uri": uri, "languageId": "rust", "version": 1, "text": text });
            self.client.notify("textDocument/didOpen", &json!({ "textDocument": document }));
            return;
        };
        if shown.text == text {
            return;
        }
        shown.version += 1;
        text.clone_into(&mut shown.text);
        let document = json!({ "uri": uri, "version": shown.version });
        let changes = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.client.notify("textDocument/didChange", &changes);
    }

    /// Asks something about a file.
    pub(crate) fn ask(&mut self, path: &str, request: &str, mut params: Value) -> Value {
        params["textDocument"] = json!({ "uri": self.uri(path) });
        self.client.request(&format!("textDocument/{request}"), &params)
    }

    /// Asks until the answer is the one that is hoped for: the first expansion comes a little after
    /// the server calls itself ready.
    pub(crate) fn ask_until(
        &mut self,
        path: &str,
        request: &str,
        params: &Value,
        hoped: impl Fn(&Value) -> bool,
    ) {
        let deadline = Instant::now() + EXPANDING;
        loop {
            let answer = self.ask(path, request, params.clone());
            if hoped(&answer) {
                return;
            }
            assert!(Instant::now() < deadline, "the server is not ready: {answer}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Where a file is, as the protocol says it.
    pub(crate) fn uri(&self, path: &str) -> String {
        uri(&self.root.join(path))
    }
}

fn write(root: &Path, files: &[File]) {
    // A run before may have left files that are gone.
    for directory in ["src", "examples", "tests"] {
        let _ = fs::remove_dir_all(root.join(directory));
    }
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        let directory = path.parent().expect("a file is in a directory");
        fs::create_dir_all(directory).expect("the directory can be made");
        fs::write(path, text).expect("the file can be written");
    };
    let workspace = workspace();
    put("Cargo.toml", &MANIFEST.replace("WORKSPACE", &workspace.display().to_string()));
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).expect("there is a lock file");
    let mut modules = String::new();
    for File { path, text } in files {
        if let Some(module) = path.strip_prefix("src/").and_then(|name| name.strip_suffix(".rs")) {
            modules.push_str(&format!("pub mod {module};\n"));
        }
        put(path, text);
    }
    put("src/lib.rs", &modules);
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Nothing that takes time and is not asked about.
fn settings() -> Value {
    json!({
        "cachePriming": { "enable": false },
        "cargo": { "buildScripts": { "enable": true } },
        "checkOnSave": false,
        "completion": {
            "autoimport": { "enable": false },
            "callable": { "snippets": "none" },
            "postfix": { "enable": false },
        },
        "files": { "watcher": "server" },
        "inlayHints": { "maxLength": null },
        "procMacro": { "enable": true, "attributes": { "enable": true } },
    })
}
