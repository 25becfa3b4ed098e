//! Small projects in temporary directories, and runs of the command in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) struct Project {
    directory: TempDir,
}

impl Project {
    /// A package without dependencies.
    pub(crate) fn new(source: &str) -> Self {
        Self::with_manifest(MANIFEST, source)
    }

    pub(crate) fn with_manifest(manifest: &str, source: &str) -> Self {
        let project = Self { directory: TempDir::new().unwrap() };
        project.write("Cargo.toml", manifest);
        project.write("src/lib.rs", source);
        project
    }

    /// The directory, without links in its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.directory.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(file)).unwrap()
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> Run {
        check(&self.path(), arguments)
    }
}

pub(crate) const MANIFEST: &str =
    "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn check(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    command.args(["asyncify", "check", "--quiet"]).args(arguments).current_dir(directory);
    run(&mut command)
}

pub(crate) fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().unwrap();
    Run {
        // A panic is no exit code of ours.
        code: status.code().expect("no signal"),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}
