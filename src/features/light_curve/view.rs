//! The light curve: points with errors, upper limits, bands in colour, one cursor.

use std::collections::BTreeMap;

use egui::{Align, Layout, Ui, Vec2b};
use egui_plot::{HoverPosition, Line, MarkerShape, Plot, PlotUi, Points, VLine};

use super::{
    choices::Offered,
    folded_view,
    measured::{CurveChoice, has_magnitudes, measured_roles, shown_curve},
    points::{Curve, Point, Scale, nearest_epoch, time_axis, time_origin},
};
use crate::{
    domain::{Band, Candidate, magnitude::mag_in_words, words::counted},
    features::light_curve::state::LightCurvePane,
    text,
    widgets::{
        cells, spoken,
        theme::{self, weak},
    },
    workspace::{
        command::{Command, Go},
        shared::Shared,
    },
};

/// The plot, filling what is left.
pub fn light_curve_ui(
    ui: &mut Ui,
    light_curve: &LightCurvePane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<CurveChoice>>,
) {
    let Some(candidate) = shared.candidate() else {
        return;
    };
    let curve = shown_curve(light_curve, shared);
    head_ui(ui, light_curve, shared, candidate, &curve, commands);
    match curve {
        Curve::Nothing(why) => {
            ui.centered_and_justified(|ui| ui.label(weak(ui, why)));
        }
        Curve::Measuring => {
            ui.centered_and_justified(|ui| ui.label(weak(ui, text!("Measuring the light curve…"))));
        }
        Curve::Points { points, scale, .. } => match light_curve.curve.fold.periods() {
            None => plot_over_time(
                ui,
                light_curve,
                shared,
                candidate,
                &points,
                &scale,
                commands,
            ),
            Some(periods) => {
                folded_view::folded_curve_ui(
                    ui,
                    light_curve,
                    shared,
                    &points,
                    &scale,
                    periods,
                    commands,
                );
            }
        },
    }
}

/// Least width of the vertical axis, points: plots below one another begin at one place.
pub const Y_AXIS: f32 = 58.0;

/// What plots of one candidate on the axis of time share.
pub fn linked(candidate: &Candidate) -> egui::Id {
    egui::Id::unique(("time axis", &*candidate.id))
}

/// Where there is less beside the legend, what can be shown is a menu; points.
const ONE_ROW: f32 = 380.0;

/// How the points came about, and what else can be shown; nothing where there is no choice.
fn head_ui(
    ui: &mut Ui,
    light_curve: &LightCurvePane,
    shared: &Shared,
    candidate: &Candidate,
    curve: &Curve,
    commands: &mut Vec<impl From<CurveChoice>>,
) {
    let (caption, has_points) = match curve {
        Curve::Points { caption, .. } => (caption.as_deref(), true),
        Curve::Nothing(_) | Curve::Measuring => (None, false),
    };
    let roles = measured_roles(candidate);
    let may_choose_source = has_magnitudes(candidate) && !roles.is_empty();
    let key = light_curve.curve_key(shared);
    let may_choose_role = roles.len() > 1 && key.is_some();
    if !has_points && !may_choose_source && !may_choose_role {
        return;
    }
    let mut choice = light_curve.curve;
    let shown = key.map_or(choice.on, |key| key.on);
    let offered = Offered {
        folds: has_points,
        sources: may_choose_source,
        roles: may_choose_role.then_some((&roles[..], shown)),
    };
    ui.horizontal(|ui| {
        let is_narrow = ui.available_width() < ONE_ROW;
        if let Curve::Points { points, .. } = curve {
            legend_ui(ui, points);
        }
        if let Some(caption) = caption.filter(|_| !is_narrow) {
            ui.add(egui::Label::new(weak(ui, caption)).truncate());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if is_narrow {
                let text = egui::RichText::new(text!("curve ⏷")).size(theme::CAPTION);
                let menu = ui.menu_button(text, |ui| offered.ui(ui, false, &mut choice));
                let help = caption.unwrap_or(text!(
                    "Where the points come from, and what they are folded by"
                ));
                menu.response.on_hover_text(help);
            } else {
                offered.ui(ui, true, &mut choice);
            }
        });
    });
    if choice != light_curve.curve {
        commands.push(choice.into());
    }
}

/// A plot that is lower than this has no name below its axis, points: it would leave nothing of the points.
const LEAST_NAMED: f32 = 120.0;

/// Height of the axis of time with its name, and without, points.
pub(crate) const NAMED_AXIS: f32 = 38.0;
const AXIS: f32 = 20.0;
/// A plot may be lower than egui_plot has it: else it would run over what is below.
pub(crate) const LEAST_PLOT: egui::Vec2 = egui::vec2(64.0, 16.0);

