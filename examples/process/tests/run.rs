//! Runs the examples, and reads what they print.

use std::env;
use std::path::Path;
use std::process::Command;

/// The output of an example; cargo builds it into the directory beside that of this test.
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
    // On a slow machine the time-out may come before the memory limit.
    let bomb = outcome("a bomb of 16 GiB");
    assert!(bomb.starts_with("died: ") || bomb.starts_with("killed: "), "{printed}");
    assert_eq!(outcome("a bomb of 1 TiB"), "killed: it took too long");
}

#[test]
fn progress_counts_the_primes() {
    let printed = stdout("progress", &["1"]);
    assert!(printed.starts_with("78498 primes below 1 million\n"), "{printed}");
}

#[test]
fn a_leaky_library_is_recycled() {
    let printed = stdout("leaky_library", &[]);
    assert!(printed.starts_with("32 documents parsed, none freed\n"), "{printed}");
    let line = printed.lines().nth(1).expect("a second line");
    let processes: usize = line.split(' ').next().expect("a number").parse().expect("a number");
    assert!((2..=16).contains(&processes), "{line}");
}

#[test]
fn a_trace_goes_on_in_the_worker() {
    let printed = stdout("traceparent", &[]);
    let expected = "the worker's trace is the caller's: true\n\
                    its parent is the caller's span: true\n";
    assert_eq!(printed, expected);
}

#[test]
fn a_cancelled_search_leaves_its_worker_warm() {
    let printed = stdout("warm_worker", &[]);
    let expected = "the smallest factor of 1999993 is 1999993\n\
                    a pair for 6: Some((2, 3))\n\
                    a pair for 18446744073709551615 in 100 ms: false\n\
                    the same worker goes on: true\n\
                    workers started: 1\n";
    assert_eq!(printed, expected);
}
