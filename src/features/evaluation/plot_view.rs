//! One plot of the evaluation at a time, in tabs.

use std::borrow::Cow;

use egui::{RichText, Ui, Vec2b};
use egui_plot::{Corner as PlotCorner, GridMark, Legend, Line, Plot as EguiPlot, PlotUi, Points};

use crate::{
    domain::plot::{Axis, Corner, Ink, Mark, Plot, Series},
    language::{translated, translated_static},
    text,
    widgets::{
        spoken,
        theme::{self, weak},
    },
};

/// Width of the labels beside a plot, points.
const Y_LABELS: f32 = 48.0;

/// Tabs, and the plot that is chosen, filling what is left down to `below` points.
pub(crate) fn plots_ui(ui: &mut Ui, plots: &[Plot], chosen: &mut Option<usize>, below: f32) {
    let first = plots.iter().position(|plot| !plot.is_empty());
    let shown = chosen.or(first).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        for (at, plot) in plots.iter().enumerate() {
            if ui.selectable_label(at == shown, tab(plot)).clicked() {
                *chosen = Some(at);
            }
        }
    });
    let Some(plot) = plots.get(shown) else {
        return;
    };
    let height = (ui.available_height() - below).max(200.0);
    if plot.is_empty() {
        let size = egui::vec2(ui.available_width(), height);
        ui.allocate_ui(size, |ui| {
            ui.centered_and_justified(|ui| ui.label(weak(ui, translated_static(plot.why_empty))));
        });
        return;
    }
    plot_ui(ui, plot, height);
}

fn tab(plot: &Plot) -> RichText {
    let title = match plot.name {
        "det" => "DET".into(),
        "roc" => "ROC".into(),
        "precision_recall" => text!("Precision and recall").into(),
        "calibration" => text!("Calibration").into(),
        "error_by_snr" => text!("Errors against S/N").into(),
        "recall_by_epochs" => text!("Recall by epochs").into(),
        _ => translated(&plot.title),
    };
    RichText::new(title)
}

/// One plot, as wide as there is room.
pub(crate) fn plot_ui(ui: &mut Ui, plot: &Plot, height: f32) {
    let corner = match plot.names {
        Corner::LowerLeft => PlotCorner::LeftBottom,
        Corner::LowerRight => PlotCorner::RightBottom,
        Corner::UpperRight => PlotCorner::RightTop,
    };
    let (x, y) = (&plot.x, &plot.y);
    let colors: Vec<_> = plot
        .series
        .iter()
        .map(|series| match series.ink {
            Ink::Model(at) => theme::model_color(at),
            Ink::Class(at) => theme::class_curve_color(at),
            Ink::Published(at) => theme::published_color(ui, at),
            Ink::Guide => theme::grid_color(ui),
        })
        .collect();
    let legible = legible(x, ui.available_width() - Y_LABELS);
    let shown = EguiPlot::new(("evaluation", plot.name))
        .height(height)
        .show_crosshair(false)
        .allow_scroll(false)
        .allow_zoom(Vec2b::TRUE)
        .allow_boxed_zoom(false)
        .default_x_bounds(x.range[0], x.range[1])
        .default_y_bounds(y.range[0], y.range[1])
        .custom_x_axes(vec![theme::plot_x_axis(&translated(&x.title)).formatter(
            move |mark, _| {
                let is_kept = legible.iter().any(|place| is_at(*place, mark));
                if is_kept {
                    label(x, mark)
                } else {
                    String::new()
                }
            },
        )])
        .y_axis_label(translated(&y.title).into_owned())
        .y_axis_min_width(Y_LABELS)
        .x_grid_spacer(|_| marks(x))
        .y_grid_spacer(|_| marks(y))
        .y_axis_formatter(|mark, _| label(y, mark))
        .grid_color(theme::grid_color(ui))
        .legend(Legend::default().position(corner))
        .show(ui, |inside| {
            for (series, color) in plot.series.iter().zip(&colors) {
                draw(inside, series, *color);
            }
        });
    spoken::plot(&shown.response, &translated(&plot.title), || in_words(plot));
}

