//! Programs that become workers, and programs that do not.

use asyncify_process_tests::tasks;
use asyncify_runtime::Error;
use asyncify_runtime::process::ProcessError;

use crate::{cases, finish, one};

cases![
    a_worker_starts_no_workers,
    a_child_of_a_worker_is_no_worker,
    inherited_descriptors_are_closed,
    a_program_without_init_gets_an_error,
    another_program_cannot_run_a_function_that_it_lacks,
];

async fn a_worker_starts_no_workers() {
    let pool = one().build().unwrap();
    assert_eq!(tasks::nested(&pool).await, Err(Error::Process(ProcessError::InWorker)));
    finish(pool).await;
}

async fn a_child_of_a_worker_is_no_worker() {
    let pool = one().build().unwrap();
    let said = tasks::restart(&pool, "role:greet".to_owned()).await;
    assert_eq!(said, Ok("no worker\n".to_owned()));
    finish(pool).await;
}

/// A descriptor without `O_CLOEXEC`, as C libraries open them.
async fn inherited_descriptors_are_closed() {
    let file = std::fs::File::open("/etc/passwd").unwrap();
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
    let pool = one().build().unwrap();
    let open = tasks::descriptors(&pool).await.unwrap();
    assert!(!open.iter().any(|link| link.ends_with("passwd")), "{open:?}");
    let sockets = open.iter().filter(|link| link.starts_with("socket:")).count();
    assert_eq!(sockets, 2, "the worker's and the watchdog's: {open:?}");
    finish(pool).await;
}

async fn a_program_without_init_gets_an_error() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_forgetful")).output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.contains("`asyncify_runtime::process::init()` first in `main`"), "{stdout}");
}

/// A program of the same library, which has its functions but not those of this binary.
async fn another_program_cannot_run_a_function_that_it_lacks() {
    use asyncify_process_tests::register::{current, with};

    #[asyncify_runtime::sync_to_async(process(pool = &current()))]
    fn here_only() -> Result<u8, Error> {
        Ok(1)
    }
    let pool = one().worker_exe(env!("CARGO_BIN_EXE_other")).build().unwrap();
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    let error = with(&pool, here_only).await.unwrap_err();
    let Error::Process(ProcessError::Unregistered { task, .. }) = error else { panic!("{error}") };
    assert!(task.ends_with("bootstrap::here_only"), "{task}");
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}
