//! A [`Plot`] as PNG, and as the table of its points.

use plotters::{coord::types::RangedCoordf64, prelude::*};

use super::bitmap::{COLORS, Drawn, FONT, png};
use crate::domain::{
    Class, Plot, Vocabulary,
    plot::{Axis, Corner, Ink, Mark, Series},
};

/// Size of a picture, pixels.
const SIZE: [u32; 2] = [1200, 900];
/// Letters of titles, axes, marks and names, pixels.
const LETTERS: [i32; 4] = [34, 26, 22, 22];

type Chart<'a, 'b> =
    ChartContext<'a, BitMapBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The bytes of a PNG file.
///
/// # Errors
/// A sentence where it cannot be drawn.
pub fn plot_png(plot: &Plot) -> Result<Vec<u8>, String> {
    png(SIZE, |root| {
        let ([x0, x1], [y0, y1]) = (plot.x.range, plot.y.range);
        let mut chart = ChartBuilder::on(root)
            .margin(24)
            .caption(&plot.title, (FONT, LETTERS[0]))
            .x_label_area_size(78)
            .y_label_area_size(110)
            .build_cartesian_2d(x0..x1, y0..y1)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(&plot.x.title)
            .y_desc(&plot.y.title)
            .x_labels(0)
            .y_labels(0)
            .axis_desc_style((FONT, LETTERS[1]))
            .draw()?;
        marks(root, &chart, &plot.x, &plot.y)?;
        if plot.is_empty() {
            let middle = (
                f64::midpoint(x0, x1) - (x1 - x0) * 0.4,
                f64::midpoint(y0, y1),
            );
            let text = Text::new(plot.why_empty, middle, (FONT, LETTERS[2]));
            chart.draw_series([text])?;
            return Ok(());
        }
        for series in &plot.series {
            draw_series(&mut chart, series)?;
        }
        names(&mut chart, plot.names)
    })
}

/// Our own marks: those of plotters stand at even distances, ours where rates are round.
fn marks(
    root: &DrawingArea<BitMapBackend<'_>, plotters::coord::Shift>,
    chart: &Chart<'_, '_>,
    x: &Axis,
    y: &Axis,
) -> Drawn<()> {
    let grey = RGBColor(222, 222, 222);
    let place = |x: f64, y: f64| chart.backend_coord(&(x, y));
    let line = |from, to| PathElement::new([from, to], grey);
    let letters = (FONT, LETTERS[2]).into_text_style(root);
    for tick in &x.ticks {
        let foot = place(tick.place, y.range[0]);
        root.draw(&line(foot, place(tick.place, y.range[1])))?;
        let (width, _) = root.estimate_text_size(&tick.label, &letters)?;
        let at = (foot.0 - width as i32 / 2, foot.1 + 8);
        root.draw(&Text::new(tick.label.clone(), at, letters.clone()))?;
    }
    for tick in &y.ticks {
        let foot = place(x.range[0], tick.place);
        root.draw(&line(foot, place(x.range[1], tick.place)))?;
        let (width, height) = root.estimate_text_size(&tick.label, &letters)?;
        let at = (foot.0 - width as i32 - 10, foot.1 - height as i32 / 2);
        root.draw(&Text::new(tick.label.clone(), at, letters.clone()))?;
    }
    Ok(())
}

/// As the vocabulary of sequences has them: the colour of a class is the same everywhere.
fn class_color(at: usize) -> RGBColor {
    let classes = Vocabulary::sequence_classes().classes;
    let [red, green, blue] = classes.get(at).and_then(Class::rgb).unwrap_or([128; 3]);
    RGBColor(red, green, blue)
}

fn color(ink: Ink) -> RGBColor {
    match ink {
        Ink::Model(at) => COLORS[at % COLORS.len()],
        Ink::Class(at) => class_color(at),
        Ink::Published(0) => RGBColor(70, 70, 70),
        Ink::Published(_) => RGBColor(150, 150, 150),
        Ink::Guide => RGBColor(190, 190, 190),
    }
}

