//! The table of the documentation, compared with what is published.

use std::fmt::Write;

use asyncify_runtime::observe::Registry;
use asyncify_runtime::process::Pool;
use asyncify_runtime::remote::{Local, Worker};
use asyncify_runtime::{BlockingPool, Limiter, TaskGroup, Watchdog};
use expect_test::expect_file;
use metrics_util::MetricKind;

use crate::rows;

#[test]
fn the_documentation_has_every_metric() {
    let pool = BlockingPool::builder().queue_capacity(1).metrics(true).build().unwrap();
    let limiter = Limiter::new(1);
    let mut group = TaskGroup::<()>::new();
    let processes = Pool::builder().name("table").queue_capacity(1).build().unwrap();
    let worker = Worker::new(Local::new());
    let watchdog = Watchdog::new();
    let registry = Registry::new();
    registry.pool("table", &pool).limiter("table", &limiter).group("table", &mut group);
    registry.process_pool("table", &processes).remote_worker("table", &worker);
    registry.watchdog("table", &watchdog);

    let mut table =
        "| metric | kind | unit | labels | value |\n| --- | --- | --- | --- | --- |\n".to_owned();
    let rows = rows(&registry);
    for rows in rows.chunk_by(|first, second| first.name == second.name) {
        let row = &rows[0];
        let kind = match row.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let mut labels = format!("`{}`", row.labels[0].0);
        if let Some((label, _)) = row.labels.get(1) {
            let values = rows.iter().map(|row| format!("`{}`", row.labels[1].1));
            let values = values.collect::<Vec<_>>().join(", ");
            write!(labels, "; `{label}`: {values}").unwrap();
        }
        let (name, unit, value) = (&row.name, row.unit, &row.description);
        writeln!(table, "| `{name}` | {kind} | {unit} | {labels} | {value} |").unwrap();
    }
    expect_file!["../../asyncify-runtime/docs/metrics.md"].assert_eq(&table);
}
