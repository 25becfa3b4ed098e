//! The worker's side: what [`Deliveries`] returns, and how it ends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Subscriber;
use asyncify_runtime::Error;
use asyncify_runtime::remote::{
    BoxFuture, Consume, Deliveries, Delivery, QueueName, RemoteError, TaskId,
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use crate::delivery::{Lease, Task};
use crate::driver::Driver;
use crate::in_runtime::in_runtime;
use crate::layout;
use crate::link::{ApiError, Link, code};

/// Connects a worker to its queues.
pub(crate) async fn consume(
    link: Arc<Link>,
    options: Consume,
) -> Result<Box<dyn Deliveries>, Error> {
    let mut queues = Vec::new();
    let prefix = format!("{}{}.", link.namespace.pulls(), TaskId::random());
    let messages = subscribe(&link, format!("{prefix}*")).await?;
    let cancels = subscribe(&link, link.namespace.cancel("*")).await?;
    let pings = subscribe(&link, link.namespace.ping()).await?;
    for queue in &options.queues {
        queues.push((queue.clone(), link.consumer(queue).await?));
    }
    let ready = Arc::new(Ready::default());
    let (close, closing) = oneshot::channel();
    let driver = Driver::new(link.clone(), options, prefix, queues, ready.clone());
    link.runtime.spawn(driver.run(messages, cancels, pings, closing));
    Ok(Box::new(Consumer { link, ready, close }))
}

async fn subscribe(link: &Link, subject: String) -> Result<Subscriber, Error> {
    let subscribed = link.client.subscribe(subject).await;
    subscribed.map_err(|error| RemoteError::unavailable(error.kind()).into())
}

impl Link {
    /// Returns how long the leases of a queue last. Creates its consumer if there is none.
    pub(crate) async fn consumer(&self, queue: &QueueName) -> Result<Duration, Error> {
        #[derive(Deserialize)]
        struct Info {
            config: Config,
        }
        #[derive(Deserialize)]
        struct Config {
            description: Option<String>,
            ack_wait: u64,
        }
        let of_queue = format!("{}.{queue}", self.namespace.tasks());
        let info = format!("CONSUMER.INFO.{of_queue}");
        let mut found = self.api::<Info>(&info, &Value::Null).await?;
        if let Err(error) = &found
            && error.err_code == code::CONSUMER_NOT_FOUND
        {
            let request = self.creation.consumer(&self.namespace, queue);
            let create = format!("CONSUMER.DURABLE.CREATE.{of_queue}");
            found = self.api(&create, &request).await?;
        }
        let config = found.map_err(ApiError::into_error)?.config;
        layout::check(config.description.as_deref())?;
        Ok(Duration::from_nanos(config.ack_wait))
    }
}

/// Tasks that are leased and wait for the worker, and errors for it.
#[derive(Default)]
pub(crate) struct Ready {
    waiting: Mutex<VecDeque<Result<Task, Error>>>,
    added: Notify,
}

impl Ready {
    pub(crate) fn add(&self, next: Result<Task, Error>) {
        self.lock().push_back(next);
        self.added.notify_one();
    }

    pub(crate) fn take(&self) -> Option<Result<Task, Error>> {
        self.lock().pop_front()
    }

    /// The leases of the waiting tasks.
    pub(crate) fn leases(&self) -> Vec<Lease> {
        self.lock().iter().flatten().map(|task| task.lease.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Result<Task, Error>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The deliveries of a worker; [`Driver`] receives them.
struct Consumer {
    link: Arc<Link>,
    ready: Arc<Ready>,
    /// Tells the driver to stop, as does dropping it. The driver answers when it has stopped.
    close: oneshot::Sender<oneshot::Sender<()>>,
}

impl Deliveries for Consumer {
    fn next(&mut self) -> BoxFuture<'_, Result<Box<dyn Delivery>, Error>> {
        Box::pin(async move {
            loop {
                if let Some(next) = self.ready.take() {
                    return next.map(|task| Box::new(task) as Box<dyn Delivery>);
                }
                self.ready.added.notified().await;
            }
        })
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), Error>> {
        let Self { link, close, .. } = *self;
        in_runtime(&link.clone(), async move {
            let (closed, is_closed) = oneshot::channel();
            let gone = || RemoteError::unavailable("the runtime of the connection has ended");
            close.send(closed).map_err(|_| gone())?;
            is_closed.await.map_err(|_| gone().into())
        })
    }
}
