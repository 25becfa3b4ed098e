//! The command `asyncify-nats`.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use asyncify_nats_tests::tasks::{add, hangs, in_other_queue, noted};
use asyncify_nats_tests::{outcome, until};
use asyncify_runtime::Error;
use asyncify_runtime::remote::TaskId;

use super::{Fixture, fixture};

fn run(fixture: &Fixture, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nats-test-command"));
    command.args(["--server", &fixture.server.url()]).args(arguments).output().unwrap()
}

/// What it prints, if it succeeds.
fn printed(fixture: &Fixture, arguments: &[&str]) -> String {
    let output = run(fixture, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn status_shows_queues_and_workers() {
    let Some(fixture) = fixture().await else { return };
    in_other_queue(1).submit().await.unwrap();
    assert!(printed(&fixture, &["status"]).contains("in queues without a worker: 1\n"));
    let worker = fixture.worker(3);
    assert_eq!(add(1, 1).await, Ok(2));
    // The caller has the result before the task has left its queue.
    let done = ["test\t0\t0\t-\t1\n", ": 0 of 3 busy, queues test\n"];
    until("the worker is shown", || {
        let text = printed(&fixture, &["status"]);
        done.iter().all(|line| text.contains(line))
    })
    .await;
    worker.kill();
    until_not_pulled(&fixture.server.url()).await;
    noted(&fixture.log.file(), 1).submit().await.unwrap();
    let json = printed(&fixture, &["status", "--json"]);
    assert!(json.contains(r#""test":{"oldest_seconds":"#), "{json}");
    assert!(json.contains(r#""running":0,"waiting":1,"workers":0"#), "{json}");
}

/// Waits until the server has no requests for tasks of the queue `test`: it would send them tasks.
async fn until_not_pulled(url: &str) {
    let client = async_nats::connect(url).await.unwrap();
    let limit = Instant::now() + Duration::from_secs(90);
    loop {
        let info = "$JS.API.CONSUMER.INFO.asyncify_default_tasks.test";
        let reply = client.request(info, "".into()).await.unwrap();
        let info: serde_json::Value = serde_json::from_slice(&reply.payload).unwrap();
        if info["num_waiting"] == 0 {
            return;
        }
        assert!(Instant::now() < limit, "the worker that was killed still has requests: {info}");
    }
}

#[tokio::test]
async fn dead_letters_are_listed_shown_replayed_and_deleted() {
    let Some(fixture) = fixture().await else { return };
    assert_eq!(printed(&fixture, &["dead", "list"]), "");
    let worker = fixture.worker_in_processes(1);
    for id in ["first", "second"] {
        hangs(&fixture.log.file()).id(id).await.unwrap_err();
    }
    worker.kill();
    let text = printed(&fixture, &["dead", "list"]);
    assert!(text.starts_with("first\thangs.v1\ttest\t2 attempts, "), "{text}");
    assert_eq!(text.lines().count(), 2);
    assert_eq!(printed(&fixture, &["dead", "list", "--limit", "1"]).lines().count(), 1);
    let json = printed(&fixture, &["dead", "show", "second", "--json"]);
    assert!(json.contains(r#""id":"second""#) && json.contains("timed out"), "{json}");

    assert_eq!(printed(&fixture, &["dead", "replay", "second"]), "second is queued again\n");
    assert_eq!(printed(&fixture, &["dead", "list"]).lines().count(), 1);
    let _worker = fixture.worker_in_processes(1);
    until("it runs again", || fixture.log.count("hangs") == 6).await;
    let id = TaskId::new("second").unwrap();
    assert!(matches!(outcome::<()>(&id).await, Err(Error::Remote(_))));

    assert_eq!(printed(&fixture, &["dead", "purge", "first"]), "1 deleted\n");
    assert_eq!(printed(&fixture, &["dead", "purge", "--all"]), "1 deleted\n");
}

#[tokio::test]
async fn errors_are_told_and_have_an_exit_code() {
    let Some(mut fixture) = fixture().await else { return };
    for arguments in [&["dead", "show", "x"][..], &["dead", "replay", "x"], &["dead", "purge", "x"]]
    {
        let output = run(&fixture, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("no dead letter"));
    }
    for arguments in [&["dead", "show", "a.b"][..], &["dead", "purge"], &["unknown"]] {
        assert_eq!(run(&fixture, arguments).status.code(), Some(2), "{arguments:?}");
    }
    let output = run(&fixture, &["status", "--namespace", "none"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("asyncify-nats create"));
    assert_eq!(
        printed(&fixture, &["create", "--namespace", "none", "--max-bytes", "100000"]),
        "the streams exist\n"
    );
    printed(&fixture, &["status", "--namespace", "none"]);
    fixture.server.kill();
    let output = run(&fixture, &["status"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no connection to a server"));
}
