//! Pulls tasks for a worker: as many as it has free slots, from all of its queues.
//!
//! With more queues than free slots, more tasks may arrive than the worker can start at once. They
//! wait in this program, and their leases are renewed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Message, Subscriber};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Consume, QueueName, RemoteError};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::consume::Ready;
use crate::delivery::{self, Lease, Task};
use crate::layout::Namespace;
use crate::link::Link;
use crate::pull::{Event, Queue};
use crate::running::Running;
use crate::slots::Slots;

/// How often leases are renewed and lost pulls are looked for.
const TICK: Duration = Duration::from_secs(1);

/// The pause before a queue that fails is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// How many cancellations a worker remembers.
const MAX_CANCELLED: usize = 10_000;

/// How long a worker that stops waits for the tasks that were sent to it meanwhile.
const DRAIN: Duration = Duration::from_secs(5);

pub(crate) struct Driver {
    link: Arc<Link>,
    options: Consume,
    prefix: String,
    queues: Vec<Queue>,
    slots: Arc<Slots>,
    ready: Arc<Ready>,
    running: Arc<Running>,
    /// The ids of tasks that were cancelled lately.
    cancelled: HashSet<String>,
    /// The consumers that were checked, with the results.
    checked: mpsc::UnboundedSender<(usize, Result<Duration, Error>)>,
    checks: mpsc::UnboundedReceiver<(usize, Result<Duration, Error>)>,
}

impl Driver {
    pub(crate) fn new(
        link: Arc<Link>,
        options: Consume,
        prefix: String,
        queues: Vec<(QueueName, Duration)>,
        ready: Arc<Ready>,
    ) -> Self {
        let stream = link.namespace.tasks();
        let queues = queues.into_iter().map(|(name, lease)| Queue::new(&stream, name, lease));
        let (checked, checks) = mpsc::unbounded_channel();
        Self {
            queues: queues.collect(),
            link,
            options,
            prefix,
            slots: Arc::default(),
            ready,
            running: Arc::default(),
            cancelled: HashSet::new(),
            checked,
            checks,
        }
    }

