//! Failures a thousand times, and at random times.

use std::time::Duration;

use asyncify_process_tests::outside::{children, descriptors};
use asyncify_process_tests::tasks;
use asyncify_runtime::process::{Pool, ProcessError};
use asyncify_runtime::{Error, Shutdown};
use futures::future::{FutureExt, join_all};
use rustix::process::Signal;

use crate::{balanced, cases, finish, one};

cases![
    a_thousand_crashes_leave_nothing,
    a_thousand_time_outs_race_with_answers,
    drops_at_random_times_leave_nothing,
    kills_at_random_times_fail_at_most_their_calls,
    pools_dropped_at_random_times_leave_nothing,
];

/// Many at a time, so that some run while others wait for a core.
const WORKERS: usize = 8;

async fn a_thousand_crashes_leave_nothing() {
    let pool = Pool::builder().name("crashes").max_workers(WORKERS).build().unwrap();
    tasks::add(&pool, 1, 1).await.unwrap();
    let before = descriptors();
    for _ in 0..1000 / WORKERS {
        let codes = 1..=i32::try_from(WORKERS).unwrap();
        let results = join_all(codes.clone().map(|code| tasks::exit(&pool, code))).await;
        for (code, result) in codes.zip(results) {
            assert_eq!(tasks::crash(result.unwrap_err()).code, Some(code));
        }
    }
    tasks::add(&pool, 1, 1).await.unwrap();
    let after = descriptors();
    assert!(after <= before + 5 * WORKERS, "{before} before, {after} after");
    assert!(children(std::process::id()).len() <= WORKERS);
    balanced(&pool);
    let metrics = finish(pool).await;
    assert_eq!((metrics.ended.crashed, metrics.calls.crashed), (1000, 1000));
}

/// The deadline and the answer at the same time: either may come first.
async fn a_thousand_time_outs_race_with_answers() {
    let builder =
        Pool::builder().name("deadline").max_workers(WORKERS).timeout(Duration::from_millis(2));
    let pool = builder.build().unwrap();
    let (mut in_time, mut late) = (0, 0);
    for round in 0..1000 / WORKERS as u64 {
        let calls = (0..WORKERS).map(|_| tasks::sleep(&pool, 1 + round % 2));
        for result in join_all(calls).await {
            match result {
                Ok(_) => in_time += 1,
                Err(Error::Process(ProcessError::TimedOut { .. })) => late += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    let metrics = finish(pool).await;
    assert_eq!((metrics.calls.completed, metrics.calls.timed_out), (in_time, late));
    assert!(late > 0, "none was late");
}

/// A random number generator with a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Spins for a time that is too short to sleep.
    fn spin(&mut self, micros: u64) {
        let moment = Duration::from_micros(self.below(micros));
        let began = std::time::Instant::now();
        while began.elapsed() < moment {
            std::hint::spin_loop();
        }
    }
}

async fn drops_at_random_times_leave_nothing() {
    let pool = Pool::builder().name("drops").max_workers(2).build().unwrap();
    let mut random = Random(7);
    for round in 0..1000 {
        let mut call = Box::pin(tasks::add(&pool, round, round));
        if call.as_mut().now_or_never().is_none() {
            random.spin(300);
        }
        drop(call);
    }
    assert_eq!(tasks::add(&pool, 1, 1).await, Ok(2));
    finish(pool).await;
}

async fn kills_at_random_times_fail_at_most_their_calls() {
    let pool = Pool::builder().name("kills").max_workers(WORKERS).build().unwrap();
    let mut random = Random(11);
    let (mut returned, mut crashed) = (0, 0);
    for round in 0..600 / WORKERS as u64 {
        let calls = (0..2 * WORKERS as u64).map(|n| tokio::spawn(tasks::add(&pool, round, n)));
        let calls = join_all(calls);
        random.spin(200);
        for child in children(std::process::id()) {
            // The id of one that has exited is not reused before this process reaps it.
            let pid = rustix::process::Pid::from_raw(child.try_into().unwrap()).unwrap();
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        for result in calls.await {
            match result.unwrap() {
                Ok(_) => returned += 1,
                Err(Error::Process(ProcessError::Crashed(crash))) => {
                    assert_eq!(crash.signal, Some(9));
                    crashed += 1;
                }
                Err(Error::Process(ProcessError::Start { .. })) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    balanced(&pool);
    let metrics = finish(pool).await;
    assert_eq!((metrics.calls.completed, metrics.calls.crashed), (returned, crashed));
}

async fn pools_dropped_at_random_times_leave_nothing() {
    let pools = (0..WORKERS as u64).map(|seed| drop_pools(200 / WORKERS, Random(13 + seed)));
    join_all(pools).await;
}

async fn drop_pools(rounds: usize, mut random: Random) {
    for round in 0..rounds {
        let pool = one().min_idle(1).build().unwrap();
        let mut call = Box::pin(tasks::add(&pool, 1, 1));
        let ended = call.as_mut().now_or_never();
        random.spin(2000);
        let how = if round % 2 == 0 { Shutdown::Drain } else { Shutdown::Discard };
        pool.shutdown(how).await;
        balanced(&pool);
        assert_eq!(pool.metrics().workers, 0);
        let result = match ended {
            Some(result) => result,
            None => call.await,
        };
        match how {
            Shutdown::Drain => assert_eq!(result, Ok(2)),
            Shutdown::Discard => {
                assert!(matches!(result, Ok(2) | Err(Error::ShutDown)), "{result:?}");
            }
        }
    }
}
