//! Runs every recipe to its end, with the real thing, and reads what it prints.

#[cfg(feature = "postgres")]
#[path = "run/postgres.rs"]
mod postgres;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, process, thread};

use serialport::{SerialPort, TTYPort};

/// The lines that a recipe prints. Cargo builds it into the directory beside this test's.
fn lines<A: AsRef<OsStr>>(recipe: &str, arguments: &[A]) -> Vec<String> {
    let test = env::current_exe().expect("a test knows its own path");
    let profile = test.parent().and_then(Path::parent).expect("the test lies in `deps`");
    let path = profile.join("examples").join(recipe).with_extension(env::consts::EXE_EXTENSION);
    let output = Command::new(path).args(arguments).output().expect("the recipe starts");
    let stdout = String::from_utf8(output.stdout).expect("recipes print UTF-8");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{recipe}: {}\n{stdout}\n{stderr}", output.status);
    stdout.lines().map(str::to_owned).collect()
}

/// A directory that is removed with the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("asyncify-cookbook-{}-{number}", process::id()));
        fs::create_dir(&path).expect("a new directory");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary directory.
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn diesel_sqlite_transfers_and_rolls_back() {
    let directory = Directory::new();
    let lines = lines("diesel_sqlite", &[directory.path("bank.sqlite")]);
    assert_eq!(lines, ["500 more: refused", "ann: 400", "ben: 600"]);
}

#[cfg(feature = "postgres")]
#[test]
fn diesel_postgres_ends_the_statements_of_late_reports() {
    let server = postgres::Server::start();
    let lines = lines("diesel_postgres", &[server.url()]);
    assert_eq!(lines, ["a report: timed out: true", "a report: timed out: true", "50 visits"]);
}

#[test]
fn rusqlite_interrupts_the_query_of_a_caller_that_gave_up() {
    let directory = Directory::new();
    let lines = lines("rusqlite", &[directory.path("log.sqlite")]);
    let [mean, endless, again] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&**mean, &**again), ("mean: 49.5", "mean: 49.5"));
    assert!(endless.contains("timed out"), "{endless}");
}

#[test]
fn images_makes_thumbnails_and_refuses_others() {
    let directory = Directory::new();
    let pictures = directory.path("pictures");
    fs::create_dir(&pictures).unwrap();
    image::RgbImage::new(640, 320).save(pictures.join("a.png")).unwrap();
    fs::write(pictures.join("b.png"), "no picture").unwrap();
    let lines = lines("images", &[&pictures, &directory.path("small")]);
    let [first, second] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(first, "a.png: 64 x 32");
    assert!(second.starts_with("b.png: ") && !second.contains(" x "), "{second}");
    assert_eq!(image::image_dimensions(directory.path("small/a.png")).unwrap(), (64, 32));
}

#[test]
fn passwords_are_hashed_and_verified() {
    let lines = lines::<&str>("passwords", &[]);
    assert_eq!(
        lines,
        ["$argon2id$", "correct horse: welcome", "wrong horse: no", "correct Horse: no"]
    );
}

