//! The page in a real browser, from a real program.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
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

impl Program {
    fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address).unwrap();
        let mut response = String::new();
        connection.read_to_string(&mut response).unwrap();
        let (header, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(header.starts_with("HTTP/1.1 200 OK\r\n"), "{header}");
        body.to_owned()
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

/// A document with the page in a frame, which says how wide the page is. A window cannot be as
/// narrow as a phone, and the page itself refuses to be framed.
const FRAME: &str = r##"<!doctype html>
<p id="result"></p>
<iframe style="border: 0; width: 400px; height: 900px" srcdoc="PAGE"></iframe>
<script>
setTimeout(() => {
  const page = document.querySelector("iframe").contentDocument;
  const rows = page.querySelectorAll("tbody tr").length;
  const { scrollWidth, clientWidth } = page.documentElement;
  document.querySelector("#result").textContent = `${rows} rows, ${scrollWidth - clientWidth} px`;
}, 2500);
</script>"##;

#[test]
fn page_does_not_scroll_sideways_on_a_phone() {
    let program = Program::start();
    let data = program.get("/snapshot.json").replace('<', "\\u003c");
    let answer =
        format!("<head><script>window.fetch = async () => Response.json({data});</script>");
    let page = program
        .get("/")
        .replacen("<head>", &answer, 1)
        .replace('&', "&amp;")
        .replace('"', "&quot;");
    let document = tempfile::NamedTempFile::with_suffix(".html").unwrap();
    std::fs::write(&document, FRAME.replace("PAGE", &page)).unwrap();
    let url = format!("file://{}", document.path().display());
    let Some(elements) = in_time("the browser", || elements(&url)) else {
        println!("skipped: no chromium");
        return;
    };
    let result = elements.split_once("<p id=\"result\">").unwrap().1.split_once("</p>").unwrap().0;
    let (rows, hidden) = result.split_once(" rows, ").unwrap_or_else(|| panic!("{elements}"));
    assert!(rows.parse::<u32>().unwrap() >= 10, "{result}");
    assert_eq!(hidden, "0 px", "do not fit");
}
