//! Calls, and the failures of functions.

use asyncify_nats_tests::tasks::{add, grows, hangs, in_other_queue, panics, poison};
use asyncify_nats_tests::{use_engine, workers::Program};
use asyncify_runtime::Error;
use asyncify_runtime::process::ProcessError;
use asyncify_runtime::remote::{Engine as _, RemoteError};
use futures::StreamExt as _;

use super::fixture;

#[tokio::test]
async fn a_call_runs_in_another_program() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(2);
    assert_eq!(add(2, 3).await, Ok(5));
    let calls: Vec<_> = (0..50).map(|number| add(number, 1)).collect();
    let sums: Vec<u64> =
        futures::future::join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(sums, (1..=50).collect::<Vec<_>>());
}

#[test]
fn a_call_is_polled_on_any_thread() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(fixture) = runtime.block_on(fixture()) else { return };
    let _worker = fixture.worker(1);
    use_engine(&fixture.engine);
    assert_eq!(futures::executor::block_on(add(2, 3)), Ok(5));
    // Its cancellation, too.
    drop(futures::executor::block_on(futures::future::select(
        Box::pin(in_other_queue(1)),
        Box::pin(std::future::ready(())),
    )));
}

#[tokio::test]
async fn a_worker_serves_several_queues_with_one_slot() {
    let Some(fixture) = fixture().await else { return };
    let program = env!("CARGO_BIN_EXE_nats-test-worker");
    let url = fixture.server.url();
    let _worker = Program::start(program, &[&url, "1", "threads", "test", "other", "third"]);
    let calls = (0..20).map(|number| async move {
        (add(number, 0).await.unwrap(), in_other_queue(number).await.unwrap())
    });
    for (number, both) in futures::future::join_all(calls).await.into_iter().enumerate() {
        assert_eq!(both, (number as u64, number as u64));
    }
}

#[tokio::test]
async fn a_panic_is_the_callers_error() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    let error = panics().await.unwrap_err();
    let Error::Process(ProcessError::Panicked(panic)) = error else { panic!("{error}") };
    assert_eq!(panic.message.as_deref(), Some("of no use"));
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn what_hangs_crashes_or_grows_in_a_worker_process_ends_as_a_dead_letter() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker_in_processes(2);
    let error = hangs(&fixture.log.file()).await.unwrap_err();
    let Error::Remote(RemoteError::Dead { attempts, cause: Some(cause), .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(attempts, 2);
    assert!(matches!(*cause, Error::Remote(RemoteError::TimedOut { .. })), "{cause}");
    assert_eq!(fixture.log.count("hangs"), 2);

    let error = poison(&fixture.log.file()).await.unwrap_err();
    let Error::Remote(RemoteError::Dead { attempts, cause: Some(cause), .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(attempts, 3);
    assert!(matches!(*cause, Error::Process(ProcessError::Crashed(_))), "{cause}");

    let error = grows().await.unwrap_err();
    let Error::Remote(RemoteError::Dead { cause: Some(cause), .. }) = error else {
        panic!("{error}")
    };
    assert!(matches!(*cause, Error::Process(ProcessError::Crashed(_))), "{cause}");
    assert_eq!(add(1, 1).await, Ok(2));
}

#[test]
fn a_call_fails_when_the_runtime_of_its_connection_has_ended() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(fixture) = runtime.block_on(fixture()) else { return };
    use_engine(&fixture.engine);
    let (mut before, after) = (add(2, 3), add(2, 4));
    let waker = futures::task::noop_waker();
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(std::pin::Pin::new(&mut before).poll(&mut cx).is_pending());
    drop(runtime);
    for call in [before, after] {
        let error = futures::executor::block_on(call).unwrap_err();
        assert!(matches!(error, Error::Remote(RemoteError::Unavailable { .. })), "{error}");
    }
}

#[tokio::test]
async fn the_server_sends_a_result_when_it_has_stored_it() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    let client = async_nats::connect(fixture.server.url()).await.unwrap();
    let mut replies = client.subscribe("asyncify.default.reply.>").await.unwrap();
    client.flush().await.unwrap();
    let id = fixture.engine.new_id();
    assert_eq!(add(1, 1).id(id.as_str()).await, Ok(2));
    assert_eq!(add(1, 2).await, Ok(3));
    // The id says where its caller waits: 32 characters of the client, and a number.
    let subjects: Vec<String> = replies
        .by_ref()
        .filter(|reply| {
            let headers = reply.headers.as_ref();
            std::future::ready(headers.is_some_and(|headers| headers.get("Nats-Stream").is_some()))
        })
        .take(2)
        .map(|reply| reply.subject.to_string())
        .collect()
        .await;
    let (client, number) = id.as_str().split_at(32);
    assert_eq!(subjects[0], format!("asyncify.default.reply.{client}.{number}"));
    assert!(subjects[1].starts_with(&format!("asyncify.default.reply.{client}.")), "{subjects:?}");
}
