//! Every row runs, for every peer, and ends up in the tables.

use asyncify_benches::measure::Metric;
use asyncify_benches::results::Results;
use asyncify_benches::row::Row;
use std::process::Command;
use std::{env, fs, process};

#[test]
fn a_quick_run_has_a_figure_for_every_row_and_peer() {
    let file = env::temp_dir().join(format!("asyncify-compare-{}.json", process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["--quick", "--results"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results = Results::load(&file).unwrap();
    fs::remove_file(&file).unwrap();

    let report = String::from_utf8(output.stdout).unwrap();
    for row in Row::all() {
        assert!(report.contains(row.title), "{}", row.name);
        for flavor in row.flavors {
            for peer in row.peers {
                let has =
                    |metric: &Metric| results.get(row.name, *flavor, *peer, *metric).is_some();
                // CPU time, threads, switches and pinning are available only on Linux.
                let complete = row.metrics.iter().all(has) || !cfg!(target_os = "linux");
                assert!(complete, "{} of {}: {results:?}", row.name, peer.name());
            }
        }
    }
}

#[test]
fn what_is_not_known_is_refused() {
    let refused = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_compare")).args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(refused(&["togehter"]), "compare: no row `togehter`; see --help\n");
    assert_eq!(refused(&["--rounds"]), "compare: --rounds needs a value\n");
    assert_eq!(refused(&["--rounds", "0"]), "compare: --rounds needs a number above 0\n");
}
