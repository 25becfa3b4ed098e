//! The page in a real browser, from a real program.

use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Child, Command, Stdio};

use asyncify_tests::in_time;

/// A program with a console, which ends with this value.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_console-test-program"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "the program has failed: {:?}", child.wait());
        Self { child, address: address.trim_end().to_owned() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success() || std::thread::panicking(), "{status}");
    }
}

/// Returns the elements of a page after its scripts have run for a while, or `None` if there is no
/// browser.
fn elements(url: &str) -> Option<String> {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=3500", "--dump-dom", url])
        .output();
    match output {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        output => {
            let output = output.unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {errors}", output.status);
            Some(String::from_utf8(output.stdout).unwrap())
        }
    }
}

/// Returns the text of a section's table: a row each, its cells separated by `|`.
fn rows(elements: &str, section: &str) -> Vec<String> {
    let begin = elements.find(&format!("<section id=\"{section}\"")).expect("the section");
    let section = &elements[begin..];
    let section = &section[..section.find("</section>").unwrap()];
    let body = section.split_once("<tbody").unwrap().1;
    body.split("</tr>").map(cells).filter(|row| !row.is_empty()).collect()
}

fn cells(row: &str) -> String {
    let mut text = String::new();
    // What follows the opening tag that `row` may begin within.
    for part in row.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        if matches!(tag, "/td" | "/th") {
            text.push('|');
        } else if tag == "/span" && !text.is_empty() && !text.ends_with([' ', '|']) {
            text.push(' ');
        }
        text.push_str(after);
    }
    text.trim().to_owned()
}

#[track_caller]
fn assert_row(elements: &str, section: &str, parts: &[&str]) {
    let rows = rows(elements, section);
    let has_all = |row: &&String| parts.iter().all(|part| row.contains(part));
    assert!(rows.iter().any(|row| has_all(&row)), "no {parts:?} in {section}: {rows:#?}");
}

#[test]
fn page_shows_names_and_numbers() {
    let program = Program::start();
    let url = format!("http://{}/", program.address);
    let Some(elements) = in_time("the browser", || elements(&url)) else {
        println!("skipped: no chromium");
        return;
    };
    assert!(elements.contains("console-test-program"), "{elements}");
    assert!(elements.contains(">live</p>"), "{elements}");
    // Running, idle, threads, queued; as text, not as elements.
    let disk = "disk &lt;b&gt;&amp;amp; |3 of 3 |0 |3 of 3 |4 |";
    assert_row(&elements, "pools", &[disk]);
    assert_row(&elements, "limiters", &["api |2 of 2 |0 |3 |"]);
    assert_row(&elements, "groups", &["thumbnails |", "|5 |5 "]);
    // Running, idle, processes, queued; completed.
    assert_row(&elements, "process_pools", &["decoder |1 of 2 |", "|6 "]);
    assert_row(&elements, "workers", &["decoder |", "decode_for_ever", "MiB"]);
    assert_row(&elements, "threads", &["disk-", "console_test_program::main"]);
    assert_row(&elements, "functions", &["slow_query", "src/main.rs:", "|4 |"]);
    assert_row(&elements, "functions", &["square", "|6 |"]);
    assert_row(&elements, "stalls", &["block_the_loop", "still blocked", "src/main.rs:"]);
    assert!(elements.contains("event loop: 1 stall<"), "{elements}");
}
