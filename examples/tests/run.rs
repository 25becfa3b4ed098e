//! Runs every example to its end, as its user would, and reads what it prints.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// An example, which cargo builds into the directory beside this test's.
fn example(name: &str) -> Command {
    let test = env::current_exe().expect("a test knows its own path");
    let profile = test.parent().and_then(Path::parent).expect("the test lies in `deps`");
    let path = profile.join("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(path.exists(), "{} is missing: `cargo build --examples`", path.display());
    Command::new(path)
}

/// What an example prints when all goes well.
fn stdout(name: &str) -> String {
    let output = example(name).output().expect("the example starts");
    let (stdout, stderr) = texts(&output);
    assert!(output.status.success(), "{name}: {}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stderr, "", "{name}");
    stdout
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("examples print UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

fn lines(name: &str) -> Vec<String> {
    stdout(name).lines().map(str::to_owned).collect()
}

/// The number at the start of a text.
fn number(text: &str) -> usize {
    let digits = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or_else(|_| panic!("no number at the start of {text:?}"))
}

#[test]
fn shared_handle_saves_and_loads() {
    assert_eq!(lines("shared_handle"), ["note: buy tea", "journal: 3 lines"]);
}

#[test]
fn traits_fetch_from_a_file_and_a_socket() {
    let lines = lines("traits");
    let [file, socket] = lines.as_slice() else { panic!("{lines:?}") };
    let size = fs::metadata(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap().len();
    assert_eq!(*file, format!("FileSource: {size} bytes"));
    assert_eq!(socket, "SocketSource: 19 bytes");
}

#[test]
fn own_pool_counts_and_ends() {
    let lines = lines("own_pool");
    let [counted, calls, left] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(number(counted) > 100, "{counted}");
    let (calls, threads) = calls.split_once(" calls on ").expect("calls and threads");
    assert_eq!(number(calls), example_files());
    assert!((1..=4).contains(&number(threads)), "{threads}");
    assert_eq!(left, "0 threads left");
}

fn example_files() -> usize {
    let entries = fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the examples' directory");
    let paths = entries.map(|entry| entry.expect("an entry of it").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).count()
}

#[test]
fn async_safe_reports_what_it_reads_elsewhere() {
    assert_eq!(lines("async_safe"), ["before: nothing", "after: 5 bytes, sum 1235"]);
}

#[test]
fn inline_call_runs_each_form() {
    let lines = lines("inline_call");
    let [file, localhost, child, sum] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(file, "file: written on the pool");
    assert!(localhost.starts_with("localhost: "), "{localhost}");
    assert!(child.starts_with("child: cargo 1."), "{child}");
    assert_eq!(sum, "sum: 500000500000");
}

#[test]
fn library_runs_wherever_the_application_says() {
    let lines = lines("library");
    assert_eq!(lines.len(), 5, "{lines:?}");
    let words: Vec<_> = lines.iter().map(|line| line[22..36].trim()).collect();
    assert!(!words[0].is_empty() && words.iter().all(|word| *word == words[0]), "{words:?}");
    let threads: Vec<_> = lines.iter().map(|line| line[36..].trim()).collect();
    assert!(threads[1].starts_with("words"), "{threads:?}");
    assert!(threads[2].starts_with("printer"), "{threads:?}");
    assert_eq!(threads[4], "main");
}

#[test]
fn async_but_blocking_records_every_line() {
    assert_eq!(lines("async_but_blocking"), ["recorded 20 lines", "last: measurement 20"]);
}

#[test]
fn cancellation_stops_the_body() {
    let lines = lines("cancellation");
    let [short, endless, stopped] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(short, "three rounds: 3 done");
    assert_eq!(endless, "endless rounds: timed out");
    assert!(stopped.starts_with("stopped after "), "{stopped}");
}

#[test]
fn without_tokio_waits_for_children() {
    let lines = lines("without_tokio");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "cargo --version: 1 lines");
    assert!(lines[1..].iter().all(|line| !line.ends_with(": 0 lines")), "{lines:?}");
}

#[test]
fn limits_hold_and_time_ends() {
    let lines = lines("limits");
    let [answers, late] = lines.as_slice() else { panic!("{lines:?}") };
    let most = answers.strip_prefix("20 answers, by at most ").expect("all were answered");
    assert!((1..=2).contains(&number(most)), "{answers}");
    assert_eq!(late, "no answer within 400ms");
}

#[test]
fn copy_stops_and_goes_on() {
    let bytes = 32 << 20;
    assert_eq!(
        lines("copy"),
        [
            "stopped in time: true".to_owned(),
            "went on where it was: true".to_owned(),
            format!("last report: {bytes} of {bytes} bytes"),
            "the same: true".to_owned(),
        ]
    );
}

#[test]
fn scope_decides_where_the_library_runs() {
    assert_eq!(
        lines("scope"),
        [
            "a pool: many lines, by disk, one thread",
            "a thread: many lines, by scope, one thread",
            "a test: many lines, by main, one thread",
        ]
    );
}

#[test]
fn lent_reader_reads_all_records() {
    let lines = lines("lend");
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(lines[0], "300 records, up to 300");
    let sum: usize = (1..=1_000).map(|number| number % 7).sum();
    assert_eq!(lines[4], format!("1000 records, {sum} in the last column"));
}

#[test]
fn way_back_works_from_everywhere() {
    assert_eq!(
        lines("way_back"),
        [
            "async: hello ann",
            r#"in a body: ["hello ben", "hello cleo"]"#,
            "plain thread: hello dan",
        ]
    );
}

#[test]
fn group_joins_and_cancels() {
    assert_eq!(lines("group"), ["127.0.0.1 is 127.0.0.1", "one is entity not found", "3 children"]);
}

#[test]
fn map_hashes_files_and_ends_an_endless_source() {
    assert_eq!(lines("map"), ["1 of the files is this one", "squares: [1024, 1089, 1156]"]);
}

#[test]
fn stream_walks_and_counts() {
    let lines = lines("stream");
    let [sources, primes] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(number(sources) > example_files(), "{sources}");
    assert_eq!(primes, "primes: [2, 3, 5, 7, 11]");
}

#[test]
fn files_are_written_read_and_emptied() {
    let lines = lines("files");
    let [written, left, child] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&**written, &**left), ("1000 lines", "0 bytes"));
    assert!(child.starts_with("child: cargo 1."), "{child}");
}

#[test]
fn thread_bound_values_are_lent_to_all() {
    assert_eq!(lines("thread_bound"), ["tea: 2", "100 callers on 4 connections"]);
}

/// A row of the quickstart's table.
#[derive(Debug)]
struct Row {
    files: usize,
    bytes: u64,
    digest: String,
    stall_ms: f64,
}

/// The four rows: blocking, attribute, inline, map.
fn table(stdout: &str) -> [Row; 4] {
    let rows: Vec<Row> = stdout.lines().skip(2).map(row).collect();
    rows.try_into().unwrap_or_else(|_| panic!("the table has four rows: {stdout}"))
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.split_whitespace().collect();
    let [_, files, bytes, digest, _, "ms", stall, "ms"] = cells.as_slice() else {
        panic!("not a row of the table: {line:?}")
    };
    Row {
        files: files.parse().unwrap(),
        bytes: bytes.parse().unwrap(),
        digest: (*digest).to_owned(),
        stall_ms: stall.parse().unwrap(),
    }
}

/// A directory that goes away with the test. Only one test at a time has one: those are the tests
/// of the quickstart, which measures time.
struct Directory {
    folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Directory {
    fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Self { folder: tempfile::tempdir().expect("a new directory"), _alone: alone }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path().join(name), content).expect("a new file");
    }
}

/// Other programs on the machine only ever lengthen a stall, so each way counts by its shortest one
/// of a few runs.
#[test]
fn quickstart_stalls_twenty_times_less_off_the_event_loop() {
    const RUNS: usize = 6;
    let directory = Directory::new();
    for file in 0_u8..100 {
        directory.write(&format!("file-{file}"), &vec![file; 160 << 10]);
    }
    let mut shortest = [f64::INFINITY; 4];
    for _ in 0..RUNS {
        let output = example("quickstart").arg(directory.path()).output().expect("it starts");
        let (stdout, stderr) = texts(&output);
        assert!(output.status.success() && stderr.is_empty(), "{stdout}\n{stderr}");
        let ways = table(&stdout);
        for (way, shortest) in ways.iter().zip(&mut shortest) {
            assert_eq!(
                (way.files, way.bytes, &way.digest),
                (100, 100 * (160 << 10), &ways[0].digest)
            );
            *shortest = shortest.min(way.stall_ms);
        }
        if is_twenty_times_less(shortest) {
            return;
        }
    }
    panic!("the shortest stalls of {RUNS} runs, in ms: {shortest:?}");
}

/// `map` computes on all cores, so that the event loop may have to wait for its turn on one.
fn is_twenty_times_less([blocking, attribute, inline, map]: [f64; 4]) -> bool {
    attribute.max(inline) < blocking / 20.0 && map < blocking / 4.0
}

#[test]
fn quickstart_reports_a_missing_directory() {
    let directory = Directory::new();
    let missing = directory.path().join("missing");
    let output = example("quickstart").arg(&missing).output().expect("it starts");
    let (stdout, stderr) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.starts_with(&format!("quickstart: {}: ", missing.display())), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(table(&stdout).iter().all(|way| way.files == 0), "{stdout}");
}

/// Runs `quickstart` on a directory with a good file and a link to `target`, which it reports.
#[cfg(unix)]
fn quickstart_reports_a_link(target: &str) {
    let directory = Directory::new();
    directory.write("good", b"content");
    let bad = directory.path().join("bad");
    std::os::unix::fs::symlink(target, &bad).expect("a link");
    let output = example("quickstart").arg(directory.path()).output().expect("it starts");
    let (stdout, stderr) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.starts_with(&format!("quickstart: {}: ", bad.display())), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(table(&stdout).iter().all(|way| way.files > 0), "{stdout}");
}

/// Nobody can read where a dangling link points to, not even root.
#[cfg(unix)]
#[test]
fn quickstart_reports_an_unreadable_file_and_hashes_the_rest() {
    quickstart_reports_a_link("missing");
}

/// Found by the walk as a file, but reading its start is an error, also for root.
#[cfg(target_os = "linux")]
#[test]
fn quickstart_reports_a_file_that_fails_while_it_is_read() {
    quickstart_reports_a_link("/proc/self/mem");
}

#[test]
fn watchdog_names_the_task_that_blocks() {
    let lines = lines("watchdog");
    let [blocked, stuck, over, cured, more] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(blocked.starts_with("poller: Err("), "{blocked}");
    let told = format!("poller ({}:", Path::new("examples").join("watchdog.rs").display());
    assert!(stuck.starts_with(&format!("stuck: {told}")), "{stuck}");
    assert!(stuck.contains(" blocks thread main for "), "{stuck}");
    if cfg!(target_os = "linux") {
        assert!(stuck.contains("sleeping"), "{stuck}");
    }
    assert!(over.starts_with(&format!("over: {told}")), "{over}");
    assert!(cured.starts_with("cured: Err("), "{cured}");
    assert_eq!(more, "0 more reports");
}
