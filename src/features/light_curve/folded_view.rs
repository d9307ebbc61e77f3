//! The light curve over its phase: two cycles of the best period.

use egui::{Ui, Vec2b};
use egui_plot::{Plot, VLine};

use super::{
    folding::{FoldedBy, FoundPeriod},
    points::{Point, Scale},
    view::{
        LEAST_PLOT, NAMED_AXIS, Y_AXIS, by_band, curve_words, draw_band, longest_bar,
        plot_over_time, value_label,
    },
};
use crate::{
    features::light_curve::state::LightCurvePane,
    text,
    widgets::{
        spoken,
        theme::{self, weak},
    },
    workspace::{
        command::{Command, Go},
        shared::Shared,
    },
};

/// Periods whose false-alarm probability is above this are not folded by.
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
        ui.centered_and_justified(|ui| ui.label(weak(ui, text!("Searching the period…"))));
        return;
    };
    match period_to_fold_by(&folded, points, periods) {
        Ok(period) => {
            ui.label(weak(ui, in_words(&folded, &period, periods)));
            plot_ui(ui, shared, points, scale, (period, periods), commands);
        }
        Err(why) => {
            ui.label(weak(ui, text!("Not folded: {why}", why)));
            if let Some(candidate) = shared.candidate() {
                plot_over_time(ui, light_curve, shared, candidate, points, scale, commands);
            }
        }
    }
}

/// The period, or why a light curve is not folded: a cycle must lie within the data, and not be noise.
fn period_to_fold_by(
    folded: &FoldedBy,
    points: &[Point],
    periods: f64,
) -> Result<FoundPeriod, String> {
    let few = || text!("{count} detections in one filter.", count = folded.points);
    let period = folded.period.ok_or_else(few)?;
    let of_band = points
        .iter()
        .filter(|point| point.is_brightness() && point.band == folded.band);
    let days: Vec<f64> = of_band.map(|point| point.mjd.days()).collect();
    let span = days.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        - days.iter().copied().fold(f64::INFINITY, f64::min);
    let cycle = periods * period.days;
    if period.false_alarm > DOUBTFUL {
        return Err(text!(
            "no significant period (best {days} d, false-alarm probability {probability}).",
            days = format_args!("{:.4}", period.days),
            probability = format_args!("{:.2}", period.false_alarm)
        ));
    }
    if cycle > span {
        return Err(text!(
            "a cycle of {cycle} d is longer than the data ({span} d).",
            cycle = format_args!("{cycle:.2}"),
            span = format_args!("{span:.2}")
        ));
    }
    Ok(period)
}

/// "Folded at 1.1268 d (2 P). Lomb-Scargle P = 0.5634 d (g, 25 points), 93 % of variance, FAP 1e-7".
fn in_words(folded: &FoldedBy, period: &FoundPeriod, periods: f64) -> String {
    let band = folded.band.as_ref();
    let band = band.map_or_else(String::new, |band| format!("{}, ", band.name()));
    let cycle = match periods {
        p if p < 1.0 => "P/2",
        p if p > 1.0 => "2 P",
        _ => "P",
    };
    text!(
        "Folded at {folded} d ({cycle}). Lomb-Scargle P = {days} d ({band}{points} points), {share} % of variance, \
         FAP {probability}",
        folded = format_args!("{:.5}", periods * period.days),
        cycle,
        days = format_args!("{:.5}", period.days),
        band,
        points = folded.points,
        share = format_args!("{:.0}", 100.0 * period.power),
        probability = format_args!("{:.0e}", period.false_alarm)
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
    let phase = |point: &Point| period.phase(point.mjd.utc_days(), periods);
    let label = value_label(scale);
    let detected: Vec<Point> = points
        .iter()
        .filter(|p| p.is_brightness())
        .cloned()
        .collect();
    let on_screen = shared.epoch().and_then(|epoch| epoch.mjd);
    let on_screen = on_screen.map(|mjd| period.phase(mjd.utc_days(), periods));
    let has_room = theme::y_name_fits(ui, &label, ui.available_height() - NAMED_AXIS);
    let y_name = if has_room {
        label.clone()
    } else {
        String::new()
    };
    let response = Plot::new(("folded light curve", shared.place.candidate, scale))
        .invert_y(*scale == Scale::Magnitudes)
        .allow_scroll(false)
        .allow_zoom(Vec2b::TRUE)
        .allow_boxed_zoom(false)
        .include_x(0.0)
        .include_x(2.0)
        .custom_x_axes(vec![theme::plot_x_axis(text!("phase"))])
        .y_axis_label(y_name)
        .min_size(LEAST_PLOT)
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
                    let line = VLine::new(text!("epoch on screen"), at + cycle);
                    plot.vline(line.color(theme::AMBER).width(1.5));
                }
            }
            plot.pointer_coordinate().map(|at| at.x.rem_euclid(1.0))
        });
    let candidate = shared.candidate();
    let name = candidate.map_or("", |candidate| &*candidate.id);
    let name = text!("folded light curve of {name}", name);
    spoken::plot(&response.response, &name, || {
        let words = |candidate| curve_words(points, scale, candidate, shared.place.epoch);
        candidate.map_or_else(String::new, words)
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
