//! Draws how calls spread: a panel for each condition, a lane for each row and peer.

use super::spread::Spread;
use asyncify_benches::measure::Metric;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

/// The drawn peers, from the top of a row to its bottom.
const PEERS: [(&str, RGBColor); 3] = [
    ("asyncify", RGBColor(0xd6, 0x45, 0x45)),
    ("blocking", RGBColor(0x4a, 0x74, 0xb5)),
    ("tokio", RGBColor(0x9a, 0xa5, 0xb1)),
];
/// As wide as a page of the guide.
const PANEL: (u32, u32) = (780, 640);
const FONT: &str = "sans-serif";

/// A condition's title and rows.
pub(crate) type Panel = (String, Vec<(String, Vec<Spread>)>);

/// Writes the drawing as SVG.
pub(crate) fn draw(panels: &[Panel], path: &Path) -> Result<(), Box<dyn Error>> {
    let size = (PANEL.0, 40 + u32::try_from(panels.len())? * PANEL.1);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let title = "Time of a call: p10 to p90 as a line, p50 and the longest as dots; logarithmic";
    let areas = area.titled(title, (FONT, 22))?.split_evenly((panels.len(), 1));
    for (area, panel) in areas.iter().zip(panels) {
        draw_panel(area, panel)?;
    }
    area.present()?;
    Ok(())
}

fn draw_panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    (title, rows): &Panel,
) -> Result<(), Box<dyn Error>> {
    let all = || rows.iter().flat_map(|(_, spreads)| spreads);
    let least = all().map(|spread| spread.quantile(0.1)).fold(f64::INFINITY, f64::min);
    let most = all().map(|spread| spread.quantile(1.0)).fold(0.0, f64::max);
    if !least.is_finite() || most <= least {
        return Ok(());
    }
    let height = i32::try_from(rows.len() * (PEERS.len() + 1))?;
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 18))
        .margin(8)
        .x_label_area_size(24)
        .y_label_area_size(240)
        .build_cartesian_2d((least * 0.8..most * 1.2).log_scale(), 0..height)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .x_labels(6)
        .x_label_formatter(&|time| Metric::Wall.show(*time))
        .label_style((FONT, 13))
        .draw()?;
    let label = (FONT, 13).into_text_style(area).pos(Pos::new(HPos::Right, VPos::Center));
    for (row, (name, spreads)) in rows.iter().enumerate() {
        let top = height - i32::try_from(row * (PEERS.len() + 1))?;
        let place = EmptyElement::at((least * 0.8, top - 2));
        chart.draw_series([place + Text::new(name.clone(), (-8, 0), label.clone())])?;
        for ((peer, color), lane) in PEERS.iter().zip((0..top).rev()) {
            let Some(spread) = spreads.iter().find(|spread| spread.peer() == *peer) else {
                continue;
            };
            let at = |part| (spread.quantile(part), lane);
            chart.draw_series([PathElement::new([at(0.1), at(0.9)], color.stroke_width(2))])?;
            chart.draw_series([
                Circle::new(at(0.5), 3, color.filled()),
                Circle::new(at(1.0), 1, color.filled()),
            ])?;
        }
    }
    for (index, (peer, color)) in PEERS.iter().enumerate() {
        let y = 12 + 14 * i32::try_from(index)?;
        area.draw(&Circle::new((12, y), 4, color.filled()))?;
        area.draw(&Text::new((*peer).to_owned(), (22, y - 7), (FONT, 13)))?;
    }
    Ok(())
}
