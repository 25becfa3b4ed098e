//! Draws the main rows of the last `compare` run. `README.md` says more.

use asyncify_benches::measure::Metric;
use asyncify_benches::peers::PeerId;
use asyncify_benches::results::Results;
use asyncify_benches::runtime::Flavor;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

/// The rows in which every pool has a figure, with a title short enough for the chart.
const ROWS: &[(&str, Metric, &str)] = &[
    ("together", Metric::Wall, "50,000 empty jobs awaited together, per job"),
    ("tasks", Metric::Wall, "50,000 empty jobs each in a spawned task, per job"),
    ("batches", Metric::Wall, "tokio's own benchmark, per job"),
    ("submitters-8", Metric::Wall, "8 tasks with sequential calls, per call"),
    ("submitters-64", Metric::Wall, "64 tasks with sequential calls, per call"),
    ("round-trip", Metric::RoundTrip, "sequential calls, median round trip"),
    (
        "burst",
        Metric::SubmitMean,
        "400 jobs of 5 ms arrive at once, mean cost of the submitting call",
    ),
];

const POOLS: &[PeerId] = &[
    PeerId::Asyncify,
    PeerId::Tokio,
    PeerId::Smol,
    PeerId::Rayon,
    PeerId::Affinity,
    PeerId::Threadpool,
];

const OURS: RGBColor = RGBColor(0xd6, 0x45, 0x45);
const THEIRS: RGBColor = RGBColor(0x9a, 0xa5, 0xb1);
const FONT: &str = "sans-serif";

/// The bars of a row, the first of them at the bottom.
struct Group {
    title: &'static str,
    metric: Metric,
    bars: Vec<(PeerId, f64)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let results = Results::load(&Results::path());
    let groups = groups(&results.map_err(|error| format!("{error}; run `compare` first"))?);
    let figures = || groups.iter().flat_map(|group| &group.bars).map(|(_, figure)| *figure);
    // The shortest bar is visible, too.
    let least = figures().reduce(f64::min).ok_or("the results have none of the rows")? / 2.0;
    let most = figures().fold(least, f64::max);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("compare.svg");
    let size = (760, 40 + 125 * u32::try_from(groups.len())?);
    let area = SVGBackend::new(&path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let title = "Time on the multi-thread runtime: less is better, logarithmic";
    let areas = area.titled(title, (FONT, 20))?.split_evenly((groups.len(), 1));
    for (area, Group { title, metric, bars }) in areas.iter().zip(&groups) {
        let mut chart = ChartBuilder::on(area)
            .caption(title, (FONT, 17))
            .margin(4)
            .y_label_area_size(150)
            .build_cartesian_2d((least..most).log_scale(), (0..bars.len()).into_segmented())?;
        let style = (FONT, 15).into_text_style(area).pos(Pos::new(HPos::Right, VPos::Center));
        chart.draw_series(bars.iter().enumerate().map(|(bar, (peer, figure))| {
            let label = format!("{}: {}", peer.name(), metric.show(*figure));
            let place = EmptyElement::at((least, SegmentValue::CenterOf(bar)));
            place + Text::new(label, (-8, 0), style.clone())
        }))?;
        chart.draw_series(bars.iter().enumerate().map(|(bar, (peer, figure))| {
            let color = if *peer == PeerId::Asyncify { OURS } else { THEIRS };
            let corners =
                [(least, SegmentValue::Exact(bar)), (*figure, SegmentValue::Exact(bar + 1))];
            let mut rectangle = Rectangle::new(corners, color.filled());
            rectangle.set_margin(1, 1, 0, 0);
            rectangle
        }))?;
    }
    area.present()?;
    Ok(())
}

fn groups(results: &Results) -> Vec<Group> {
    let bars = |row, metric| {
        let figure = |peer| results.get(row, Flavor::MultiThread, peer, metric);
        POOLS.iter().rev().filter_map(|peer| Some((*peer, figure(*peer)?))).collect()
    };
    ROWS.iter()
        .map(|(row, metric, title)| Group { title, metric: *metric, bars: bars(row, *metric) })
        .filter(|group| !group.bars.is_empty())
        .collect()
}
