//! Draws the main rows of the last `compare` run. `README.md` says more.

use asyncify_benches::measure::Metric;
use asyncify_benches::peers::PeerId;
use asyncify_benches::results::Results;
use asyncify_benches::runtime::Flavor;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// What is drawn: the rows whose figures all pools can be asked for, with a short title.
const ROWS: &[(&str, Metric, &str)] = &[
    ("together", Metric::Wall, "50,000 empty jobs awaited together"),
    ("tasks", Metric::Wall, "50,000 empty jobs, a task each"),
    ("batches", Metric::Wall, "tokio's own benchmark"),
    ("submitters-8", Metric::Wall, "8 sequential submitters"),
    ("submitters-64", Metric::Wall, "64 sequential submitters"),
    ("round-trip", Metric::RoundTrip, "round trip, median"),
    ("burst", Metric::SubmitMean, "submitting call in a burst, mean"),
];

const POOLS: &[(PeerId, RGBColor)] = &[
    (PeerId::Tokio, RGBColor(0x9a, 0xa5, 0xb1)),
    (PeerId::Smol, RGBColor(0x7b, 0x87, 0x94)),
    (PeerId::Rayon, RGBColor(0xb8, 0xc4, 0xce)),
    (PeerId::Affinity, RGBColor(0xcb, 0xd2, 0xd9)),
    (PeerId::Threadpool, RGBColor(0x61, 0x6e, 0x7c)),
    (PeerId::Asyncify, RGBColor(0xd6, 0x45, 0x45)),
];

/// One bar's height, and the gap between two rows.
const BAR: u32 = 11;
const GAP: u32 = 18;
const WIDTH: u32 = 860;

fn main() -> ExitCode {
    match draw(&Path::new(env!("CARGO_MANIFEST_DIR")).join("compare.svg")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chart: {error}; run `compare` first");
            ExitCode::FAILURE
        }
    }
}

fn draw(path: &Path) -> Result<(), Box<dyn Error>> {
    let results = Results::load(&Results::path())?;
    let rows: Vec<_> = ROWS
        .iter()
        .map(|(row, metric, title)| {
            let figures = POOLS.iter().map(|(peer, _)| {
                results.get(row, Flavor::MultiThread, *peer, *metric).map(|ns| ns / 1e3)
            });
            (*title, figures.collect::<Vec<_>>())
        })
        .filter(|(_, figures)| figures.iter().any(Option::is_some))
        .collect();
    let figures = || rows.iter().flat_map(|(_, figures)| figures).flatten().copied();
    let smallest = figures().fold(f64::INFINITY, f64::min) / 2.0;
    let largest = figures().fold(0.0, f64::max) * 2.0;
    if smallest >= largest {
        return Err("the results have none of the rows".into());
    }

    let bars = u32::try_from(POOLS.len())?;
    let row_height = bars * BAR + GAP;
    let depth = row_height * u32::try_from(rows.len())?;
    let area = SVGBackend::new(path, (WIDTH, depth + 110)).into_drawing_area();
    area.fill(&WHITE)?;
    let depth = i32::try_from(depth)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "microseconds a job, multi-thread runtime (log scale, less is better)",
            ("sans-serif", 16),
        )
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(230)
        .build_cartesian_2d((smallest..largest).log_scale(), depth..0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .y_labels(0)
        .x_label_formatter(&|micros| format!("{micros}"))
        .draw()?;
    for (index, (peer, color)) in POOLS.iter().enumerate() {
        let bar = |(row, (_, figures)): (usize, &(_, Vec<Option<f64>>))| {
            let top =
                top_of(row, row_height) + i32::try_from(u32::try_from(index).ok()? * BAR).ok()?;
            let bottom = top + i32::try_from(BAR).ok()? - 2;
            Some(Rectangle::new([(smallest, top), (figures[index]?, bottom)], color.filled()))
        };
        chart
            .draw_series(rows.iter().enumerate().filter_map(bar))?
            .label(peer.name())
            .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
    }
    for (row, (title, _)) in rows.iter().enumerate() {
        let middle = top_of(row, row_height) + i32::try_from(bars * BAR / 2)?;
        let (_, y) = chart.backend_coord(&(smallest, middle));
        area.draw(&Text::new(*title, (14, y - 7), ("sans-serif", 13).into_font()))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.2))
        .label_font(("sans-serif", 13))
        .draw()?;
    area.present()?;
    Ok(())
}

/// Where a row begins on the chart's y axis.
fn top_of(row: usize, row_height: u32) -> i32 {
    i32::try_from(row).unwrap_or(0) * i32::try_from(row_height).unwrap_or(0)
}