fn draw_series(chart: &mut Chart<'_, '_>, series: &Series) -> Drawn<()> {
    let color = color(series.ink);
    let places: Vec<_> = series
        .points
        .iter()
        .map(|p| (p.place[0], p.place[1]))
        .collect();
    for point in &series.points {
        if let Some([low, high]) = point.interval {
            let bar = [(point.place[0], low), (point.place[0], high)];
            chart.draw_series([PathElement::new(bar, color.stroke_width(2))])?;
        }
    }
    if matches!(series.mark, Mark::Line | Mark::LineAndPoints) {
        chart.draw_series(LineSeries::new(places.clone(), color.stroke_width(3)))?;
    }
    let radius = match series.mark {
        Mark::Line => 0,
        Mark::Points | Mark::LineAndPoints => 5,
        Mark::Operating => 9,
    };
    let point = |place: &(f64, f64)| Circle::new(*place, radius, color.filled());
    let drawn = chart.draw_series(places.iter().filter(|_| radius > 0).map(point))?;
    // What a threshold does is told by the point itself.
    if series.mark != Mark::Operating && !series.points.is_empty() {
        drawn
            .label(&series.name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 26, y + 4)], color.filled()));
    }
    Ok(())
}

fn names<'a, 'b: 'a>(chart: &mut Chart<'a, 'b>, corner: Corner) -> Drawn<()> {
    let place = match corner {
        Corner::LowerLeft => SeriesLabelPosition::LowerLeft,
        Corner::LowerRight => SeriesLabelPosition::LowerRight,
        Corner::UpperRight => SeriesLabelPosition::UpperRight,
    };
    chart
        .configure_series_labels()
        .position(place)
        .margin(20)
        .legend_area_size(34)
        .label_font((FONT, LETTERS[3]))
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .draw()?;
    Ok(())
}

/// The points of a plot as rows: series, x, y, and the interval of y where there is one.
pub fn plot_rows(plot: &Plot) -> Vec<Vec<String>> {
    let rows = plot.series.iter().flat_map(|series| {
        series.points.iter().map(|point| {
            let [x, y] = point.value.map(|value| value.to_string());
            let end = |at: usize| {
                point
                    .interval
                    .map_or_else(String::new, |i| i[at].to_string())
            };
            vec![series.name.clone(), x, y, end(0), end(1)]
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plot::{Point, Tick};

    fn plot(points: Vec<Point>) -> Plot {
        let axis = || Axis {
            title: "share".into(),
            ticks: vec![Tick {
                place: 0.5,
                label: "half".into(),
            }],
            range: [0.0, 1.0],
        };
        Plot {
            name: "test",
            title: "A test".into(),
            x: axis(),
            y: axis(),
            series: vec![Series {
                name: "a model".into(),
                mark: Mark::LineAndPoints,
                ink: Ink::Model(0),
                points,
            }],
            names: Corner::LowerLeft,
            why_empty: "nothing was measured",
        }
    }

    #[test]
    fn a_plot_is_drawn_with_its_points_and_without_any() {
        let blue = |points| {
            let bytes = plot_png(&plot(points)).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
            assert_eq!([picture.width(), picture.height()], SIZE);
            picture.pixels().filter(|p| p.0 == [0, 114, 178]).count()
        };
        let points = vec![Point::plain([0.1, 0.2]), Point::plain([0.9, 0.8])];
        assert!(blue(points) > 500);
        assert_eq!(blue(Vec::new()), 0);
    }

    #[test]
    fn a_table_has_what_was_measured() {
        let point = Point {
            place: [-3.0, -3.0],
            interval: Some([0.1, 0.3]),
            ..Point::plain([0.001, 0.2])
        };
        let rows = plot_rows(&plot(vec![point]));
        assert_eq!(rows, [["a model", "0.001", "0.2", "0.1", "0.3"]]);
    }
}
