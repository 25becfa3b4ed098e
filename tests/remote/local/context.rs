//! What a function sees of its caller: the span, and what a carrier propagates.

use std::cell::RefCell;
use std::collections::HashMap;

use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{self, Worker};
use asyncify_runtime::{Error, carrier, sync_to_async};

use crate::{beside, engine};

thread_local! {
    static TRACEPARENT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn inject(headers: &mut HashMap<String, String>) {
    headers.insert("traceparent".to_owned(), TRACEPARENT.with_borrow(String::clone));
}

fn enter(headers: &HashMap<String, String>, body: &mut dyn FnMut()) {
    let before = TRACEPARENT.replace(headers["traceparent"].clone());
    body();
    TRACEPARENT.set(before);
}

#[sync_to_async(remote(name = "traced.v1", queue = "traced"))]
fn traced() -> Result<String, Error> {
    Ok(TRACEPARENT.with_borrow(String::clone))
}

#[test]
fn a_traceparent_gets_to_the_function() {
    remote::install_carrier(carrier!(inject, enter)).expect("the only one");
    futures::executor::block_on(async {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let worker = Worker::new(engine().clone()).queues(["traced"]);
        let call = || async move {
            TRACEPARENT.set(parent.to_owned());
            assert_eq!(traced().await.as_deref(), Ok(parent));
        };
        beside(worker.clone(), call()).await;
        let pool = Pool::builder("traced").workers(1).carrier(carrier!(inject, enter)).build();
        let pool = pool.expect("there is a worker test");
        beside(worker.in_processes(pool), call()).await;
        TRACEPARENT.set(String::new());
    });
}
