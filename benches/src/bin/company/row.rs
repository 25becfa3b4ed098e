//! The rows: the calls, and the number of callers.

use crate::spread::Sample;
use asyncify_benches::measure::{Times, count, nanoseconds};
use asyncify_benches::peers::{Asyncify, Peer, Settings, Smol, Tokio};
use asyncify_benches::runtime::{Flavor, Runtime};
use asyncify_benches::system;
use asyncify_benches::work::compute;
use futures::future::{BoxFuture, join_all};
use std::time::{Duration, Instant};

/// Calls of a sample that callers share.
const CALLS: usize = 480;

#[derive(Clone, Copy)]
pub(crate) struct Row {
    flavor: Flavor,
    load: Load,
}

#[derive(Clone, Copy)]
enum Load {
    /// Tasks that make sequential empty calls; the time of a call.
    Callers(usize),
    /// One caller that computes between its calls; the time that a call adds.
    Working(Duration),
    /// A ticker with a period of a millisecond beside eight callers; its lateness at p99.
    Ticker,
    /// 32 calls at once, every millisecond; the time until all are done.
    Bursts,
    /// Eight callers whose jobs compute for 1 to 50 us; the time of a call.
    Mixed,
}

/// A pool and the function that is called.
#[derive(Clone, Copy)]
enum Way {
    Tokio,
    Smol,
    OursSpawned,
    OursCalled,
}

impl Way {
    const ALL: [Self; 4] = [Self::Tokio, Self::Smol, Self::OursSpawned, Self::OursCalled];

    fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Smol => "blocking",
            Self::OursSpawned => "asyncify, spawned",
            Self::OursCalled => "asyncify",
        }
    }

    /// A call that computes for this long.
    fn call(self, time: Duration) -> BoxFuture<'static, ()> {
        let job = move || {
            if !time.is_zero() {
                compute(time);
            }
        };
        match self {
            Self::Tokio => Box::pin(Tokio.call(job)),
            Self::Smol => Box::pin(Smol.call(job)),
            Self::OursSpawned => Box::pin(Asyncify.spawn(job)),
            Self::OursCalled => Box::pin(Asyncify.call(job)),
        }
    }
}

impl Row {
    pub(crate) fn all() -> Vec<Self> {
        let callers = [1, 2, 3, 4, 8, 16, 64].map(Load::Callers);
        let working = [2, 5, 10, 20].map(|micros| Load::Working(Duration::from_micros(micros)));
        let loads = callers.into_iter().chain(working);
        let loads: Vec<_> = loads.chain([Load::Ticker, Load::Bursts, Load::Mixed]).collect();
        Flavor::ALL
            .into_iter()
            .flat_map(|flavor| loads.iter().map(move |load| Self { flavor, load: *load }))
            .collect()
    }

    pub(crate) fn name(self) -> String {
        let load = match self.load {
            Load::Callers(1) => "1 caller".to_owned(),
            Load::Callers(callers) => format!("{callers} callers"),
            Load::Working(time) => format!("1 caller, {} us between", time.as_micros()),
            Load::Ticker => "a ticker's lateness, p99".to_owned(),
            Load::Bursts => "32 calls a millisecond".to_owned(),
            Load::Mixed => "8 callers, jobs of 1 to 50 us".to_owned(),
        };
        format!("{}, {load}", self.flavor.name())
    }

    /// Ready to take samples.
    pub(crate) fn prepare(self) -> Bench {
        let bench = Bench { row: self, runtime: Runtime::new(self.flavor, Settings::default()) };
        for way in Way::ALL {
            bench.runtime.run(async move { way.call(Duration::ZERO).await });
        }
        bench
    }

    async fn run(self, way: Way) -> f64 {
        match self.load {
            Load::Callers(callers) => callers_of(way, callers, |_| Duration::ZERO).await,
            Load::Mixed => {
                callers_of(way, 8, |call| Duration::from_micros([1, 2, 5, 10, 20, 50][call % 6]))
                    .await
            }
            Load::Working(time) => {
                let start = Instant::now();
                let mut own = Duration::ZERO;
                for _ in 0..CALLS / 4 {
                    let start = Instant::now();
                    compute(time);
                    own += start.elapsed();
                    way.call(Duration::ZERO).await;
                }
                nanoseconds(start.elapsed().saturating_sub(own)) / count(CALLS / 4)
            }
            Load::Ticker => ticker(way).await,
            Load::Bursts => {
                let mut times = Times::new();
                let mut tick = tokio::time::interval(Duration::from_millis(1));
                for _ in 0..16 {
                    tick.tick().await;
                    let start = Instant::now();
                    join_all((0..32).map(|_| way.call(Duration::ZERO))).await;
                    times.record(start.elapsed());
                }
                times.mean()
            }
        }
    }
}

/// The time of a call, by this number of tasks that make sequential calls.
async fn callers_of(
    way: Way,
    callers: usize,
    job: impl Fn(usize) -> Duration + Copy + Send + 'static,
) -> f64 {
    let start = Instant::now();
    let calls = CALLS.div_ceil(callers);
    let tasks = (0..callers).map(|_| {
        tokio::spawn(async move {
            for call in 0..calls {
                way.call(job(call)).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    nanoseconds(start.elapsed()) / count(calls * callers)
}

/// The lateness at p99 of a ticker with a period of a millisecond, while eight tasks call.
async fn ticker(way: Way) -> f64 {
    let callers = tokio::spawn(async move {
        let until = Instant::now() + Duration::from_millis(30);
        join_all((0..8).map(|_| {
            tokio::spawn(async move {
                while Instant::now() < until {
                    way.call(Duration::ZERO).await;
                }
            })
        }))
        .await;
    });
    let mut late = Times::new();
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    for _ in 0..30 {
        let due = tick.tick().await;
        late.record(tokio::time::Instant::now().saturating_duration_since(due));
    }
    callers.await.expect("no panic");
    late.quantile(0.99)
}

/// A row with its runtime.
pub(crate) struct Bench {
    row: Row,
    runtime: Runtime,
}

impl Bench {
    /// One sample of each peer.
    pub(crate) fn round(&mut self) -> [Sample; 4] {
        Way::ALL.map(|way| {
            let cpu = system::process_cpu();
            let start = Instant::now();
            let row = self.row;
            let time = self.runtime.run(async move { row.run(way).await });
            let cpu = cpu.zip(system::process_cpu()).map(|(start, end)| end.saturating_sub(start));
            // Per wall time, because the rows count different things.
            let share = cpu.map(|cpu| cpu.div_duration_f64(start.elapsed()));
            let cpu = share.map_or(f64::NAN, |share| share * time);
            Sample { row: row.name(), peer: way.name().to_owned(), time, cpu }
        })
    }
}
