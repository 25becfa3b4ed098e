//! Programs with workers, built with other profiles: with one codegen unit, link-time optimisation,
//! `panic = "abort"` and no symbols, and as a benchmark. They are built by the cargo that runs
//! this.

use std::path::Path;
use std::process::Command;

/// The stdout of cargo, with a target directory of its own, so that it does not wait for other
/// builds.
fn cargo(arguments: &[&str]) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("builds");
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args([
            "--quiet",
            "--profile",
            "lean",
            "--package",
            "asyncify-program",
            "--features",
            "worker",
        ])
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The registry of functions and the re-exec survive the linker, and a panic is a crash.
#[test]
fn a_stripped_program_that_aborts_on_panics_has_workers() {
    let printed = cargo(&["run"]);
    assert!(printed.contains("died in `asyncify_program::in_a_worker`"), "{printed}");
    assert!(printed.contains("signal 6 (SIGABRT)"), "{printed}");
}

#[test]
fn a_benchmark_has_workers() {
    let printed = cargo(&["bench", "--bench", "round_trip"]);
    assert!(printed.starts_with("100 round trips in "), "{printed}");
}
