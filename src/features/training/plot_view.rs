//! How a network learns: loss and accuracy by step, one above the other.

use egui::{Color32, Ui, Vec2b};
use egui_plot::{Corner, Legend, Line, Plot, Points};

use super::state::{CurvePoint, TrainingNews};
use crate::{
    text,
    widgets::{followed::follow_pointer, spoken, theme},
};

/// Room for the axis below each plot, points.
const AXIS: f32 = 24.0;

/// A curve: its name, its points (step, value), and whether they are marked.
struct Curve {
    name: &'static str,
    points: Vec<[f64; 2]>,
    color: Color32,
    is_marked: bool,
}

/// Both plots, filling what is left.
pub(crate) fn curves_ui(ui: &mut Ui, news: &TrainingNews) {
    let height = ((ui.available_height() - theme::GRID) / 2.0 - AXIS).max(120.0);
    let learned = news.losses.iter();
    let training = Curve {
        name: text!("training loss"),
        points: learned.map(|p| [p.step as f64, p.loss]).collect(),
        color: theme::caption_color(ui),
        is_marked: false,
    };
    let validated = |value: fn(&CurvePoint) -> f64| {
        let curve = news.curve.iter();
        curve.map(|p| [p.step as f64, value(p)]).collect()
    };
    let validation = Curve {
        name: text!("validation loss"),
        points: validated(|point| point.validation_loss),
        color: theme::model_color(0),
        is_marked: true,
    };
    let accuracy = Curve {
        name: text!("validation accuracy"),
        points: validated(|point| point.validation_accuracy),
        color: theme::model_color(0),
        is_marked: true,
    };
    plot_ui(ui, news, "loss", height, &[training, validation]);
    ui.add_space(theme::GRID);
    plot_ui(ui, news, "accuracy", height, &[accuracy]);
}

fn plot_ui(ui: &mut Ui, news: &TrainingNews, name: &str, height: f32, curves: &[Curve]) {
    let is_loss = name == "loss";
    let (axis, title) = if is_loss {
        (text!("loss, nats"), text!("loss by step"))
    } else {
        (text!("accuracy"), text!("accuracy by step"))
    };
    let values = curves.iter().flat_map(|curve| &curve.points);
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), [_, value]| {
        (low.min(*value), high.max(*value))
    });
    let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
    // The last point is not cut in two.
    let last = 1.02 * news.steps.max(1) as f64;
    let margin = (0.08 * (high - low)).max(0.01);
    let legend = Legend::default().position(if is_loss {
        Corner::RightTop
    } else {
        Corner::RightBottom
    });
    let shown = Plot::new(("training", name))
        .sense(egui::Sense::hover())
        .height(height)
        .show_crosshair(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(Vec2b::FALSE)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .default_x_bounds(0.0, last)
        .default_y_bounds(low - margin, high + margin)
        .auto_bounds(Vec2b::FALSE)
        .x_axis_label(text!("step"))
        .y_axis_label(axis)
        .y_axis_min_width(48.0)
        .grid_color(theme::grid_color(ui))
        .legend(legend)
        .show(ui, |inside| {
            inside.set_plot_bounds_x(0.0..=last);
            inside.set_plot_bounds_y(low - margin..=high + margin);
            for curve in curves {
                let line = Line::new(curve.name, curve.points.clone()).color(curve.color);
                inside.line(line.width(if curve.is_marked { 2.0 } else { 1.0 }));
                if curve.is_marked {
                    let points = Points::new(curve.name, curve.points.clone());
                    inside.points(points.color(curve.color).radius(3.0));
                }
            }
        });
    follow_pointer(ui.ctx(), shown.response.rect);
    spoken::picture(&shown.response, title, || in_words(curves));
}

/// The last value of each curve.
fn in_words(curves: &[Curve]) -> String {
    let last = |curve: &Curve| {
        let [step, value] = *curve.points.last()?;
        Some(text!(
            "{curve} {value} at step {step}",
            curve = curve.name,
            value = format_args!("{value:.4}"),
            step = format_args!("{step:.0}")
        ))
    };
    let words: Vec<_> = curves.iter().filter_map(last).collect();
    if words.is_empty() {
        text!("nothing yet").into()
    } else {
        words.join(", ")
    }
}
