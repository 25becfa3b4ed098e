//! The table of everything that is published: one row for each metric.

#[cfg(any(feature = "watchdog", all(feature = "process", target_os = "linux")))]
use std::time::Duration;

use metrics::Unit;

use super::GroupMetrics;
use crate::limit::LimiterMetrics;
use crate::pool::{PoolMetrics, Quantiles};
#[cfg(all(feature = "process", target_os = "linux"))]
use crate::process;
#[cfg(all(feature = "remote", target_os = "linux"))]
use crate::remote::WorkerMetrics;
#[cfg(feature = "watchdog")]
use crate::watchdog::WatchdogMetrics;

/// How a metric is published, and where its values are in `M`.
pub(super) struct Instrument<M: 'static> {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) description: &'static str,
    pub(super) read: Read<M>,
}

/// The value of a label, and the total that has it.
pub(super) type Value<M> = (&'static str, fn(&M) -> u64);

/// The kind of a metric, with a function for each of its values.
pub(super) enum Read<M: 'static> {
    /// A level. `None`: there is no such level, as that of a limit that is not set.
    Gauge(fn(&M) -> Option<f64>),
    /// A total.
    Counter(fn(&M) -> u64),
    /// A total for each value of a label.
    Counters(&'static str, &'static [Value<M>]),
    /// Levels by quantile, in seconds. `None`: they are not measured.
    Quantiles(fn(&M) -> Option<Quantiles>),
}

/// The metrics of one kind of source.
pub(super) trait Instruments: Sized + 'static {
    /// The label that has the name in the registry.
    const LABEL: &'static str;
    const ALL: &'static [Instrument<Self>];
}

impl Instruments for PoolMetrics {
    const LABEL: &'static str = "pool.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.pool.thread.count", "Threads that exist or are being spawned", |m| {
            level(m.threads)
        }),
        gauge("asyncify.pool.thread.limit", "The most threads there may be", |m| {
            level(m.max_threads)
        }),
        gauge("asyncify.pool.thread.idle", "Threads that wait for work", |m| level(m.idle)),
        gauge("asyncify.pool.thread.running", "Threads that run jobs", |m| level(m.running)),
        counter("asyncify.pool.thread.spawn_failures", "Threads that could not be spawned", |m| {
            m.spawn_failures
        }),
        gauge("asyncify.pool.queue.length", "Jobs in the queue", |m| level(m.queued)),
        gauge("asyncify.pool.queue.capacity", "Jobs that may be queued, if limited", |m| {
            m.queue_capacity.and_then(level)
        }),
        counters(
            "asyncify.pool.job.ended",
            "Jobs that have ended, by outcome",
            "outcome",
            &[
                ("completed", |m| m.completed),
                ("cancelled", |m| m.cancelled),
                ("panicked", |m| m.panicked),
                ("rejected", |m| m.rejected),
            ],
        ),
        quantiles("asyncify.pool.job.queue_wait", "Time of jobs in the queue", |m| m.queue_wait),
        quantiles("asyncify.pool.job.run_time", "Time of jobs on a thread", |m| m.run_time),
    ];
}

impl Instruments for LimiterMetrics {
    const LABEL: &'static str = "limiter.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.limiter.permit.limit", "The limit", |m| level(m.limit)),
        gauge("asyncify.limiter.permit.in_use", "Permits in use", |m| level(m.in_use)),
        gauge("asyncify.limiter.permit.available", "Permits that are available", |m| {
            level(m.available)
        }),
        gauge("asyncify.limiter.waiting", "Callers that wait for a permit", |m| level(m.waiting)),
    ];
}

impl Instruments for GroupMetrics {
    const LABEL: &'static str = "group.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.group.count", "Groups that exist", |m| level(m.groups)),
        gauge("asyncify.group.child.count", "Children that have not been joined", |m| {
            level(m.children)
        }),
        counter("asyncify.group.child.spawned", "Children that were spawned", |m| m.spawned),
        counters(
            "asyncify.group.child.ended",
            "Joined children, by outcome",
            "outcome",
            &[
                ("completed", |m| m.completed),
                ("cancelled", |m| m.cancelled),
                ("panicked", |m| m.panicked),
                ("rejected", |m| m.rejected),
            ],
        ),
    ];
}

