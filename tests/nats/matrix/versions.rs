//! Callers and workers of different versions.

use asyncify_nats_tests::tasks::{Order, price};
use asyncify_runtime::Error;
use asyncify_runtime::process::ProcessError;
use asyncify_runtime::remote::{Engine as _, Envelope, RemoteError, TaskId};
use serde::Serialize;

use super::{Fixture, fixture};

/// Calls a task by its name, as a program of another version does.
async fn call(fixture: &Fixture, task: &str, argument: &impl Serialize) -> Result<u64, Error> {
    let arguments = rmp_serde::to_vec_named(argument).unwrap();
    let (task, queue) = (task.parse().unwrap(), "test".parse().unwrap());
    let envelope = Envelope::new(TaskId::random(), task, queue, arguments);
    fixture.engine.call(envelope).await?.result()
}

#[tokio::test]
async fn callers_with_a_field_more_or_less_are_understood() {
    #[derive(Serialize)]
    struct Older {
        amount: u64,
    }
    #[derive(Serialize)]
    struct Newer {
        currency: &'static str,
        amount: u64,
        discount: u64,
    }
    let Some(fixture) = fixture().await else { return };
    let _worker = fixture.worker(1);
    assert_eq!(price(&Order { amount: 10, discount: 1 }).await, Ok(9));
    assert_eq!(call(&fixture, "price.v1", &Older { amount: 10 }).await, Ok(10));
    let newer = Newer { currency: "EUR", amount: 10, discount: 2 };
    assert_eq!(call(&fixture, "price.v1", &newer).await, Ok(8));
    let error = call(&fixture, "price.v1", &"not an order").await.unwrap_err();
    assert!(matches!(error, Error::Process(ProcessError::Decode { .. })), "{error}");
}

#[tokio::test]
async fn a_task_that_no_worker_has_ends_as_a_dead_letter() {
    let Some(fixture) = fixture().await else { return };
    let _workers = [fixture.worker(1), fixture.worker(1)];
    let error = call(&fixture, "newer.v2", &1).await.unwrap_err();
    assert!(matches!(error, Error::Remote(RemoteError::UnknownTask { .. })), "{error}");
    let letters = fixture.engine.dead_letters(10).await.unwrap();
    assert_eq!(letters[0].envelope.task.as_str(), "newer.v2");
}