/// Its axes, and each curve with its number of points and its ends.
fn in_words(plot: &Plot) -> String {
    let curve = |series: &Series| {
        let count = series.points.len();
        let ends = series.points.first().zip(series.points.last());
        let curve = name_of(series);
        let Some((first, last)) = ends else {
            return text!("{curve}: {count} points", curve, count);
        };
        let [from, to] = [first.place, last.place].map(|[x, y]| format!("({x:.3}, {y:.3})"));
        text!(
            "{curve}: {count} points, {from} to {to}",
            curve,
            count,
            from,
            to
        )
    };
    let is_named = |series: &&Series| !series.name.is_empty();
    let curves: Vec<_> = plot.series.iter().filter(is_named).map(curve).collect();
    text!(
        "{y} against {x}; {curves}",
        y = translated(&plot.y.title),
        x = translated(&plot.x.title),
        curves = curves.join("; ")
    )
}

/// Names of classes and of what was published are data.
fn name_of(series: &Series) -> Cow<'_, str> {
    match series.ink {
        Ink::Guide | Ink::Model(_) => translated(&series.name),
        Ink::Class(_) | Ink::Published(_) => Cow::Borrowed(&series.name),
    }
}

/// All marks are of one rank: none is left out for another.
fn marks(axis: &Axis) -> Vec<GridMark> {
    let step_size = axis.range[1] - axis.range[0];
    let mark = |tick: &crate::domain::plot::Tick| GridMark {
        value: tick.place,
        step_size,
    };
    axis.ticks.iter().map(mark).collect()
}

fn label(axis: &Axis, mark: GridMark) -> String {
    let tick = axis.ticks.iter().find(|tick| is_at(tick.place, mark));
    tick.map_or_else(String::new, |tick| tick.label.clone())
}

fn is_at(place: f64, mark: GridMark) -> bool {
    (place - mark.value).abs() < 1e-9
}

/// Where an axis of so many points has labels that do not touch each other, from its low end on.
fn legible(axis: &Axis, width: f32) -> Vec<f64> {
    /// Width of a digit, points, and space between labels.
    const DIGIT: f64 = 7.0;
    let scale = f64::from(width.max(1.0)) / (axis.range[1] - axis.range[0]);
    let mut end = f64::NEG_INFINITY;
    let mut kept = Vec::new();
    for tick in &axis.ticks {
        let half = 0.5 * DIGIT * (tick.label.len() + 1) as f64;
        let at = (tick.place - axis.range[0]) * scale;
        if at - half >= end {
            end = at + half;
            kept.push(tick.place);
        }
    }
    kept
}

/// True where every piece of the line goes along one axis.
fn is_staircase(places: &[[f64; 2]]) -> bool {
    let along_one =
        |step: &[[f64; 2]]| (0..2).any(|axis| step[0][axis].total_cmp(&step[1][axis]).is_eq());
    places.len() > 2 && places.windows(2).all(along_one)
}

fn draw(inside: &mut PlotUi<'_>, series: &Series, color: egui::Color32) {
    let places: Vec<[f64; 2]> = series.points.iter().map(|point| point.place).collect();
    let name = || name_of(series).into_owned();
    for point in &series.points {
        if let Some([low, high]) = point.interval {
            let bar = vec![[point.place[0], low], [point.place[0], high]];
            // Without a name: they have no line of their own in the legend.
            inside.line(
                Line::new("", bar)
                    .color(color.gamma_multiply(0.3))
                    .width(1.0),
            );
        }
    }
    if matches!(series.mark, Mark::Line | Mark::LineAndPoints) {
        if is_staircase(&places) {
            // Piece by piece: as one path egui fills the corners of large steps.
            for step in places.windows(2) {
                inside.line(Line::new(name(), step.to_vec()).color(color).width(2.0));
            }
        } else {
            inside.line(Line::new(name(), places.clone()).color(color).width(2.0));
        }
    }
    let radius = match series.mark {
        Mark::Line => return,
        Mark::Points | Mark::LineAndPoints => 3.0,
        Mark::Operating => 6.0,
    };
    inside.points(Points::new(name(), places).color(color).radius(radius));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plot::Tick;

    #[test]
    fn labels_that_would_touch_are_left_out() {
        let tick = |place: f64, label: &str| Tick {
            place,
            label: label.into(),
        };
        let axis = Axis {
            title: "rate".into(),
            ticks: vec![
                tick(0.0, "0.0001"),
                tick(0.1, "0.0003"),
                tick(0.2, "0.001"),
                tick(1.0, "0.6"),
            ],
            range: [0.0, 1.0],
        };
        assert_eq!(legible(&axis, 1000.0), [0.0, 0.1, 0.2, 1.0]);
        assert_eq!(legible(&axis, 300.0), [0.0, 0.2, 1.0]);
        assert_eq!(legible(&axis, 0.0), [0.0]);
    }
}