#[cfg(all(feature = "process", target_os = "linux"))]
impl Instruments for process::Metrics {
    const LABEL: &'static str = "pool.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.process_pool.worker.count", "Worker processes that exist", |m| {
            level(m.workers)
        }),
        gauge("asyncify.process_pool.worker.limit", "The most workers there may be", |m| {
            level(m.max_workers)
        }),
        gauge("asyncify.process_pool.worker.idle", "Workers without a call", |m| level(m.idle)),
        gauge("asyncify.process_pool.worker.running", "Workers that run a call", |m| {
            level(m.running)
        }),
        counter("asyncify.process_pool.worker.spawned", "Processes that were started", |m| {
            m.spawned
        }),
        counter(
            "asyncify.process_pool.worker.spawn_failures",
            "Failed attempts to start a worker",
            |m| m.spawn_failures,
        ),
        counters(
            "asyncify.process_pool.worker.ended",
            "Processes that have ended, by reason",
            "reason",
            process::Ended::BY_REASON,
        ),
        gauge("asyncify.process_pool.queue.length", "Calls in the queue", |m| level(m.queued)),
        gauge(
            "asyncify.process_pool.queue.capacity",
            "Calls that may be queued, if limited",
            |m| m.queue_capacity.and_then(level),
        ),
        counters(
            "asyncify.process_pool.call.ended",
            "Calls that have ended, by outcome",
            "outcome",
            &[
                ("completed", |m| m.calls.completed),
                ("cancelled", |m| m.calls.cancelled),
                ("panicked", |m| m.calls.panicked),
                ("rejected", |m| m.calls.rejected),
                ("crashed", |m| m.calls.crashed),
                ("timed_out", |m| m.calls.timed_out),
                ("failed", |m| m.calls.failed),
            ],
        ),
        counter("asyncify.process_pool.call.retried", "Calls given to another worker", |m| {
            m.retried
        }),
        quantiles("asyncify.process_pool.call.queue_wait", "Time of calls in the queue", |m| {
            Some(m.queue_wait)
        }),
        quantiles("asyncify.process_pool.call.run_time", "Time of calls in a worker", |m| {
            Some(m.run_time)
        }),
        total(
            "asyncify.process_pool.call.total_queue_wait",
            "Total time of calls in the queue",
            |m| micros(m.total_queue_wait),
        ),
        total(
            "asyncify.process_pool.call.total_run_time",
            "Total time of calls in a worker",
            |m| micros(m.total_run_time),
        ),
        bytes(
            "asyncify.process_pool.io",
            "Encoded size of arguments and results",
            "direction",
            &[("in", |m| m.bytes_in), ("out", |m| m.bytes_out)],
        ),
    ];
}

#[cfg(all(feature = "remote", target_os = "linux"))]
impl Instruments for WorkerMetrics {
    const LABEL: &'static str = "worker.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.remote_worker.task.running", "Tasks that run", |m| level(m.running)),
        counter("asyncify.remote_worker.task.delivered", "Deliveries", |m| m.delivered),
        counters(
            "asyncify.remote_worker.task.ended",
            "Stored outcomes of tasks",
            "outcome",
            &[
                ("completed", |m| m.done.completed),
                ("cancelled", |m| m.done.cancelled),
                ("panicked", |m| m.done.panicked),
                ("crashed", |m| m.done.crashed),
                ("timed_out", |m| m.done.timed_out),
                ("expired", |m| m.done.expired),
                ("unknown", |m| m.done.unknown),
                ("failed", |m| m.done.failed),
            ],
        ),
        counter("asyncify.remote_worker.task.retried", "Attempts that will be repeated", |m| {
            m.retried
        }),
        counter("asyncify.remote_worker.task.dead", "Tasks that have failed for good", |m| m.dead),
        counter("asyncify.remote_worker.task.lost", "Deliveries whose lease was lost", |m| m.lost),
        counter("asyncify.remote_worker.pull_errors", "Pulls that have failed", |m| m.pull_errors),
        total("asyncify.remote_worker.task.total_run_time", "Total time of attempts", |m| {
            micros(m.total_run_time)
        }),
    ];
}

#[cfg(feature = "watchdog")]
impl Instruments for WatchdogMetrics {
    const LABEL: &'static str = "watchdog.name";
    const ALL: &'static [Instrument<Self>] = &[
        gauge("asyncify.watchdog.thread.stalled", "Threads blocked by a reported stall", |m| {
            level(m.stalled)
        }),
        counter("asyncify.watchdog.stalls", "Stalls that were reported", |m| m.stalls),
        total("asyncify.watchdog.total_stall_time", "Total length of stalls that are over", |m| {
            micros(m.total_stall_time)
        }),
    ];
}

const fn gauge<M>(
    name: &'static str,
    description: &'static str,
    read: fn(&M) -> Option<f64>,
) -> Instrument<M> {
    Instrument { name, unit: Unit::Count, description, read: Read::Gauge(read) }
}

const fn counter<M>(
    name: &'static str,
    description: &'static str,
    read: fn(&M) -> u64,
) -> Instrument<M> {
    Instrument { name, unit: Unit::Count, description, read: Read::Counter(read) }
}

/// A total time. Microseconds, as counters are integers.
#[cfg(any(feature = "watchdog", all(feature = "process", target_os = "linux")))]
const fn total<M>(
    name: &'static str,
    description: &'static str,
    read: fn(&M) -> u64,
) -> Instrument<M> {
    Instrument { name, unit: Unit::Microseconds, description, read: Read::Counter(read) }
}

#[cfg(all(feature = "process", target_os = "linux"))]
const fn bytes<M>(
    name: &'static str,
    description: &'static str,
    label: &'static str,
    values: &'static [Value<M>],
) -> Instrument<M> {
    Instrument { name, unit: Unit::Bytes, description, read: Read::Counters(label, values) }
}

const fn counters<M>(
    name: &'static str,
    description: &'static str,
    label: &'static str,
    values: &'static [Value<M>],
) -> Instrument<M> {
    Instrument { name, unit: Unit::Count, description, read: Read::Counters(label, values) }
}

const fn quantiles<M>(
    name: &'static str,
    description: &'static str,
    read: fn(&M) -> Option<Quantiles>,
) -> Instrument<M> {
    Instrument { name, unit: Unit::Seconds, description, read: Read::Quantiles(read) }
}

#[expect(clippy::cast_precision_loss, clippy::unnecessary_wraps, reason = "gauges are `f64`")]
fn level(count: usize) -> Option<f64> {
    Some(count as f64)
}

#[cfg(any(feature = "watchdog", all(feature = "process", target_os = "linux")))]
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
