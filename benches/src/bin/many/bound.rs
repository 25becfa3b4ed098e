//! Calls on a value of one thread: `ThreadBound`, and what crates such as tokio-rusqlite do, a
//! channel of closures to a thread and a oneshot channel back.

use asyncify_benches::system::process_cpu;
use asyncify_benches::turns::Sample;
use asyncify_benches::work::compute;
use asyncify_runtime::{DedicatedThread, ThreadBound};
use futures::future::join_all;
use std::sync::mpsc;
use std::time::Duration;
use std::{io, thread};
use tokio::sync::oneshot;

use crate::{Bench, each};

const CALLS: usize = 4_000;

/// About a look-up in a database in memory.
const WORK: Duration = Duration::from_micros(10);

type Message = Box<dyn FnOnce(&mut u64) + Send>;

/// The thread ends with its last handle.
#[derive(Clone)]
struct Actor(mpsc::Sender<Message>);

impl Actor {
    fn new() -> Self {
        let (sender, messages) = mpsc::channel::<Message>();
        thread::spawn(move || {
            let mut value = 0;
            for message in messages {
                message(&mut value);
            }
        });
        Self(sender)
    }

    async fn call<R: Send + 'static>(&self, f: impl FnOnce(&mut u64) -> R + Send + 'static) -> R {
        let (sender, receiver) = oneshot::channel();
        let message = move |value: &mut u64| drop(sender.send(f(value)));
        assert!(self.0.send(Box::new(message)).is_ok(), "the thread lives");
        receiver.await.expect("the thread answers")
    }
}

fn use_value(value: &mut u64, work: Duration) -> u64 {
    if !work.is_zero() {
        compute(work);
    }
    *value += 1;
    *value
}

pub(crate) fn tables(bench: &Bench) -> io::Result<String> {
    let actor = Actor::new();
    let value = ThreadBound::from_value(&DedicatedThread::new("bound")?, 0_u64);
    let mut tables = Vec::new();
    for (callers, work) in
        [(1, Duration::ZERO), (1, WORK), (8, Duration::ZERO), (8, WORK), (64, WORK)]
    {
        let calls = bench.items(CALLS).div_ceil(callers);
        let ours = || {
            let value = value.clone();
            all(callers, move || {
                let value = value.clone();
                async move {
                    for _ in 0..calls {
                        value.call(move |value| use_value(value, work)).await;
                    }
                }
            })
        };
        let theirs = || {
            let actor = actor.clone();
            all(callers, move || {
                let actor = actor.clone();
                async move {
                    for _ in 0..calls {
                        actor.call(move |value| use_value(value, work)).await;
                    }
                }
            })
        };
        let count = callers * calls;
        let what = if work.is_zero() { "nothing" } else { "10 us" };
        let title = format!("{callers} callers of a value that does {what}, a call");
        let show = |time: f64| format!("{time:.0} ns");
        let [ours_name, theirs_name] = ["`ThreadBound`", "two channels"];
        let ways = [(ours_name, bench.time(count, ours)), (theirs_name, bench.time(count, theirs))];
        tables.push(bench.table(&title, "time", ways, show));
        let ways = [(ours_name, cpu(bench, count, ours)), (theirs_name, cpu(bench, count, theirs))];
        tables.push(bench.table(&title, "CPU", ways, show));
    }
    Ok(tables.join("\n"))
}

/// Runs callers in tasks of their own.
async fn all<F>(callers: usize, mut caller: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for ended in join_all((0..callers).map(|_| tokio::spawn(caller()))).await {
        ended.expect("no panic");
    }
}

/// Takes the CPU time of futures that do `count` things.
fn cpu<'a, F>(bench: &'a Bench, count: usize, mut future: impl FnMut() -> F + 'a) -> Sample<'a>
where
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(move || {
        let future = future();
        let start = process_cpu();
        bench.runtime.run(future);
        start
            .zip(process_cpu())
            .map_or(f64::NAN, |(start, end)| each(end.saturating_sub(start), count))
    })
}
