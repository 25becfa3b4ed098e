//! Deliveries of a local engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::store::{LeaseEnd, Pulled, later};
use super::{Shared, pull};
use crate::error::Error;
use crate::remote::engine::{BoxFuture, Deliveries, Delivery, Settlement};
use crate::remote::envelope::Envelope;
use crate::remote::names::QueueName;

pub(super) struct LocalDeliveries {
    shared: Arc<Shared>,
    queues: Vec<QueueName>,
    /// The queue that is looked at first, so that each has its turn.
    first: usize,
}

impl LocalDeliveries {
    pub(super) fn new(shared: Arc<Shared>, queues: Vec<QueueName>) -> Self {
        Self { shared, queues, first: 0 }
    }
}

impl Deliveries for LocalDeliveries {
    fn next(&mut self) -> BoxFuture<'_, Result<Box<dyn Delivery>, Error>> {
        Box::pin(async move {
            let Self { shared, queues, first } = self;
            let pulled = pull(shared, |store, now| {
                let (before, from_first) = queues.split_at(*first);
                from_first.iter().chain(before).find_map(|queue| store.pull(queue, now))
            })
            .await;
            *first = (*first + 1) % queues.len();
            let shared = shared.clone();
            Ok(Box::new(LocalDelivery { shared, pulled }) as Box<dyn Delivery>)
        })
    }

    /// Nothing is pulled ahead.
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

struct LocalDelivery {
    shared: Arc<Shared>,
    pulled: Pulled,
}

impl LocalDelivery {
    fn renew(&self, until: Option<Instant>) -> BoxFuture<'_, Result<(), Error>> {
        let Pulled { envelope, ticket, .. } = &self.pulled;
        let renewed = self.shared.store().renew(&envelope.id, *ticket, until);
        Box::pin(std::future::ready(renewed))
    }

    fn give_back(&self, end: LeaseEnd) {
        let Pulled { envelope, ticket, .. } = &self.pulled;
        let changed = self.shared.store().give_back(&envelope.id, *ticket, end);
        if changed.is_queued {
            self.shared.queued.notify_all();
        }
    }

    fn settle_now(&self, how: &Settlement) -> Result<(), Error> {
        let now = Instant::now();
        let (outcome, is_dead) = match how {
            Settlement::Complete(outcome) => (outcome, false),
            Settlement::Dead(outcome) => (outcome, true),
            Settlement::Retry { after } => {
                self.give_back(LeaseEnd::Retry(later(now, *after)));
                return Ok(());
            }
            Settlement::GiveBack => {
                self.give_back(LeaseEnd::NotBegun);
                return Ok(());
            }
        };
        let id = &self.pulled.envelope.id;
        let settled = self.shared.store().settle(id, outcome, is_dead, now);
        settled?.notify();
        Ok(())
    }
}

impl Delivery for LocalDelivery {
    fn envelope(&self) -> &Envelope {
        &self.pulled.envelope
    }

    fn attempt(&self) -> u32 {
        self.pulled.attempt
    }

    fn lease(&self) -> Duration {
        self.shared.config.lease
    }

    fn progress(&self) -> BoxFuture<'_, Result<(), Error>> {
        self.renew(Some(later(Instant::now(), self.shared.config.lease)))
    }

    fn cancelled(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pulled.cancelled.cancelled())
    }

    fn acknowledge(&self) -> BoxFuture<'_, Result<(), Error>> {
        self.renew(None)
    }

    fn settle<'a>(&'a self, how: &'a Settlement) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(self.settle_now(how)))
    }
}

impl Drop for LocalDelivery {
    /// Without a settlement its lease ends at once.
    fn drop(&mut self) {
        self.give_back(LeaseEnd::Dropped);
    }
}