/// True where classes are drawn over the same time below.
fn has_bands(shared: &Shared, candidate: &Candidate) -> bool {
    let epochs = candidate.epochs.len();
    if epochs < 2 || shared.is_blind() || shared.scores.class_model().is_none() {
        return false;
    }
    let predicted = shared
        .place
        .candidate
        .and_then(|ix| shared.scores.classes(ix));
    predicted.is_some_and(|all| (0..epochs).any(|at| all.row(at).is_some()))
}

pub(super) fn plot_over_time(
    ui: &mut Ui,
    light_curve: &LightCurvePane,
    shared: &Shared,
    candidate: &Candidate,
    points: &[Point],
    scale: &Scale,
    commands: &mut Vec<impl From<Command>>,
) {
    let origin = time_origin(candidate);
    let cursor = shared
        .epoch()
        .and_then(|epoch| epoch.mjd)
        .map(|mjd| mjd.utc_days() - origin);
    let label = value_label(scale);
    let CurveChoice { is_measured, .. } = light_curve.curve;
    let has_bands = has_bands(shared, candidate);
    let time_label = text!(
        "MJD − {origin} (days)",
        origin = format_args!("{origin:.0}")
    );
    let is_time_named = !has_bands && ui.available_height() > LEAST_NAMED;
    let below = if is_time_named { NAMED_AXIS } else { AXIS };
    let has_room = theme::y_name_fits(ui, &label, ui.available_height() - below);
    let y_name = if has_room {
        label.clone()
    } else {
        String::new()
    };
    let mut plot = Plot::new(("light curve", &*candidate.id, scale, is_measured))
        .invert_y(*scale == Scale::Magnitudes)
        .link_axis(linked(candidate), [true, false])
        .allow_scroll(false)
        .allow_zoom(Vec2b::TRUE)
        .allow_boxed_zoom(false)
        .y_axis_label(y_name)
        .y_axis_min_width(Y_AXIS)
        .min_size(LEAST_PLOT)
        .set_margin_fraction(egui::vec2(0.03, 0.12))
        .grid_color(theme::grid_color(ui))
        .label_formatter(|hover| match hover {
            HoverPosition::NearDataPoint { position, .. } => {
                let at = [position.x, position.y];
                point_words(points, |point| point.mjd.utc_days() - origin, at)
            }
            HoverPosition::Elsewhere { .. } => None,
        })
        .show_crosshair(false);
    if has_bands {
        // The bands below tell the time.
        if let Some([from, to]) = time_axis(candidate) {
            plot = plot.default_x_bounds(from, to);
        }
    } else if is_time_named {
        plot = plot.custom_x_axes(vec![theme::plot_x_axis(&time_label)]);
    }
    let longest = longest_bar(scale);
    let days = |point: &Point| point.mjd.utc_days() - origin;
    let response = plot.show(ui, |plot| {
        for (band, points) in by_band(points) {
            draw_band(plot, band.as_ref(), &points, &days, longest);
        }
        if let Some(x) = cursor {
            plot.vline(
                VLine::new(text!("epoch on screen"), x)
                    .color(theme::AMBER)
                    .width(1.5),
            );
        }
        plot.pointer_coordinate().map(|at| at.x + origin)
    });
    let name = text!("light curve of {candidate}", candidate = candidate.id);
    spoken::plot(&response.response, &name, || {
        curve_words(points, scale, candidate, shared.place.epoch)
    });
    let is_moved = response.response.clicked() || response.response.dragged();
    if let (true, Some(mjd)) = (is_moved, response.inner)
        && let Some(epoch) = nearest_epoch(candidate, mjd)
        && epoch != shared.place.epoch
    {
        commands.push(Command::Go(Go::Epoch(epoch)).into());
    }
}

/// "2015-02-17 05:12 UTC · g 22.78 ± 0.10", of the point drawn there.
pub(super) fn point_words(
    points: &[Point],
    place: impl Fn(&Point) -> f64,
    [x, y]: [f64; 2],
) -> Option<String> {
    let is_there = |point: &&Point| {
        (place(point) - x).abs() < 1e-6 && (point.value - y).abs() < 1e-9 * y.abs().max(1.0)
    };
    let point = points.iter().find(is_there)?;
    let band = point.band.as_ref().map_or("", Band::name);
    let value = if point.is_upper_limit {
        text!(
            "fainter than {limit}",
            limit = format_args!("{:.2}", point.value)
        )
    } else {
        let fades = if point.is_fading {
            text!(", fainter than in the reference by so much light")
        } else {
            ""
        };
        mag_in_words(point.value, point.err) + fades
    };
    let images = match point.epoch {
        Some(epoch) => text!("epoch {number}", number = epoch + 1),
        None => text!("no images").into(),
    };
    let time = cells::mjd_clock(point.mjd);
    Some(format!("{time} UTC\n{band} {value}\n{images}"))
}

