//! Figures as SVG files: what the program measured, drawn for the documents.

mod bitmap;
pub mod centroids;
pub mod matrix;
pub mod plot;

use std::path::Path;

use plotters::{coord::ranged1d::ValueFormatter, prelude::*};

use super::export::{ExportError, written_beside};
use bitmap::{Drawn, use_font};

/// Two samples of one quantity, drawn over each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What it is, with its unit.
    pub title: String,
    /// What the tests say of it.
    pub note: String,
    /// The two samples.
    pub samples: [Vec<f64>; 2],
}

/// Panels in a row.
const COLUMNS: usize = 3;
/// Size of a panel, points.
const PANEL: [u32; 2] = [330, 250];
/// Height of the title line, points.
const HEAD: u32 = 44;
/// Bars of a histogram.
const BINS: usize = 28;
/// Share of each tail that lies outside of the plot.
const TAIL: f64 = 0.01;
/// Blue and vermilion of Okabe & Ito.
const COLORS: [RGBColor; 2] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0)];

/// Writes normalised histograms, a panel for each quantity, beside and renamed.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_comparisons(
    path: &Path,
    names: [&str; 2],
    comparisons: &[Comparison],
) -> Result<(), ExportError> {
    written_beside(path, |beside| {
        let mut svg = String::new();
        draw(&mut svg, names, comparisons).map_err(|error| error.to_string())?;
        std::fs::write(beside, svg).map_err(|error| error.to_string())
    })
}

fn draw(svg: &mut String, names: [&str; 2], comparisons: &[Comparison]) -> Drawn<()> {
    use_font()?;
    let columns = comparisons.len().clamp(1, COLUMNS);
    let rows = comparisons.len().div_ceil(columns).max(1);
    let size = (PANEL[0] * columns as u32, PANEL[1] * rows as u32 + HEAD);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, body) = root.split_vertically(HEAD);
    for (at, (name, color)) in names.iter().zip(COLORS).enumerate() {
        let x = 20 + 300 * at as i32;
        head.draw(&Rectangle::new(
            [(x, 16), (x + 22, 30)],
            color.mix(0.5).filled(),
        ))?;
        head.draw(&Text::new(
            (*name).to_owned(),
            (x + 30, 14),
            ("sans-serif", 17),
        ))?;
    }
    for (area, comparison) in body.split_evenly((rows, columns)).iter().zip(comparisons) {
        panel(area, comparison)?;
    }
    root.present()?;
    Ok(())
}

fn panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, plotters::coord::Shift>,
    comparison: &Comparison,
) -> Drawn<()>
where
    DB::ErrorType: 'static,
{
    let Some(range) = range_of(&comparison.samples) else {
        let text = format!("{}: no values", comparison.title);
        area.draw(&Text::new(text, (10, 10), ("sans-serif", 14)))?;
        return Ok(());
    };
    let shares = comparison
        .samples
        .each_ref()
        .map(|sample| shares(sample, range));
    let highest = shares.iter().flatten().copied().fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .caption(&comparison.title, ("sans-serif", 15))
        .x_label_area_size(40)
        .y_label_area_size(38)
        .build_cartesian_2d(range[0]..range[1], 0.0..highest * 1.15)?;
    mesh(&mut chart, &comparison.note)?;
    let step = (range[1] - range[0]) / BINS as f64;
    for (shares, color) in shares.iter().zip(COLORS) {
        let bar = |(at, share): (usize, &f64)| {
            let x = range[0] + step * at as f64;
            Rectangle::new([(x, 0.0), (x + step, *share)], color.mix(0.35).filled())
        };
        chart.draw_series(shares.iter().enumerate().map(bar))?;
        let outline = shares.iter().enumerate().flat_map(|(at, share)| {
            let x = range[0] + step * at as f64;
            [(x, *share), (x + step, *share)]
        });
        chart.draw_series(LineSeries::new(outline, color.stroke_width(2)))?;
    }
    Ok(())
}

fn mesh<DB: DrawingBackend, X, Y>(
    chart: &mut ChartContext<'_, DB, Cartesian2d<X, Y>>,
    note: &str,
) -> Drawn<()>
where
    DB::ErrorType: 'static,
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(note)
        .y_desc("share")
        .x_labels(6)
        .y_labels(4)
        .label_style(("sans-serif", 12))
        .axis_desc_style(("sans-serif", 12))
        .draw()?;
    Ok(())
}

/// The interval that holds all but the tails of both samples; none without values.
fn range_of(samples: &[Vec<f64>; 2]) -> Option<[f64; 2]> {
    let mut all: Vec<f64> = samples.iter().flatten().copied().collect();
    all.retain(|value| value.is_finite());
    all.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        all.get(((all.len() as f64 - 1.0) * share).round() as usize)
            .copied()
    };
    let (low, high) = (at(TAIL)?, at(1.0 - TAIL)?);
    let widening = ((high - low) * 0.03).max(1e-6 * high.abs().max(1e-6));
    Some([low - widening, high + widening])
}

/// The share of a sample in each bar.
fn shares(sample: &[f64], [low, high]: [f64; 2]) -> Vec<f64> {
    let mut bars = vec![0.0; BINS];
    for value in sample {
        let at = (value - low) / (high - low) * BINS as f64;
        if at >= 0.0 && at < BINS as f64 {
            bars[at as usize] += 1.0 / sample.len() as f64;
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_names_its_quantities_and_samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figure.svg");
        let sample = |shift: f64| (0..500).map(|k| shift + f64::from(k % 37)).collect();
        let comparison = |title: &str| Comparison {
            title: title.into(),
            note: "KS D = 0.1".into(),
            samples: [sample(0.0), sample(4.0)],
        };
        let mut comparisons = vec![comparison("sky (ADU)"), comparison("noise (ADU)")];
        comparisons[1].samples = [vec![], vec![f64::NAN]];
        write_comparisons(&path, ["real", "simulated"], &comparisons).unwrap();
        let svg = std::fs::read_to_string(&path).unwrap();
        for text in ["real", "simulated", "sky (ADU)", "KS D = 0.1", "no values"] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(roxmltree::Document::parse(&svg).is_ok());
    }

    #[test]
    fn shares_sum_to_what_lies_inside() {
        let sample: Vec<f64> = (0..100).map(f64::from).collect();
        let bars = shares(&sample, [0.0, 50.0]);
        assert!((bars.iter().sum::<f64>() - 0.5).abs() < 1e-9);
        assert_eq!(range_of(&[vec![], vec![]]), None);
        let constant = range_of(&[vec![3.0], vec![3.0]]).unwrap();
        assert!(constant[0] < 3.0 && constant[1] > 3.0);
    }
}
