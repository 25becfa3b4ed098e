//! The same round trip with procspawn and Python.

use std::process::Command;
use std::time::Duration;

use crate::report::median;

pub(crate) fn procspawn_round_trip(rounds: usize) -> Duration {
    let pool = procspawn::Pool::new(1).expect("a pool");
    let bytes = vec![7_u8; 16];
    let took = median(rounds, || {
        let call = procspawn::spawn!(in pool, (bytes.clone() => bytes) || bytes);
        assert_eq!(call.join().expect("an echo").len(), 16);
    });
    pool.shutdown();
    took
}

const PYTHON: &str = r"
import asyncio, concurrent.futures, statistics, time

def echo(value):
    return value

async def main():
    loop = asyncio.get_running_loop()
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        value = b'x' * 16
        took = []
        for _ in range(2200):
            began = time.perf_counter_ns()
            await loop.run_in_executor(pool, echo, value)
            took.append(time.perf_counter_ns() - began)
        print(int(statistics.median(took[200:])))

asyncio.run(main())
";

/// `None` if there is no Python.
pub(crate) fn python_round_trip() -> Option<Duration> {
    let output = Command::new("python3").args(["-c", PYTHON]).output().ok()?;
    let nanos = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_nanos(nanos))
}
