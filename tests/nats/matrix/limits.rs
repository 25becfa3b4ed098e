//! Sizes, and stores that are full.

use asyncify_nats_tests::outcome;
use asyncify_nats_tests::tasks::{add, noted, sized};
use asyncify_runtime::Error;
use asyncify_runtime::process::Side;
use asyncify_runtime::remote::{Engine as _, RemoteError};
use serde_bytes::ByteBuf;

use super::{fixture, fixture_with};

#[tokio::test]
async fn a_task_over_the_limit_is_refused_by_the_caller() {
    let Some(fixture) = fixture().await else { return };
    let limit = fixture.engine.limits().task;
    for over in [1, 1 << 20] {
        let bytes = ByteBuf::from(vec![0; limit + over]);
        let error = sized(&bytes, 0).await.unwrap_err();
        let Error::Remote(RemoteError::TooLarge { side, .. }) = error else { panic!("{error}") };
        assert_eq!(side, Side::Caller);
    }
    let _worker = fixture.worker(1);
    let bytes = ByteBuf::from(vec![7; limit - 1024]);
    assert_eq!(sized(&bytes, 1).await, Ok(ByteBuf::from(vec![7])));
}

#[tokio::test]
async fn a_result_over_the_limit_is_the_callers_error() {
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    let limit = fixture.engine.limits().outcome;
    let bytes = ByteBuf::from(vec![7]);
    let fits = limit - 1024;
    assert_eq!(sized(&bytes, fits).await, Ok(ByteBuf::from(vec![7; fits])));
    for over in [1, 2 << 20] {
        let error = sized(&bytes, limit + over).await.unwrap_err();
        let Error::Remote(RemoteError::TooLarge { side, .. }) = error else { panic!("{error}") };
        assert_eq!(side, Side::Worker);
    }
    assert_eq!(add(1, 1).await, Ok(2));
}

#[tokio::test]
async fn a_full_queue_refuses_tasks_and_keeps_those_it_has() {
    let Some(fixture) = fixture_with("", |builder| builder.max_bytes(16 << 10)).await else {
        return;
    };
    let mut accepted = Vec::new();
    let error = loop {
        let number = accepted.len() as u64;
        assert!(number < 1000, "the store is never full");
        match noted(&fixture.log.file(), number).submit().await {
            Ok(id) => accepted.push(id),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Remote(RemoteError::StoreFull { .. })), "{error}");
    assert!(accepted.len() > 10, "{}", accepted.len());
    let _worker = fixture.worker(1);
    for (id, number) in accepted.iter().zip(0..) {
        assert_eq!(outcome::<u64>(id).await, Ok(number));
    }
}

#[tokio::test]
async fn a_task_whose_outcome_has_no_room_runs_again_when_there_is_some() {
    let Some(fixture) = fixture_with("", |builder| builder.max_bytes(16 << 10)).await else {
        return;
    };
    let _worker = fixture.worker(1);
    let file = fixture.log.file();
    let call = |number: u64| noted(&file, number).id(format!("number-{number}"));
    let mut last = 0;
    let error = loop {
        match call(last).await {
            Ok(number) => assert_eq!(number, last),
            Err(error) => break error,
        }
        last += 1;
        assert!(last < 1000, "the bucket is never full");
    };
    assert!(matches!(error, Error::Remote(RemoteError::StoreFull { .. })), "{error}");
    assert!(last > 10, "{last}");
    // Those that are stored are there, and the task that has none waits.
    assert_eq!(call(0).await, Ok(0));
    let queued = fixture.engine.status().await.unwrap().queues["test"].clone();
    assert_eq!(queued.waiting + queued.running, 1, "{queued:?}");

    let client = async_nats::connect(fixture.server.url()).await.unwrap();
    let purge = "$JS.API.STREAM.PURGE.KV_asyncify_default_outcomes";
    client.request(purge, "".into()).await.unwrap();
    assert_eq!(call(last).await, Ok(last));
    assert!(fixture.log.count(&format!("ran {last}")) > 1);
}

#[tokio::test]
async fn a_full_disk_is_said() {
    let config = "jetstream { max_file_store: 2MB }";
    let Some(fixture) = fixture_with(config, |builder| builder).await else { return };
    let bytes = ByteBuf::from(vec![7; 500_000]);
    let error = loop {
        if let Err(error) = sized(&bytes, 0).submit().await {
            break error;
        }
    };
    assert!(matches!(error, Error::Remote(RemoteError::StoreFull { .. })), "{error}");
    drop(fixture);
}