#[test]
fn git_reads_the_history() {
    let directory = Directory::new();
    let repository = git2::Repository::init(&directory.0).unwrap();
    repository.set_head("refs/heads/trunk").unwrap();
    let author = git2::Signature::new("Ann", "ann@example.org", &git2::Time::new(0, 0)).unwrap();
    let tree = repository.treebuilder(None).and_then(|builder| builder.write()).unwrap();
    let tree = repository.find_tree(tree).unwrap();
    let mut parent: Option<git2::Oid> = None;
    for message in ["begin", "go on"] {
        let parents: Vec<_> =
            parent.iter().map(|id| repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let id = repository.commit(Some("HEAD"), &author, &author, message, &tree, &parents);
        parent = Some(id.unwrap());
    }
    assert_eq!(lines("git", &[&directory.0]), ["Ann: go on", "Ann: begin", "on trunk"]);
}

/// A ZIP file of these names and contents.
fn archive(path: &Path, files: &[(&str, &[u8])]) {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    fs::write(path, writer.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn archives_are_unpacked_but_not_bombs_or_escapes() {
    let directory = Directory::new();
    let (path, target) = (directory.path("archive.zip"), directory.path("target"));
    let run = |files: &[(&str, &[u8])]| {
        archive(&path, files);
        lines("archives", &[&path, &target])
    };
    assert_eq!(run(&[("a.txt", b"one"), ("b/c.txt", b"three")]), ["8 bytes"]);
    assert_eq!(fs::read(target.join("b/c.txt")).unwrap(), b"three");
    assert_eq!(run(&[("../d.txt", b"out")]), ["failed: bad name: ../d.txt"]);
    assert!(!directory.path("d.txt").exists());
    assert_eq!(run(&[("bomb", &vec![0; 65 << 20])]), ["failed: the archive is too large"]);
}

#[test]
fn commands_stream_their_lines() {
    let lines = lines("commands", &["600000", "sh", "-c", "echo one; echo two; exit 3"]);
    assert_eq!(lines, ["| one", "| two", "exit code: Some(3)"]);
}

#[test]
fn commands_are_killed_when_their_time_is_over() {
    // No other process has this argument.
    let seconds = format!("3600.{}", process::id());
    let closed = format!("exec 1>&-; exec sleep {seconds}");
    for command in [&["sleep", &seconds][..], &["sh", "-c", &closed]] {
        assert_eq!(lines("commands", &[&["300"][..], command].concat()), ["killed"]);
        assert!(!is_running(&["sleep", &seconds]), "{command:?} has outlived its caller");
    }
}

/// Whether there is a process with these arguments.
fn is_running(arguments: &[&str]) -> bool {
    let expected: Vec<u8> =
        arguments.iter().flat_map(|argument| [argument, "\0"]).flat_map(str::bytes).collect();
    let processes = fs::read_dir("/proc").expect("the system's list of processes");
    processes.flatten().any(|process| {
        fs::read(process.path().join("cmdline")).is_ok_and(|cmdline| cmdline == expected)
    })
}

#[test]
fn dns_resolves_local_names() {
    let lines = lines("dns", &["127.0.0.1", "localhost", "no name at all"]);
    let [address, localhost, unknown] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(address, "127.0.0.1: [127.0.0.1]");
    assert!(localhost.contains("127.0.0.1") || localhost.contains("::1"), "{localhost}");
    assert!(unknown.starts_with("no name at all: unknown ("), "{unknown}");
}

/// Answers two requests: one with a greeting, and one with an error.
fn serve(listener: TcpListener) {
    for stream in listener.incoming().take(2) {
        let mut stream = stream.expect("a connection");
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let request = lines.next().expect("a request").unwrap();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let answer = if request.starts_with("GET /hello ") {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nworld"
        } else {
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        };
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

#[test]
fn http_asks_a_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(|| serve(listener));
    assert_eq!(lines("http", &[base]), ["hello: world", "missing: an error"]);
    server.join().expect("the server has answered");
}

/// Answers each question with its number and its text.
fn device(mut line: TTYPort, questions: usize) {
    line.set_timeout(std::time::Duration::from_secs(60)).unwrap();
    for number in 1..=questions {
        let mut question = Vec::new();
        let mut byte = [0];
        while byte != *b"\n" {
            line.read_exact(&mut byte).unwrap();
            question.push(byte[0]);
        }
        let question = String::from_utf8(question).unwrap();
        line.write_all(format!("{number}, {question}").as_bytes()).unwrap();
    }
}

#[test]
fn serial_asks_one_question_at_a_time() {
    let (ours, theirs) = TTYPort::pair().expect("a pseudo terminal");
    let name = theirs.name().expect("it has a path");
    let device = thread::spawn(|| device(ours, 3));
    let lines = lines("serial", &[name]);
    assert_eq!(lines, ["voltage: 1, voltage", "current: 2, current", "name: 3, name"]);
    device.join().expect("the device has answered");
}
