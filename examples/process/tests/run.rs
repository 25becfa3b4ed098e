//! Runs the examples, and reads what they print.

use std::env;
use std::path::Path;
use std::process::Command;

/// What an example prints; cargo builds it into the directory beside this test's.
fn stdout(name: &str, arguments: &[&str]) -> String {
    let own = env::current_exe().expect("a test knows its own path");
    let profile = own.parent().and_then(Path::parent).expect("the test lies in `deps`");
    let example = profile.join("examples").join(name);
    let output = Command::new(example).args(arguments).output().expect("the example is built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{name}: {}\n{}", output.status, text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn hostile_input_costs_only_its_own_call() {
    let printed = stdout("hostile_input", &[]);
    let outcome = |file: &str| {
        let line = printed.lines().find(|line| line.starts_with(file));
        line.and_then(|line| line.split_once(" ms  ")).expect("a row for the file").1
    };
    assert_eq!(outcome("a good file"), "578000 bytes");
    assert_eq!(outcome("the good file again"), "578000 bytes");
    for broken in ["no bzip2", "cut off", "a changed header", "a changed block", "a changed check"]
    {
        assert!(outcome(broken).starts_with("refused: "), "{printed}");
    }
    // On a slow machine the time may be over before the memory is full.
    let bomb = outcome("a bomb of 16 GiB");
    assert!(bomb.starts_with("died: ") || bomb.starts_with("killed: "), "{printed}");
    assert_eq!(outcome("a bomb of 1 TiB"), "killed: it took too long");
}

#[test]
fn progress_counts_the_primes() {
    let printed = stdout("progress", &["1"]);
    assert!(printed.starts_with("78498 primes below 1 million\n"), "{printed}");
}
