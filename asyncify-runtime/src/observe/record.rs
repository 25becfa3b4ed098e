//! Publishes snapshots through the `metrics` crate.
//!
//! The recorder is the user's code, so it is called without a lock.

use std::mem;
use std::sync::PoisonError;

use metrics::{Counter, Gauge, Label, counter, describe_counter, describe_gauge, gauge};

use super::instruments::{Instrument, Instruments, Read};
use super::snapshot::{Named, Snapshot};
use crate::pool::Quantiles;
use crate::sync::Mutex;

/// What was published last.
#[derive(Default)]
pub(super) struct Published(Mutex<Snapshot>);

impl Published {
    /// Publishes a snapshot, and sets the levels of what is no longer in it to 0.
    pub(super) fn publish(&self, snapshot: &Snapshot) {
        let all = snapshot.clone();
        let last = mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), all);
        publish(&last.pools, &snapshot.pools);
        publish(&last.limiters, &snapshot.limiters);
        publish(&last.groups, &snapshot.groups);
        #[cfg(all(feature = "process", target_os = "linux"))]
        publish(&last.process_pools, &snapshot.process_pools);
        #[cfg(all(feature = "remote", target_os = "linux"))]
        publish(&last.remote_workers, &snapshot.remote_workers);
        #[cfg(feature = "watchdog")]
        publish(&last.watchdogs, &snapshot.watchdogs);
    }
}

fn publish<M: Instruments>(last: &[Named<M>], now: &[Named<M>]) {
    if now.is_empty() && last.is_empty() {
        return;
    }
    M::ALL.iter().for_each(Instrument::describe);
    for ended in last.iter().filter(|last| now.iter().all(|now| now.name() != last.name())) {
        for instrument in M::ALL {
            instrument.publish(ended, Gauges::Zero);
        }
    }
    for named in now {
        for instrument in M::ALL {
            instrument.publish(named, Gauges::Level);
        }
    }
}

/// The value that gauges are set to.
#[derive(Clone, Copy)]
enum Gauges {
    Level,
    Zero,
}

impl Gauges {
    fn set(self, gauge: &Gauge, level: f64) {
        gauge.set(match self {
            Self::Level => level,
            Self::Zero => 0.0,
        });
    }
}

impl<M: Instruments> Instrument<M> {
    fn describe(&self) {
        match self.read {
            Read::Gauge(_) | Read::Quantiles(_) => {
                describe_gauge!(self.name, self.unit, self.description);
            }
            Read::Counter(_) | Read::Counters(..) => {
                describe_counter!(self.name, self.unit, self.description);
            }
        }
    }

    fn publish(&self, named: &Named<M>, gauges: Gauges) {
        let name = Label::new(M::LABEL, named.name.clone());
        let metrics = &named.metrics;
        match self.read {
            Read::Gauge(read) => {
                if let Some(level) = read(metrics) {
                    gauges.set(&gauge!(self.name, vec![name]), level);
                }
            }
            Read::Counter(read) => self.counter(vec![name]).absolute(read(metrics)),
            Read::Counters(label, values) => {
                for (value, read) in values {
                    let labels = vec![name.clone(), Label::from_static_parts(label, value)];
                    self.counter(labels).absolute(read(metrics));
                }
            }
            Read::Quantiles(read) => {
                for (quantile, seconds) in read(metrics).into_iter().flat_map(seconds) {
                    let labels = vec![name.clone(), Label::from_static_parts("quantile", quantile)];
                    gauges.set(&gauge!(self.name, labels), seconds);
                }
            }
        }
    }

    fn counter(&self, labels: Vec<Label>) -> Counter {
        counter!(self.name, labels)
    }
}

fn seconds(times: Quantiles) -> [(&'static str, f64); 5] {
    [
        ("0.5", times.p50),
        ("0.9", times.p90),
        ("0.99", times.p99),
        ("0.999", times.p999),
        ("1", times.max),
    ]
    .map(|(quantile, time)| (quantile, time.as_secs_f64()))
}
