//! Runs the example, and reads what it prints.

use std::env;
use std::path::Path;
use std::process::Command;

use asyncify_nats_tests::server::{self, Server};

/// What the example prints.
fn printed(arguments: &[&str]) -> String {
    let own = env::current_exe().expect("a test knows its own path");
    let profile = own.parent().and_then(Path::parent).expect("the test lies in `deps`");
    let output = Command::new(profile.join("examples/remote")).args(arguments).output();
    let output = output.expect("the example is built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", output.status, text(&output.stderr));
    text(&output.stdout)
}

fn check(printed: &str) {
    let answer = |upload: &str| {
        let line = printed.lines().find(|line| line.starts_with(upload));
        line.and_then(|line| line.split_once(" ms  ")).expect("a row for the upload").1
    };
    assert_eq!(answer("a good file"), "200000 lines");
    assert_eq!(answer("the good file again"), "200000 lines");
    for broken in ["no bzip2", "cut off", "a changed block"] {
        assert!(answer(broken).starts_with("refused: "), "{printed}");
    }
    // On a slow machine the time-out may come before the memory limit.
    let bomb = answer("a bomb of 16 GiB");
    let killed = bomb.contains("timed out after") || bomb.contains("at its memory limit");
    assert!(bomb.starts_with("failed: `lines.v1` has failed for good") && killed, "{printed}");
    for worker in ["first", "second"] {
        assert!(printed.contains(&format!("the {worker} worker: ")), "{printed}");
    }
    assert!(printed.contains("dead letters: 1\n"), "{printed}");
}

#[test]
fn each_upload_has_its_answer() {
    check(&printed(&[]));
}

#[test]
fn worker_programs_answer_uploads_through_a_server() {
    if server::is_installed() {
        let server = Server::start();
        check(&printed(&["--nats", &server.url()]));
    }
}
