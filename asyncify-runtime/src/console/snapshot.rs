//! What the page shows, as JSON.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::observe::{Named, Registry};
use crate::pool::{PoolMetrics, Quantiles};
#[cfg(all(feature = "process", target_os = "linux"))]
use crate::process;
use crate::task::profile::{self, Function, Observation, Totals};

/// The most functions of a snapshot, those with the longest total run time.
const MAX_FUNCTIONS: usize = 200;

pub(super) fn take(registry: &Registry, observation: &Observation, opened: Instant) -> Value {
    let metrics = registry.snapshot();
    let profile = observation.snapshot();
    #[cfg_attr(
        not(any(feature = "watchdog", all(feature = "process", target_os = "linux"))),
        expect(unused_mut, reason = "nothing is added")
    )]
    let mut snapshot = json!({
        "program": program(),
        "pid": std::process::id(),
        "open_for": seconds(opened.elapsed()),
        "pools": list(&metrics.pools, pool),
        "limiters": list(&metrics.limiters, |limiter| json!({
            "limit": limiter.limit,
            "in_use": limiter.in_use,
            "available": limiter.available,
            "waiting": limiter.waiting,
        })),
        "groups": list(&metrics.groups, |group| json!({
            "groups": group.groups,
            "children": group.children,
            "spawned": group.spawned,
            "completed": group.completed,
            "cancelled": group.cancelled,
            "panicked": group.panicked,
            "rejected": group.rejected,
        })),
        "threads": threads(&profile.threads),
        "functions": functions(profile.functions),
        "other_functions": totals(&profile.others),
    });
    #[cfg(all(feature = "process", target_os = "linux"))]
    {
        snapshot["process_pools"] = list(&metrics.process_pools, process_pool);
        snapshot["workers"] = workers(registry);
    }
    #[cfg(feature = "watchdog")]
    {
        snapshot["watchdogs"] = list(&metrics.watchdogs, |watchdog| {
            json!({
                "stalled": watchdog.stalled,
                "stalls": watchdog.stalls,
                "total_stall_time": seconds(watchdog.total_stall_time),
            })
        });
        snapshot["stalls"] = stalls();
    }
    snapshot
}

/// The name of the running program, without its folder.
fn program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// Returns one object for each item, with its name.
fn list<M>(items: &[Named<M>], object: impl Fn(&M) -> Value) -> Value {
    let named = |item: &Named<M>| {
        let mut object = object(&item.metrics);
        object["name"] = item.name().into();
        object
    };
    items.iter().map(named).collect()
}

fn pool(pool: &PoolMetrics) -> Value {
    json!({
        "threads": pool.threads,
        "max_threads": pool.max_threads,
        "idle": pool.idle,
        "running": pool.running,
        "queued": pool.queued,
        "queue_capacity": pool.queue_capacity,
        "completed": pool.completed,
        "cancelled": pool.cancelled,
        "panicked": pool.panicked,
        "rejected": pool.rejected,
        "spawn_failures": pool.spawn_failures,
        "queue_wait": pool.queue_wait.as_ref().map(quantiles),
        "run_time": pool.run_time.as_ref().map(quantiles),
    })
}

fn quantiles(quantiles: &Quantiles) -> Value {
    json!({
        "count": quantiles.count,
        "p50": seconds(quantiles.p50),
        "p90": seconds(quantiles.p90),
        "p99": seconds(quantiles.p99),
        "p999": seconds(quantiles.p999),
        "max": seconds(quantiles.max),
    })
}

#[cfg(all(feature = "process", target_os = "linux"))]
fn process_pool(pool: &process::Metrics) -> Value {
    let process::Calls { completed, panicked, crashed, timed_out, cancelled, rejected, failed } =
        pool.calls;
    json!({
        "workers": pool.workers,
        "max_workers": pool.max_workers,
        "idle": pool.idle,
        "running": pool.running,
        "queued": pool.queued,
        "queue_capacity": pool.queue_capacity,
        "spawned": pool.spawned,
        "ended": pool.ended.total(),
        "spawn_failures": pool.spawn_failures,
        "retried": pool.retried,
        "completed": completed,
        "panicked": panicked,
        "crashed": crashed,
        "timed_out": timed_out,
        "cancelled": cancelled,
        "rejected": rejected,
        "failed": failed,
        "queue_wait": quantiles(&pool.queue_wait),
        "run_time": quantiles(&pool.run_time),
    })
}

/// The worker processes of all pools.
#[cfg(all(feature = "process", target_os = "linux"))]
fn workers(registry: &Registry) -> Value {
    let mut all = Vec::new();
    for pool in registry.process_workers() {
        for worker in &pool.metrics {
            all.push(json!({
                "pool": pool.name(),
                "pid": worker.pid,
                "memory": worker.memory,
                "function": worker.running.map(|(function, _)| function),
                "running_for": worker.running.map(|(_, time)| seconds(time)),
            }));
        }
    }
    all.into()
}

/// The threads that have run calls, those with the longest running call first.
fn threads(threads: &[profile::Thread]) -> Value {
    let mut threads: Vec<_> = threads.iter().collect();
    threads.sort_by_key(|thread| {
        (std::cmp::Reverse(thread.running.map(|(_, time)| time)), thread.name.clone())
    });
    let object = |thread: &profile::Thread| {
        json!({
            "name": thread.name.as_deref(),
            "function": thread.running.map(|(function, _)| function.name),
            "location": thread.running.and_then(|(function, _)| location(&function)),
            "running_for": thread.running.map(|(_, time)| seconds(time)),
        })
    };
    threads.into_iter().map(object).collect()
}

/// The functions with the longest total run time.
fn functions(mut functions: Vec<(Function, Totals)>) -> Value {
    functions.sort_by_key(|(function, totals)| {
        (std::cmp::Reverse(totals.run), function.name, function.location)
    });
    let object = |(function, sums): &(Function, Totals)| {
        let mut object = totals(sums);
        object["name"] = function.name.into();
        object["location"] = location(function).into();
        object
    };
    functions.iter().take(MAX_FUNCTIONS).map(object).collect()
}

fn location(function: &Function) -> Option<String> {
    function.location.map(|location| place(location.file(), location.line()))
}

fn place(file: impl fmt::Display, line: u32) -> String {
    format!("{file}:{line}")
}

fn totals(totals: &Totals) -> Value {
    json!({
        "calls": totals.calls,
        "wait": seconds(totals.wait),
        "wait_max": seconds(totals.wait_max),
        "run": seconds(totals.run),
        "run_max": seconds(totals.run_max),
    })
}

/// The last stalls, the newest first.
#[cfg(feature = "watchdog")]
fn stalls() -> Value {
    let object = |stall: crate::watchdog::RecentStall| {
        json!({
            "name": stall.name.as_deref(),
            "location": place(stall.location.file(), stall.location.line()),
            "thread": stall.thread.as_deref(),
            "activity": stall.activity.as_deref(),
            "ago": seconds(stall.since.elapsed()),
            "duration": seconds(stall.duration.unwrap_or_else(|| stall.since.elapsed())),
            "is_over": stall.duration.is_some(),
        })
    };
    crate::watchdog::recent_stalls().into_iter().rev().map(object).collect()
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
