//! What colours of the latent space mean, and its components drawn over the points.

use egui::{Align2, Color32, FontId, Painter, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::{
    bar::color_name,
    memory::{OUTLINE, OnScreen, SIGMAS},
};
use crate::{
    domain::words::thousands,
    features::latent::{colors::shade_color, shade::Legend, state::LatentPane},
    imaging::Plane,
    language::translated_static,
    text,
    widgets::{stamp_view::outlined_text, theme},
    workspace::{settings::Theme, shared::Shared},
};

/// Classes that the legend lists at most.
const MOST_ROWS: usize = 24;
/// Height of a row, points.
const ROW: f32 = 15.0;

/// Ellipses and centroids of the components.
pub fn components_over(painter: &Painter, plot: &OnScreen, latent: &LatentPane, plane: &Plane) {
    let Some(space) = latent.space() else {
        return;
    };
    for (at, component) in space.components.iter().enumerate() {
        let is_chosen = latent.chosen() == Some(at);
        let color = theme::component_color(at);
        let ellipse = plane.ellipse(&component.mean, &component.variance, SIGMAS);
        let outline = ellipse.outline(OUTLINE).map(|place| plot.screen(place));
        let width = if is_chosen { 2.5 } else { 1.0 };
        let outline: Vec<_> = outline.collect();
        painter.add(Shape::closed_line(outline, Stroke::new(width, color)));
        let center = plot.screen(ellipse.center);
        painter.circle(center, 4.0, color, Stroke::new(1.0, Color32::BLACK));
        outlined_text(
            painter,
            center + vec2(7.0, 0.0),
            Align2::LEFT_CENTER,
            &(at + 1).to_string(),
        );
    }
}

/// The legend, in the corner of the plot.
pub fn legend_ui(ui: &Ui, latent: &LatentPane, shared: &Shared, rect: Rect) {
    let Some(shades) = latent.shades() else {
        return;
    };
    let corner = rect.min + vec2(theme::GRID, theme::GRID);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let title = color_name(&shades.color_by);
    let mut list = Rows {
        painter,
        at: corner,
        text: ui.visuals().text_color(),
    };
    list.line(title, 0.0);
    match &shades.legend {
        Legend::Classes(classes) => {
            for (at, (name, count)) in classes.iter().enumerate().take(MOST_ROWS) {
                let color = shade_color(&shades.color_by, shared, at, name);
                list.swatch(color);
                list.line(&format!("{name}  {}", thousands(*count as u64)), 14.0);
            }
        }
        Legend::Range { low, high } => {
            list.ramp(shared.settings.theme == Theme::Dark);
            list.line(
                &text!("{low}  to  {high}", low = short(*low), high = short(*high)),
                0.0,
            );
        }
        Legend::Nothing(why) => list.line(translated_static(why), 0.0),
    }
}

/// With as many decimals as mean something.
fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 1000.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// Lines one below the other.
struct Rows {
    painter: Painter,
    at: egui::Pos2,
    text: Color32,
}

impl Rows {
    fn line(&mut self, text: &str, indent: f32) {
        let font = FontId::proportional(theme::CAPTION);
        let galley = self
            .painter
            .layout_no_wrap(text.to_owned(), font, self.text);
        let at = self.at + vec2(indent, 0.0);
        let behind = Rect::from_min_size(at, galley.size()).expand2(vec2(3.0, 0.0));
        let shade = if self.text.r() > 128 { 0 } else { 255 };
        let behind_color = Color32::from_rgba_unmultiplied(shade, shade, shade, 110);
        self.painter.rect_filled(behind, 2.0, behind_color);
        self.painter.galley(at, galley, self.text);
        self.at.y += ROW;
    }

    fn swatch(&self, color: Color32) {
        let middle = self.at + Vec2::new(5.0, ROW / 2.0 - 1.0);
        self.painter.circle_filled(middle, 4.0, color);
    }

    fn ramp(&mut self, is_dark: bool) {
        const STEPS: usize = 40;
        const WIDTH: f32 = 120.0;
        for step in 0..STEPS {
            let share = step as f32 / (STEPS - 1) as f32;
            let left = self.at.x + WIDTH * step as f32 / STEPS as f32;
            let size = vec2(WIDTH / STEPS as f32 + 0.5, 9.0);
            let rect = Rect::from_min_size(pos2(left, self.at.y + 2.0), size);
            let color = theme::range_color(share, is_dark);
            self.painter.rect_filled(rect, 0.0, color);
        }
        self.at.y += ROW;
    }
}
