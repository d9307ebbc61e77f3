//! The light curve over its phase: two cycles of the best period.

use egui::{Ui, Vec2b};
use egui_plot::{Plot, VLine};

use super::{
    folding::{FoldedBy, FoundPeriod},
    points::{Point, Scale},
    view::{Y_AXIS, by_band, draw_band, longest_bar, value_label},
};
use crate::{
    features::light_curve::state::LightCurvePane,
    widgets::theme::{self, weak},
    workspace::{
        command::{Command, Go},
        shared::Shared,
    },
};

/// False alarms likelier than this are called what they may be.
const DOUBTFUL: f64 = 0.01;

/// The plot, filling what is left; says so where there is no period.
pub fn folded_curve_ui(
    ui: &mut Ui,
    light_curve: &LightCurvePane,
    shared: &Shared,
    points: &[Point],
    scale: &Scale,
    periods: f64,
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(folded) = light_curve.folded_by(shared) else {
        ui.centered_and_justified(|ui| ui.label(weak(ui, "Searching the period…")));
        return;
    };
    let Some(period) = folded.period else {
        let why = format!("No period: {} detections in one filter.", folded.points);
        ui.centered_and_justified(|ui| ui.label(weak(ui, why)));
        return;
    };
    ui.label(weak(ui, in_words(&folded, &period, periods)));
    plot_ui(ui, shared, points, scale, (period, periods), commands);
}

/// "P 0.5634 d in g (25 points); takes away 93 % of the scatter, false alarm 1e-7".
fn in_words(folded: &FoldedBy, period: &FoundPeriod, periods: f64) -> String {
    let band = folded.band.as_ref();
    let band = band.map_or_else(String::new, |band| format!(" in {}", band.name()));
    let doubt = if period.false_alarm > DOUBTFUL {
        ": may be noise"
    } else {
        ""
    };
    format!(
        "cycle {:.5} d{band} ({} points); the wave of {:.5} d takes away {:.0} % of the scatter, false \
         alarm {:.0e}{doubt}",
        periods * period.days,
        folded.points,
        period.days,
        100.0 * period.power,
        period.false_alarm,
    )
}

fn plot_ui(
    ui: &mut Ui,
    shared: &Shared,
    points: &[Point],
    scale: &Scale,
    (period, periods): (FoundPeriod, f64),
    commands: &mut Vec<impl From<Command>>,
) {
    let phase = |point: &Point| period.phase(point.mjd.days(), periods);
    let label = value_label(scale);
    let detected: Vec<Point> = points
        .iter()
        .filter(|p| !p.is_upper_limit)
        .cloned()
        .collect();
    let on_screen = shared.epoch().and_then(|epoch| epoch.mjd);
    let on_screen = on_screen.map(|mjd| period.phase(mjd.days(), periods));
    let response = Plot::new(("folded light curve", shared.place.candidate, &label))
        .invert_y(*scale == Scale::Magnitudes)
        .allow_scroll(false)
        .allow_zoom(Vec2b::TRUE)
        .allow_boxed_zoom(false)
        .include_x(0.0)
        .include_x(2.0)
        .x_axis_label("phase")
        .y_axis_label(label)
        .y_axis_min_width(Y_AXIS)
        .set_margin_fraction(egui::vec2(0.01, 0.12))
        .grid_color(theme::grid_color(ui))
        .show_crosshair(false)
        .show(ui, |plot| {
            for cycle in [0.0, 1.0] {
                for (band, points) in by_band(&detected) {
                    let place = |point: &Point| phase(point) + cycle;
                    draw_band(plot, band.as_ref(), &points, &place, longest_bar(scale));
                }
                if let Some(at) = on_screen {
                    let line = VLine::new("epoch on screen", at + cycle);
                    plot.vline(line.color(theme::AMBER).width(1.5));
                }
            }
            plot.pointer_coordinate().map(|at| at.x.rem_euclid(1.0))
        });
    let is_moved = response.response.clicked() || response.response.dragged();
    if let (true, Some(at)) = (is_moved, response.inner)
        && let Some(epoch) = nearest(&detected, at, &phase)
        && epoch != shared.place.epoch
    {
        commands.push(Command::Go(Go::Epoch(epoch)).into());
    }
}

/// The epoch whose phase is nearest, round the cycle.
fn nearest(points: &[Point], at: f64, phase: &dyn Fn(&Point) -> f64) -> Option<usize> {
    let with_images = points.iter().filter(|point| point.epoch.is_some());
    let distance = |point: &Point| {
        let apart = (phase(point) - at).abs();
        apart.min(1.0 - apart)
    };
    let nearest = with_images.min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.and_then(|point| point.epoch)
}
