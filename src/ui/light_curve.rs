//! The light curve: points with errors, upper limits, bands in colour, one cursor.

use std::collections::BTreeMap;

use egui::{Ui, Vec2b};
use egui_plot::{Line, MarkerShape, Plot, PlotUi, Points, VLine};

use super::{inspect::weak, theme};
use crate::{
    app::{
        AppState, Command,
        command::Go,
        light_curve::{Point, light_curve, nearest_epoch},
    },
    domain::Band,
};

/// The plot, filling what is left.
pub fn light_curve_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let Some(candidate) = state.candidate() else {
        return;
    };
    let points = light_curve(candidate);
    if points.is_empty() {
        ui.centered_and_justified(|ui| {
            ui.label(weak(
                ui,
                "No light curve: this candidate has no magnitudes with times.",
            ));
        });
        return;
    }
    let origin = points
        .iter()
        .map(|p| p.mjd.days())
        .fold(f64::INFINITY, f64::min)
        .floor();
    let cursor = state
        .epoch()
        .and_then(|epoch| epoch.mjd)
        .map(|mjd| mjd.days() - origin);
    let plot = Plot::new(("light curve", &*candidate.id))
        .invert_y(true)
        .allow_scroll(false)
        .allow_zoom(Vec2b::TRUE)
        .allow_boxed_zoom(false)
        .x_axis_label(format!("MJD − {origin:.0} (days)"))
        .y_axis_label("magnitude")
        .y_axis_min_width(40.0)
        .set_margin_fraction(egui::vec2(0.03, 0.12))
        .grid_color(theme::grid_color(ui))
        .show_crosshair(false);
    let response = plot.show(ui, |plot| {
        for (band, points) in by_band(&points) {
            draw_band(plot, band.as_ref(), &points, origin);
        }
        if let Some(x) = cursor {
            plot.vline(
                VLine::new("epoch on screen", x)
                    .color(theme::AMBER)
                    .width(1.5),
            );
        }
        plot.pointer_coordinate().map(|at| at.x + origin)
    });
    let is_moved = response.response.clicked() || response.response.dragged();
    if let (true, Some(mjd)) = (is_moved, response.inner)
        && let Some(epoch) = nearest_epoch(candidate, mjd)
        && epoch != state.place.epoch
    {
        commands.push(Command::Go(Go::Epoch(epoch)));
    }
}

fn by_band(points: &[Point]) -> BTreeMap<Option<Band>, Vec<&Point>> {
    let mut bands: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for point in points {
        bands.entry(point.band.clone()).or_default().push(point);
    }
    bands
}

fn draw_band(plot: &mut PlotUi<'_>, band: Option<&Band>, points: &[&Point], origin: f64) {
    let color = theme::band_color(band);
    let name = band.map_or("no band", Band::name).to_owned();
    let at = |point: &Point| [point.mjd.days() - origin, point.mag];
    for point in points {
        if let Some(err) = point.mag_err.filter(|err| *err > 0.0 && *err < 5.0) {
            let [x, y] = at(point);
            let bar = vec![[x, y - err], [x, y + err]];
            plot.line(
                Line::new(name.clone(), bar)
                    .color(color.gamma_multiply(0.7))
                    .width(1.0),
            );
        }
    }
    let of = |wants_limit: bool, has_images: bool| -> Vec<[f64; 2]> {
        points
            .iter()
            .filter(|p| p.is_upper_limit == wants_limit && p.epoch.is_some() == has_images)
            .map(|p| at(p))
            .collect()
    };
    let detected = Points::new(name.clone(), of(false, true))
        .color(color)
        .radius(3.5);
    plot.points(detected);
    let earlier = Points::new(format!("{name}, no images"), of(false, false));
    plot.points(earlier.color(color).radius(3.0).filled(false));
    for has_images in [true, false] {
        let limits = Points::new(format!("{name}, upper limit"), of(true, has_images));
        plot.points(
            limits
                .color(color.gamma_multiply(0.8))
                .radius(3.5)
                .filled(false)
                .shape(MarkerShape::Down),
        );
    }
}