/// "12 points, g and r, magnitude 18.20 to 20.31; epoch on screen: …": a light curve as it is read aloud.
pub(super) fn curve_words(
    points: &[Point],
    scale: &Scale,
    candidate: &Candidate,
    epoch: usize,
) -> String {
    let detected = points.iter().filter(|point| !point.is_upper_limit);
    let values: Vec<f64> = detected.map(|point| point.value).collect();
    let bands = by_band(points);
    let bands = bands.keys();
    let bands: Vec<_> = bands
        .map(|band| band.as_ref().map_or(text!("no band"), Band::name))
        .collect();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut words = vec![counted(values.len() as u64, "point"), bands.join(", ")];
    if !values.is_empty() {
        words.push(text!(
            "{what} {least} to {most}",
            what = value_label(scale),
            least = format_args!("{least:.2}"),
            most = format_args!("{most:.2}")
        ));
    }
    let limits = points.len() - values.len();
    if limits > 0 {
        words.push(counted(limits as u64, "upper limit"));
    }
    let here = spoken::epoch_words(candidate, epoch);
    text!(
        "{words}; on the screen: {here}",
        words = words.join(", "),
        here
    )
}

/// The filters of a light curve by colour.
fn legend_ui(ui: &mut Ui, points: &[Point]) {
    let bands = by_band(points);
    for band in bands.keys() {
        let name = band.as_ref().map_or(text!("no band"), Band::name);
        let text = egui::RichText::new(format!("● {name}"));
        let color = theme::as_text(ui, theme::band_color(band.as_ref()));
        ui.label(text.size(theme::CAPTION).color(color));
    }
    if points.iter().any(|point| point.is_fading) {
        ui.label(weak(ui, text!("× fades"))).on_hover_text(text!(
            "A cross is fainter than in the reference, by so much light"
        ));
    }
}

/// What the vertical axis is called.
pub(crate) fn value_label(scale: &Scale) -> String {
    match scale {
        Scale::Magnitudes => text!("magnitude").into(),
        Scale::Fluxes(unit) => text!("flux ({unit})", unit),
    }
}

/// Error bars longer than this are not drawn: they would hide all else.
pub(crate) const fn longest_bar(scale: &Scale) -> f64 {
    match scale {
        Scale::Magnitudes => 5.0,
        Scale::Fluxes(_) => f64::INFINITY,
    }
}

pub(crate) fn by_band(points: &[Point]) -> BTreeMap<Option<Band>, Vec<&Point>> {
    let mut bands: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for point in points {
        bands.entry(point.band.clone()).or_default().push(point);
    }
    bands
}

/// The points of one filter where `place` puts them.
pub(crate) fn draw_band(
    plot: &mut PlotUi<'_>,
    band: Option<&Band>,
    points: &[&Point],
    place: &dyn Fn(&Point) -> f64,
    longest_bar: f64,
) {
    let color = theme::band_color(band);
    let name = band.map_or(text!("no band"), Band::name).to_owned();
    let at = |point: &Point| [place(point), point.value];
    for point in points {
        if let Some(err) = point.err.filter(|err| *err > 0.0 && *err < longest_bar) {
            let [x, y] = at(point);
            let bar = vec![[x, y - err], [x, y + err]];
            plot.line(
                Line::new(name.clone(), bar)
                    .color(color.gamma_multiply(0.7))
                    .width(1.0),
            );
        }
    }
    let of = |is_meant: &dyn Fn(&Point) -> bool, has_images: bool| -> Vec<[f64; 2]> {
        points
            .iter()
            .filter(|p| is_meant(p) && p.epoch.is_some() == has_images)
            .map(|p| at(p))
            .collect()
    };
    let detected = Points::new(name.clone(), of(&Point::is_brightness, true))
        .color(color)
        .radius(3.5);
    plot.points(detected);
    let earlier = Points::new(
        text!("{name}, no images", name),
        of(&Point::is_brightness, false),
    );
    plot.points(earlier.color(color).radius(3.0).filled(false));
    for has_images in [true, false] {
        let fading = of(&|p| p.is_fading, has_images);
        let fading = Points::new(text!("{name}, fainter than in the reference", name), fading);
        let cross = fading.color(color).radius(5.0).shape(MarkerShape::Cross);
        plot.points(cross);
        let limits = of(&|p| p.is_upper_limit, has_images);
        let limits = Points::new(text!("{name}, upper limit", name), limits);
        plot.points(
            limits
                .color(color.gamma_multiply(0.8))
                .radius(3.5)
                .filled(false)
                .shape(MarkerShape::Down),
        );
    }
}
