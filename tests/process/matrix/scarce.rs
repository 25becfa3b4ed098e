//! Systems without descriptors or processes, and programs whose file was replaced.

use std::os::unix::process::CommandExt;
use std::process::Command;

use asyncify_process_tests::tasks;
use asyncify_runtime::Error;
use asyncify_runtime::process::{Pool, ProcessError};
use futures::executor::block_on;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Scratch, cases, finish, one};

cases![
    without_descriptors_the_start_fails_and_recovers,
    without_one_of_its_descriptors_the_start_fails_and_recovers,
    without_processes_the_start_fails_and_recovers,
    a_program_whose_file_was_replaced_starts_its_own_image,
];

/// The part of this binary that a case starts as a program of its own.
pub(crate) fn role(argument: &str) -> Option<fn()> {
    match argument {
        "role:processes" => Some(processes),
        "role:replaced" => Some(replaced),
        _ => None,
    }
}

/// Runs `f` under a soft limit.
fn under<R>(resource: Resource, most: u64, f: impl FnOnce() -> R) -> R {
    let before = getrlimit(resource);
    setrlimit(resource, Rlimit { current: Some(most), ..before }).unwrap();
    let result = f();
    setrlimit(resource, before).unwrap();
    result
}

fn start_failure(result: Result<u64, Error>) -> String {
    match result {
        Err(Error::Process(ProcessError::Start { detail, .. })) => detail,
        other => panic!("{other:?}"),
    }
}

async fn without_descriptors_the_start_fails_and_recovers() {
    let pool = one().build().unwrap();
    let failed = under(Resource::Nofile, 3, || block_on(tasks::add(&pool, 1, 1)));
    let detail = start_failure(failed);
    assert!(detail.contains("Too many open files"), "{detail}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

/// A start needs several descriptors, and may fail at each.
async fn without_one_of_its_descriptors_the_start_fails_and_recovers() {
    let mut failed = 0;
    for most in 3.. {
        let pool = one().build().unwrap();
        let result = under(Resource::Nofile, most, || block_on(tasks::add(&pool, 1, 1)));
        assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
        finish(pool).await;
        if result == Ok(2) {
            break;
        }
        start_failure(result);
        failed += 1;
    }
    assert!(failed >= 3, "two sockets and a timer, but only {failed} starts have failed");
}

/// The limit counts the processes of a user, and root has no limit, so this runs as an unused user
/// id.
async fn without_processes_the_start_fails_and_recovers() {
    let user = 0x7000_0000 + std::process::id();
    let program = Scratch::new("processes");
    std::fs::copy(std::env::current_exe().unwrap(), &program.0).unwrap();
    let output = Command::new(&program.0).arg("role:processes").uid(user).current_dir("/").output();
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            println!("skipped: only root can become a user without processes");
            return;
        }
        output => output.unwrap(),
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(output.stdout, b"recovered\n", "{stderr}");
}

fn processes() {
    // Beside this thread: nothing, the manager of the worker, the worker without its watchdog.
    let expected =
        ["no thread to manage it", "Resource temporarily unavailable", "before it was ready"];
    for (more, expected) in expected.into_iter().enumerate() {
        let pool = one().build().unwrap();
        let failed = under(Resource::Nproc, 1 + more as u64, || block_on(tasks::add(&pool, 1, 1)));
        let detail = start_failure(failed);
        assert!(detail.contains(expected), "{more}: {detail}");
        assert_eq!(block_on(tasks::add(&pool, 1, 1)), Ok(2));
        block_on(finish(pool));
    }
    println!("recovered");
}

/// As a rebuild does: workers must run the image of this process, not the new file.
async fn a_program_whose_file_was_replaced_starts_its_own_image() {
    let program = Scratch::new("replaced");
    std::fs::copy(std::env::current_exe().unwrap(), &program.0).unwrap();
    let output =
        Command::new(&program.0).args(["role:replaced", &program.path()]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(output.stdout, b"the same image\n", "{stderr}");
    assert!(!Command::new(&program.0).status().unwrap().success(), "it was replaced");
}

fn replaced() {
    let path = std::env::args().nth(2).expect("the path of the program");
    let pool = Pool::builder().name("replaced").max_workers(2).max_tasks(1).build().unwrap();
    assert_eq!(block_on(tasks::add(&pool, 1, 1)), Ok(2));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(block_on(tasks::add(&pool, 1, 2)), Ok(3));
    std::fs::copy("/bin/false", &path).unwrap();
    assert_eq!(block_on(tasks::add(&pool, 1, 3)), Ok(4));
    assert_eq!(block_on(finish(pool)).spawned, 3);
    println!("the same image");
}
