//! Functions with the attribute.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use asyncify_runtime::process::{Pool, ProcessError};
use asyncify_runtime::{Error, Shutdown, sync_to_async};
use asyncify_tests::until;
use futures::future::FutureExt;
use serde::{Deserialize, Serialize};

use crate::{Pipe, balanced, cases};

cases![
    borrowed_arguments_are_encoded_at_the_call,
    types_of_every_kind_are_sent,
    a_function_has_its_own_time_out,
    a_detached_call_continues,
    the_sync_function_stays_under_its_name,
    errors_are_the_functions_own,
    functions_with_the_same_name_are_distinct,
    postcard_encodes_nested_options,
];

static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool::builder().name("attribute").max_workers(1).build().unwrap());

/// Ends the pool of the static, so that the case leaves nothing behind.
async fn once(body: impl AsyncFnOnce(&Pool)) {
    let pool = Pool::builder().name("once").max_workers(1).build().unwrap();
    body(&pool).await;
    pool.shutdown(Shutdown::Drain).await;
    balanced(&pool);
}

use asyncify_process_tests::register::{current, with};

#[sync_to_async(process(pool = &current()))]
fn describe(
    text: &str,
    numbers: &[u16],
    path: &Path,
    mut count: usize,
    (left, right): (u8, u8),
    _: bool,
) -> Result<String, Error> {
    count += numbers.len();
    Ok(format!("{text} {numbers:?} {} {count} {left}{right}", path.display()))
}

async fn borrowed_arguments_are_encoded_at_the_call() {
    fn is_static<T: Send + 'static>(value: T) -> T {
        value
    }
    once(async |pool| {
        let call = {
            let (text, path) = ("some".to_owned(), std::path::PathBuf::from("a/b"));
            with(pool, || is_static(describe(&text, &[1, 2], &path, 3, (4, 5), true)))
        };
        assert_eq!(call.await, Ok("some [1, 2] a/b 5 45".to_owned()));
    })
    .await;
}

/// Types with serde's attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    #[serde(flatten)]
    flat: Flat,
    untagged: Vec<Untagged>,
    tagged: Tagged,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    skipped: Option<u8>,
    big: u128,
    infinite: f64,
    when: Duration,
    map: std::collections::BTreeMap<(u8, u8), String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    inner: i8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Empty,
    Full { value: u8 },
}

#[sync_to_async(process(pool = &current()))]
fn same(value: &Everything) -> Result<Everything, Error> {
    Ok(value.clone())
}

async fn types_of_every_kind_are_sent() {
    let value = Everything {
        flat: Flat { inner: -1 },
        untagged: vec![Untagged::Number(7), Untagged::Text("seven".to_owned())],
        tagged: Tagged::Full { value: 3 },
        skipped: None,
        big: u128::MAX,
        infinite: f64::INFINITY,
        when: Duration::from_millis(1500),
        map: [((1, 2), "three".to_owned())].into(),
    };
    assert_ne!(value.tagged, Tagged::Empty);
    once(async |pool| assert_eq!(with(pool, || same(&value)).await, Ok(value.clone()))).await;
}

#[sync_to_async(process(pool = &current(), timeout = "50ms"))]
fn spin() -> Result<(), Error> {
    loop {
        std::hint::spin_loop();
    }
}

async fn a_function_has_its_own_time_out() {
    once(async |pool| {
        let began = Instant::now();
        let error = with(pool, spin).await.unwrap_err();
        assert!(matches!(error, Error::Process(ProcessError::TimedOut { .. })), "{error}");
        assert!(began.elapsed() >= Duration::from_millis(50));
    })
    .await;
}

#[sync_to_async(process(pool = &current(), on_drop = "detach"))]
fn write_twice(first: &Path, go: &Path, second: &Path) -> Result<(), Error> {
    std::fs::write(first, "begun").expect("a writable place");
    // Opened for reading and writing, a pipe does not wait for its other end.
    let mut go = std::fs::File::options().read(true).write(true).open(go).expect("a pipe");
    std::io::Read::read_exact(&mut go, &mut [0; 2]).expect("the test writes to it");
    std::fs::write(second, "ended").expect("a writable place");
    Ok(())
}

async fn a_detached_call_continues() {
    once(async |pool| {
        let pipes = ["detached-1", "detached-2", "detached-3"].map(Pipe::new);
        let [first, go, second] = &pipes;
        let mut call = Box::pin(with(pool, || {
            write_twice(&first.scratch.0, &go.scratch.0, &second.scratch.0)
        }));
        assert!(call.as_mut().now_or_never().is_none());
        first.wait();
        drop(call);
        std::fs::write(go.path(), "go").unwrap();
        assert_eq!(second.wait(), "ended");
        until("the call is counted", || pool.metrics().calls.completed == 1);
    })
    .await;
}

#[allow(clippy::unnecessary_wraps, reason = "as a worker needs it")]
#[sync_to_async(process(pool = &POOL), rename = "process_of_worker")]
fn process_of_caller() -> Result<u32, Error> {
    Ok(std::process::id())
}

async fn the_sync_function_stays_under_its_name() {
    assert_eq!(process_of_caller(), Ok(std::process::id()));
    assert_ne!(process_of_worker().await, Ok(std::process::id()));
    POOL.shutdown(Shutdown::Drain).await;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum OwnError {
    Failed(Error),
    Odd(u32),
}

impl From<Error> for OwnError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[sync_to_async(process(pool = &current()))]
fn half(number: u32) -> Result<u32, OwnError> {
    if number % 2 == 1 {
        return Err(OwnError::Odd(number));
    }
    if number == 0 {
        std::process::exit(9);
    }
    Ok(number / 2)
}

async fn errors_are_the_functions_own() {
    once(async |pool| {
        assert_eq!(with(pool, || half(8)).await, Ok(4));
        assert_eq!(with(pool, || half(7)).await, Err(OwnError::Odd(7)));
        let error = with(pool, || half(0)).await.unwrap_err();
        assert!(matches!(&error, OwnError::Failed(Error::Process(ProcessError::Crashed(crash))) if crash.code == Some(9)), "{error:?}");
    })
    .await;
}

async fn functions_with_the_same_name_are_distinct() {
    fn first() -> impl Future<Output = Result<u8, Error>> {
        #[sync_to_async(process(pool = &current()))]
        fn number() -> Result<u8, Error> {
            Ok(1)
        }
        number()
    }
    fn second() -> impl Future<Output = Result<u8, Error>> {
        #[sync_to_async(process(pool = &current()))]
        fn number() -> Result<u8, Error> {
            Ok(2)
        }
        number()
    }
    once(async |pool| {
        assert_eq!(with(pool, first).await, Ok(1));
        assert_eq!(with(pool, second).await, Ok(2));
    })
    .await;
}

#[expect(clippy::option_option, reason = "what the other codec cannot carry")]
#[sync_to_async(process(pool = &current(), codec = "postcard"))]
fn nested(value: Option<Option<u8>>, unit: Option<()>) -> Result<(u8, Option<()>), Error> {
    let depth = match value {
        None => 0,
        Some(None) => 1,
        Some(Some(_)) => 2,
    };
    Ok((depth, unit))
}

async fn postcard_encodes_nested_options() {
    once(async |pool| {
        assert_eq!(with(pool, || nested(None, Some(()))).await, Ok((0, Some(()))));
        assert_eq!(with(pool, || nested(Some(None), None)).await, Ok((1, None)));
        assert_eq!(with(pool, || nested(Some(Some(3)), None)).await, Ok((2, None)));
    })
    .await;
}
