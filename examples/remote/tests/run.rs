//! Runs the example, and reads what it prints.

use std::env;
use std::path::Path;
use std::process::Command;

#[test]
fn each_upload_has_its_answer() {
    let own = env::current_exe().expect("a test knows its own path");
    let profile = own.parent().and_then(Path::parent).expect("the test lies in `deps`");
    let output = Command::new(profile.join("examples/remote")).output();
    let output = output.expect("the example is built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", output.status, text(&output.stderr));
    let printed = text(&output.stdout);
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
    assert!(printed.contains("dead letters: 1\n"), "{printed}");
}
