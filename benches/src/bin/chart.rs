//! Draws the main rows of the last `compare` run. `README.md` says more.

use asyncify_benches::measure::Metric;
use asyncify_benches::peers::PeerId;
use asyncify_benches::results::Results;
use asyncify_benches::runtime::Flavor;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// The rows in which every pool has a figure, with a title that fits.
const ROWS: &[(&str, Metric, &str)] = &[
    ("together", Metric::Wall, "50,000 empty jobs awaited together, a job"),
    ("tasks", Metric::Wall, "50,000 empty jobs in a spawned task each, a job"),
    ("batches", Metric::Wall, "tokio's own benchmark, a job"),
    ("submitters-8", Metric::Wall, "8 tasks with a call after the other, a job"),
    ("submitters-64", Metric::Wall, "64 tasks with a call after the other, a job"),
    ("round-trip", Metric::RoundTrip, "one call after the other, median round trip"),
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

const WIDTH: i32 = 760;
const MARGIN: i32 = 16;
const HEADING: i32 = 22;
const BAR: i32 = 15;
const GAP: i32 = 12;
/// Where the bars begin, and the longest of them ends: names stand before, figures behind.
const BARS: (i32, i32) = (110, 680);

const OURS: RGBColor = RGBColor(0xd6, 0x45, 0x45);
const THEIRS: RGBColor = RGBColor(0x9a, 0xa5, 0xb1);

fn main() -> ExitCode {
    match draw(&Path::new(env!("CARGO_MANIFEST_DIR")).join("compare.svg")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chart: {error}; run `compare` first");
            ExitCode::FAILURE
        }
    }
}

/// One group of bars.
struct Group {
    title: &'static str,
    metric: Metric,
    bars: Vec<(PeerId, f64)>,
}

fn draw(path: &Path) -> Result<(), Box<dyn Error>> {
    let groups = groups(&Results::load(&Results::path())?);
    let scale = Scale::new(&groups).ok_or("the results have none of the rows")?;
    let depth: i32 = groups.iter().map(|group| group.depth() + GAP).sum();
    let height = depth + HEADING + GAP + 2 * MARGIN;
    let size = (u32::try_from(WIDTH)?, u32::try_from(height)?);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let title = "Time on the multi-thread runtime: less is better, logarithmic";
    text(&area, title, (MARGIN, MARGIN), 20)?;
    let mut top = MARGIN + HEADING + GAP;
    for group in &groups {
        group.draw(&area, &scale, top)?;
        top += group.depth() + GAP;
    }
    area.present()?;
    Ok(())
}

fn groups(results: &Results) -> Vec<Group> {
    let bars = |row, metric| {
        let figure = |peer| results.get(row, Flavor::MultiThread, peer, metric);
        POOLS.iter().filter_map(|peer| Some((*peer, figure(*peer)?))).collect()
    };
    ROWS.iter()
        .map(|(row, metric, title)| Group { title, metric: *metric, bars: bars(row, *metric) })
        .filter(|group| !group.bars.is_empty())
        .collect()
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type DrawResult<'a> =
    Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

impl Group {
    fn depth(&self) -> i32 {
        HEADING + BAR * i32::try_from(self.bars.len()).unwrap_or(i32::MAX / 2 / BAR)
    }

    fn draw<'a>(&self, area: &Area<'a>, scale: &Scale, top: i32) -> DrawResult<'a> {
        text(area, self.title, (MARGIN, top), 17)?;
        let mut top = top + HEADING;
        for (peer, figure) in &self.bars {
            let color = if *peer == PeerId::Asyncify { OURS } else { THEIRS };
            let end = scale.end_of(*figure);
            area.draw(&Rectangle::new([(BARS.0, top), (end, top + BAR - 3)], color.filled()))?;
            text(area, peer.name(), (MARGIN + 8, top), 15)?;
            text(area, &self.metric.show(*figure), (end + 6, top), 15)?;
            top += BAR;
        }
        Ok(())
    }
}

fn text<'a>(area: &Area<'a>, text: &str, at: (i32, i32), size: i32) -> DrawResult<'a> {
    area.draw(&Text::new(text, at, ("sans-serif", size).into_font()))
}

/// The length of the bars: the shortest is a twentieth, and each factor has the same length.
struct Scale {
    smallest: f64,
    largest: f64,
}

impl Scale {
    fn new(groups: &[Group]) -> Option<Self> {
        let figures = || groups.iter().flat_map(|group| &group.bars).map(|(_, figure)| *figure);
        let smallest = figures().reduce(f64::min)?;
        let largest = figures().reduce(f64::max)?;
        Some(Self { smallest, largest })
    }

    fn end_of(&self, figure: f64) -> i32 {
        let factors = (self.largest / self.smallest).ln().max(f64::MIN_POSITIVE);
        let part = (figure / self.smallest).ln() / factors;
        let length = f64::from(BARS.1 - BARS.0) * (0.05 + 0.95 * part);
        #[expect(clippy::cast_possible_truncation, reason = "a place within the picture")]
        let length = length.round() as i32;
        BARS.0 + length
    }
}
