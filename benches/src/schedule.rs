//! The order of the samples, and the process of each.
//!
//! The peers alternate, so that other load of the machine affects all of them. Rows that need a
//! pool in a certain state get a fresh process for each sample: this binary starts itself again
//! with [`SAMPLE`] as its first argument.

use crate::measure::{Figures, Metric};
use crate::peers::{MAX_THREADS, PeerId, Settings};
use crate::results::Results;
use crate::row::{Process, Row, Scale, prepare};
use crate::runtime::{Flavor, Runtime};
use crate::{alloc, system};
use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// The argument that makes the binary take one sample and print it.
pub const SAMPLE: &str = "--sample";

/// The samples to take.
#[derive(Debug)]
pub struct Plan {
    /// The rows.
    pub rows: Vec<Row>,
    /// The samples of each row for every peer.
    pub rounds: usize,
    /// The amount of work in each.
    pub scale: Scale,
}

/// Runs the plan; `progress` is called with the name of the next step.
///
/// # Errors
///
/// If a fresh process cannot be started, or fails.
pub fn run(plan: &Plan, mut progress: impl FnMut(Row, Flavor)) -> io::Result<Results> {
    for peer in PeerId::ALL {
        prepare(peer, Settings::default());
    }
    let mut results = Results::default();
    for flavor in Flavor::ALL {
        let runtime = Runtime::new(flavor, Settings::default());
        for row in plan.rows.iter().filter(|row| row.flavors.contains(&flavor)) {
            progress(*row, flavor);
            for _ in 0..plan.rounds {
                for peer in row.peers {
                    let figures = match row.process {
                        Process::Shared => in_line(*row, *peer, &runtime, plan.scale),
                        Process::Fresh { .. } => elsewhere(*row, *peer, flavor, plan.scale)?,
                    };
                    results.add(row.name, flavor, *peer, figures);
                }
            }
            if row.metrics.contains(&Metric::Allocations) {
                for peer in row.peers {
                    let figures = allocations(*row, *peer, &runtime, plan.scale);
                    results.add(row.name, flavor, *peer, figures);
                }
            }
        }
    }
    Ok(results)
}

fn in_line(row: Row, peer: PeerId, runtime: &Runtime, scale: Scale) -> Figures {
    wait_for_quiet();
    runtime.run(row.sample(peer, scale))
}

/// One more sample, which counts allocations and is not timed.
fn allocations(row: Row, peer: PeerId, runtime: &Runtime, scale: Scale) -> Figures {
    let counter = alloc::count();
    let mut figures = in_line(row, peer, runtime, scale);
    counter.stop();
    figures.retain(|(metric, _)| *metric == Metric::Allocations);
    figures
}

/// Waits until the threads of the previous sample have parked or ended.
fn wait_for_quiet() {
    let nap = Duration::from_millis(5);
    for _ in 0..40 {
        let before = system::process_cpu();
        thread::sleep(nap);
        let busy = before.zip(system::process_cpu());
        if busy.is_none_or(|(before, after)| after.saturating_sub(before) < nap / 20) {
            break;
        }
    }
}

/// Takes the sample in a fresh process.
fn elsewhere(row: Row, peer: PeerId, flavor: Flavor, scale: Scale) -> io::Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([SAMPLE, &serde_json::to_string(&(row.name, peer, flavor, scale))?]);
    if let Some(threads) = row.process.settings().threads {
        command.env(MAX_THREADS, threads.to_string());
    }
    let output = command.output()?;
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout)?);
    }
    let problem = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{} of {}: {}\n{problem}", row.name, peer.name(), output.status)))
}

/// Runs in the fresh process: takes the sample that its argument names, and prints the figures.
///
/// # Errors
///
/// If the argument names no sample.
pub fn sample(argument: &str) -> io::Result<()> {
    let (row, peer, flavor, scale): (String, PeerId, Flavor, Scale) =
        serde_json::from_str(argument)?;
    let row = Row::named(&row).ok_or_else(|| io::Error::other(format!("no row `{row}`")))?;
    let figures = match row.process {
        Process::Fresh { pinned: true, .. } if system::pin_to_one_core().is_none() => Vec::new(),
        process => {
            let runtime = Runtime::new(flavor, process.settings());
            system::expect_pool();
            prepare(peer, process.settings());
            runtime.run(row.sample(peer, scale))
        }
    };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}
