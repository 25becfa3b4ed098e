//! The engine of the program: before it is installed, and after.

use std::collections::HashMap;

use asyncify_runtime::remote::{self, Local, RemoteError, TaskId, Worker};
use asyncify_runtime::{Error, carrier, sync_to_async};

#[sync_to_async(remote)]
fn double(number: u64) -> Result<u64, Error> {
    Ok(2 * number)
}

#[test]
fn calls_fail_without_an_engine_and_find_the_installed_one() {
    futures::executor::block_on(async {
        let missing = Err(Error::Remote(RemoteError::NoEngine));
        assert_eq!(double(4).await, missing);
        assert_eq!(double(4).submit().await.map(|_| 0), missing);
        assert_eq!(remote::result::<Result<u64, Error>>("4").await, missing);
        assert_eq!(remote::cancel("4").await.map(|()| 0), missing);
        let text = RemoteError::NoEngine.to_string();
        assert!(text.contains("asyncify_runtime::remote::install(engine)"), "{text}");

        let engine = Local::new();
        remote::install(engine.clone()).expect("the first one");
        assert_eq!(remote::install(Local::new()), Err(RemoteError::AlreadyInstalled.into()));
        let worker = Worker::new(engine);
        let served = worker.serve_until_done(async {
            // The name of a function without one is its path, which does not have its line.
            assert_eq!(double(4).await, Ok(8));
            let id = double(5).id("five").submit().await?;
            assert_eq!(id, "five".parse::<TaskId>()?);
            assert_eq!(remote::result::<Result<u64, Error>>(&id).await, Ok(10));
            let unknown = remote::result::<Result<u64, Error>>("six").await;
            assert!(matches!(unknown, Err(Error::Remote(RemoteError::NoResult { .. }))));
            Ok::<(), Error>(())
        });
        served.await.expect("the worker serves").expect("the calls succeed");
    });
}

fn inject(_: &mut HashMap<String, String>) {}

fn enter(_: &HashMap<String, String>, function: &mut dyn FnMut()) {
    function();
}

#[test]
fn there_is_one_carrier() {
    let carrier = carrier!(inject, enter);
    remote::install_carrier(carrier).expect("the first one");
    let error = remote::install_carrier(carrier).unwrap_err();
    assert_eq!(error, RemoteError::AlreadyInstalled.into());
    assert!(error.to_string().contains("install it once"), "{error}");
}