    /// Receives tasks until it is told to close, and cancellations until the last task has ended.
    pub(crate) async fn run(
        mut self,
        mut messages: Subscriber,
        mut cancels: Subscriber,
        mut pings: Subscriber,
        mut closing: oneshot::Receiver<oneshot::Sender<()>>,
    ) {
        let mut connections = self.link.connections.clone();
        connections.mark_unchanged();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let closed = loop {
            self.pull().await;
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.receive(message),
                    None => break None,
                },
                () = self.slots.freed() => {}
                Some((index, found)) = self.checks.recv() => self.checked(index, found),
                Some(message) = cancels.next() => self.cancel(&message),
                Some(ping) = pings.next() => self.answer(ping).await,
                Ok(()) = connections.changed() => {
                    // The server has forgotten the pulls of the old connection.
                    for index in 0..self.queues.len() {
                        self.check(index, Duration::ZERO);
                    }
                }
                _ = tick.tick() => self.tick().await,
                closed = &mut closing => break closed.ok(),
            }
        };
        self.close(messages).await;
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
        while self.slots.used() > 0 {
            tokio::select! {
                Some(message) = cancels.next() => self.cancel(&message),
                () = self.slots.freed() => {}
            }
        }
    }

    /// Requests tasks for the free slots that no pull has been sent for.
    async fn pull(&mut self) {
        let free = self.options.concurrency.saturating_sub(self.slots.used());
        if free == 0 {
            return;
        }
        let share = (free / self.queues.len()).max(1);
        for index in 0..self.queues.len() {
            if let Some((number, request)) = self.queues[index].pull(share) {
                let reply = format!("{}{index}-{number}", self.prefix);
                let subject = self.queues[index].subject.clone();
                let sent = self.link.client.publish_with_reply(subject, reply, request).await;
                if sent.is_err() {
                    self.check(index, PAUSE);
                }
            }
        }
    }

    /// Handles a task, with the subject that it is stored under, or the end of a pull.
    fn receive(&mut self, message: Message) {
        if message.status.is_none() {
            let named = Namespace::parse(&message.subject).map(|(queue, _)| queue);
            let mut queues = self.queues.iter_mut();
            let Some(queue) = queues.find(|queue| Some(&queue.name) == named.as_ref()) else {
                return;
            };
            if let Some(lease) = Lease::of(&self.link, &message, queue.lease) {
                let heard = queue.was_empty;
                queue.delivered(lease.pending);
                self.accept(message, lease, heard);
            }
            return;
        }
        let pull = message.subject.strip_prefix(&self.prefix).and_then(parse);
        let Some((index, number)) = pull.filter(|(index, _)| *index < self.queues.len()) else {
            return;
        };
        if self.queues[index].ended(number, message.status) == Event::Check {
            self.check(index, PAUSE);
        }
    }

    /// Makes a task ready, unless it has an outcome.
    ///
    /// A task with a random id has none at its first delivery, unless it was cancelled; if this
    /// worker has heard of its cancellation, the server need not be asked.
    fn accept(&self, message: Message, lease: Lease, hears_cancellations: bool) {
        let link = self.link.clone();
        let slot = self.slots.take();
        let envelope = match delivery::envelope(&message) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.link.runtime.spawn(async move {
                    // If that fails it is delivered again when the lease ends.
                    let _ = delivery::refuse(&link, &message, &lease, error).await;
                    drop(slot);
                });
                return;
            }
        };
        let entry = self.running.add(&envelope.id);
        let reply = delivery::reply_subject(&link, &message);
        let (settled, no_room) = (false.into(), false.into());
        let task = Task { link, lease, envelope, reply, entry, settled, no_room, _slot: slot };
        let is_new = task.envelope.anonymous && task.lease.attempt == 1;
        if is_new && hears_cancellations && !self.cancelled.contains(task.envelope.id.as_str()) {
            self.ready.add(Ok(task));
            return;
        }
        let ready = self.ready.clone();
        self.link.runtime.spawn(async move {
            match task.link.stored(&task.envelope.id).await {
                Ok(None) => ready.add(Ok(task)),
                // It was done before, or cancelled in the queue.
                Ok(Some(outcome)) => {
                    let _ = task.finish(outcome).await;
                }
                // The drop gives it back.
                Err(_) => {}
            }
        });
    }

    /// Checks the consumer of a queue after a pause, and pulls nothing until then.
    fn check(&mut self, index: usize, after: Duration) {
        let queue = &mut self.queues[index];
        queue.forget_all();
        if std::mem::replace(&mut queue.is_checked, true) {
            return;
        }
        let (link, name, checked) = (self.link.clone(), queue.name.clone(), self.checked.clone());
        self.link.runtime.spawn(async move {
            sleep(after).await;
            let found = link.consumer(&name).await;
            // The driver may have ended.
            let _ = checked.send((index, found));
        });
    }

    fn checked(&mut self, index: usize, found: Result<Duration, Error>) {
        let queue = &mut self.queues[index];
        queue.is_checked = false;
        match found {
            Ok(lease) => queue.lease = lease,
            Err(error) => {
                // The worker tries again by itself if the server is only away.
                if !matches!(error, Error::Remote(RemoteError::Unavailable { .. })) {
                    self.ready.add(Err(error));
                }
                self.check(index, PAUSE);
            }
        }
    }

    fn cancel(&mut self, message: &Message) {
        let Some(id) = message.subject.rsplit('.').next() else { return };
        self.running.cancel(id);
        if self.cancelled.len() == MAX_CANCELLED {
            self.cancelled.clear();
            for queue in &mut self.queues {
                queue.was_empty = false;
            }
        }
        self.cancelled.insert(id.to_owned());
    }

    /// Reports this worker to operators.
    async fn answer(&self, ping: Message) {
        let Some(reply) = delivery::valid_reply(&self.link, ping.payload.as_ref()) else { return };
        let queues: Vec<&str> = self.options.queues.iter().map(QueueName::as_str).collect();
        let about = json!({
            "worker": self.options.worker,
            "queues": queues,
            "concurrency": self.options.concurrency,
            "running": self.slots.used(),
        });
        let _ = self.link.publish(&reply, &about.to_string().into()).await;
    }

    async fn tick(&mut self) {
        for lease in self.ready.leases() {
            let _ = lease.renew().await;
        }
        for index in 0..self.queues.len() {
            if self.queues[index].forget_lost() {
                self.check(index, Duration::ZERO);
            }
        }
        for subject in [format!("{}*", self.prefix), self.link.namespace.cancel("*")] {
            if let Some(error) = self.link.inbox.refused(&subject) {
                self.ready.add(Err(error));
            }
        }
    }

    /// Returns the tasks that the worker has not started, and those that are still on their way.
    async fn close(&mut self, mut messages: Subscriber) {
        while let Some(next) = self.ready.take() {
            if let Ok(task) = next {
                let _ = task.give_back(Duration::ZERO).await;
            }
        }
        let drained = async {
            let _ = messages.drain().await;
            while let Some(message) = messages.next().await {
                if let Some(lease) = Lease::of(&self.link, &message, Duration::ZERO) {
                    let _ = lease.give_back(Duration::ZERO).await;
                }
            }
            let _ = self.link.client.flush().await;
        };
        let _ = timeout(DRAIN, drained).await;
    }
}

/// The queue and the pull in the last token of a subject.
fn parse(word: &str) -> Option<(usize, u64)> {
    let (index, number) = word.split_once('-')?;
    Some((index.parse().ok()?, number.parse().ok()?))
}
