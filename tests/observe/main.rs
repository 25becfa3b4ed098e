//! A registry publishes what everything in it does, to a real recorder: each value moves when the
//! pool, the limiter, the group, the process or the task does.
#![allow(clippy::float_cmp, reason = "counts")]

mod groups;
mod limiters;
mod pools;
mod process_pools;
mod remote_workers;
mod table;
mod watchdogs;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use asyncify_runtime::observe::Registry;
use asyncify_tests::until;
use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

asyncify_runtime::worker_test!();

/// What a recorder got: `name{label=value}`, with the value of the counter or gauge.
#[derive(Debug)]
struct Recorded(BTreeMap<String, f64>);

/// Publishes to a new recorder.
fn record(registry: &Registry) -> Recorded {
    let rows = rows(registry).into_iter();
    Recorded(rows.map(|row| (format!("{}{}", row.name, row.labels()), row.value)).collect())
}

impl Recorded {
    /// The value of a metric, without `asyncify.`, and with the label for its name left out.
    #[track_caller]
    fn get(&self, metric: &str) -> f64 {
        let found = self.find(metric);
        found.unwrap_or_else(|| panic!("no {metric} in {:#?}", self.0))
    }

    fn find(&self, metric: &str) -> Option<f64> {
        self.0.get(&format!("asyncify.{metric}")).copied()
    }

    /// The sum of the metrics with this beginning.
    fn sum(&self, beginning: &str) -> f64 {
        let all = self.0.iter().filter_map(|(metric, value)| {
            metric.strip_prefix("asyncify.")?.starts_with(beginning).then_some(value)
        });
        all.sum()
    }

    /// Asserts the values of metrics with this beginning, all at once.
    #[track_caller]
    fn assert<const N: usize>(&self, beginning: &str, expected: [(&str, u32); N]) {
        let found = expected.map(|(rest, _)| (rest, self.get(&format!("{beginning}{rest}"))));
        assert_eq!(found, expected.map(|(rest, value)| (rest, f64::from(value))));
    }
}

/// A metric that was recorded.
struct Row {
    kind: MetricKind,
    name: String,
    /// The label with the name in the registry comes first.
    labels: Vec<(String, String)>,
    unit: &'static str,
    description: String,
    value: f64,
}

impl Row {
    /// All labels but that with the name.
    fn labels(&self) -> String {
        let labels = self.labels[1..].iter().map(|(label, value)| format!("{label}={value}"));
        let labels: Vec<_> = labels.collect();
        if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) }
    }
}

/// All that is recorded, in this order. The process's own pools are left out.
fn rows(registry: &Registry) -> Vec<Row> {
    let recorder = DebuggingRecorder::new();
    metrics::with_local_recorder(&recorder, || registry.record());
    let all = recorder.snapshotter().snapshot().into_vec().into_iter();
    let rows = all.map(|(key, unit, description, value)| {
        let (kind, key) = key.into_parts();
        let text = |text: &str| text.to_owned();
        Row {
            kind,
            name: key.name().to_owned(),
            labels: key.labels().map(|label| (text(label.key()), text(label.value()))).collect(),
            unit: unit.expect("a unit").as_str(),
            description: description.expect("a description").into_owned(),
            value: match value {
                #[expect(clippy::cast_precision_loss, reason = "the values of tests are small")]
                DebugValue::Counter(value) => value as f64,
                DebugValue::Gauge(value) => value.0,
                DebugValue::Histogram(_) => panic!("no histogram is published"),
            },
        }
    });
    rows.filter(|row| !["global", "cpu"].contains(&&*row.labels[0].1)).collect()
}

/// A path that no other test uses; a function waits until the file is made.
struct Latch(PathBuf);

impl Latch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("asyncify-observe-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn open(&self) {
        fs::write(&self.0, "").expect("a file of its own");
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn wait_for(latch: &Path) {
    until("the file is there", || latch.exists());
}
