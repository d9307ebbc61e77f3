//! One stamp on the screen: matte, pixels, compass, scale bar, badges, cross-hair.

use egui::{Align2, Color32, FontId, Pos2, Rect, Stroke, Ui, Vec2, pos2, vec2};

use super::{
    sight::{LaidStamp, Outcome, Sight},
    stamp_paint::StampBatch,
    theme,
};
use crate::{
    domain::{CandidateIx, DifferenceSign, Role},
    gpu::StampInstance,
    imaging::{Look, Orientation, ScaleBar, View},
    text,
    widgets::view_memory::{Camera, ViewMemory},
    workspace::{display::Scope, shared::Shared, stamp_cache::CachedStamp},
};

/// Points that a text instead of pixels needs at least.
const LEAST_WIDTH: f32 = 24.0;

/// Which stamp, and where.
#[derive(Clone, Copy)]
pub struct Place {
    pub candidate: CandidateIx,
    /// Epoch from 0.
    pub epoch: usize,
    pub role: Role,
    /// Where on the screen, points.
    pub rect: Rect,
    /// Whose limits it takes.
    pub scope: Scope,
    pub sight: Sight,
}

/// A stamp laid out in its rectangle.
#[derive(Clone, Copy)]
pub struct Laid {
    pub place: Place,
    /// How pixels fall on the screen, in device pixels relative to the rectangle.
    pub view: View,
}

impl Place {
    /// Paints the matte and adds the stamp to the batch. None where there is no stamp to
    /// draw; then the reason stands in its place.
    pub fn lay(
        self,
        ui: &Ui,
        shared: &Shared,
        memory: &mut ViewMemory,
        batch: &mut StampBatch,
        camera: Camera,
    ) -> Option<Laid> {
        self.lay_as(ui, shared, memory, batch, camera, |look| look)
    }

    /// The same with another look than its own.
    pub fn lay_as(
        self,
        ui: &Ui,
        shared: &Shared,
        memory: &mut ViewMemory,
        batch: &mut StampBatch,
        camera: Camera,
        change: impl FnOnce(Look) -> Look,
    ) -> Option<Laid> {
        ui.painter().rect_filled(self.rect, 2.0, theme::matte(ui));
        let epoch = shared
            .catalogue
            .get(self.candidate)?
            .epochs
            .get(self.epoch)?;
        let Some(stamp) = epoch.stamp(self.role) else {
            self.print_line(ui, text!("none"));
            return None;
        };
        let note = |memory: &mut ViewMemory, outcome| {
            memory.sight.lay(LaidStamp {
                candidate: self.candidate,
                epoch: self.epoch,
                role: self.role,
                stamp: stamp.id,
                rect: self.rect,
                sight: self.sight,
                outcome,
            });
        };
        let decoded = match shared.stamps.get(stamp.id) {
            Some(CachedStamp::Ready(decoded)) => decoded,
            Some(CachedStamp::Failed(problem)) => {
                self.print_line(ui, &problem.why);
                note(memory, Outcome::Refused);
                return None;
            }
            Some(CachedStamp::Pending) | None => {
                note(memory, Outcome::Pending);
                return None;
            }
        };
        let look = memory
            .looks
            .look(shared, self.candidate, self.epoch, self.role, self.scope)?;
        note(memory, Outcome::Laid);
        let size = [decoded.stamp.width, decoded.stamp.height];
        let orientation = Orientation::of(&decoded.stamp.geometry, shared.display.is_north_up);
        let scale = ui.pixels_per_point();
        let rect_px = self.rect * scale;
        let size_px = [f64::from(rect_px.width()), f64::from(rect_px.height())];
        let mut view = View::fit(size_px, size, orientation).zoomed(camera.zoom);
        view.center[0] += camera.offset_px[0];
        view.center[1] += camera.offset_px[1];
        let is_negated = shared.display.negates(self.role, epoch.difference_sign);
        let instance = StampInstance {
            stamp: stamp.id,
            rect_px: [
                rect_px.min.x,
                rect_px.min.y,
                rect_px.width(),
                rect_px.height(),
            ],
            placement: view.placement(size_px),
            look: 0,
            is_negated,
        };
        batch.push(instance, change(look));
        if memory.lost.is_left_out(stamp.id) {
            self.note_no_room(ui);
        }
        Some(Laid { place: self, view })
    }

    /// In place of a stamp for which the GPU has no memory.
    fn note_no_room(&self, ui: &Ui) {
        self.print_line(ui, text!("GPU memory full"));
        if self.rect.width() < LEAST_WIDTH + 2.0 * theme::GRID {
            let font = FontId::proportional(theme::CAPTION);
            let color = theme::caption_color(ui);
            let center = self.rect.center();
            ui.painter()
                .text(center, Align2::CENTER_CENTER, "–", font, color);
        }
    }

    /// A short text in the middle, instead of pixels.
    fn print_line(&self, ui: &Ui, text: &str) {
        let width = self.rect.width() - 2.0 * theme::GRID;
        if width < LEAST_WIDTH {
            return;
        }
        let font = FontId::proportional(theme::CAPTION);
        let color = theme::caption_color(ui);
        let galley = ui.painter().layout(text.to_owned(), font, color, width);
        let at = self.rect.center() - galley.size() / 2.0;
        ui.painter()
            .with_clip_rect(self.rect.intersect(ui.clip_rect()))
            .galley(at, galley, color);
    }
}

impl Laid {
    /// Position in the stamp under a point of the screen, in stamp pixels.
    pub fn position_at(&self, ui: &Ui, point: Pos2) -> [f64; 2] {
        let scale = ui.pixels_per_point();
        let offset = (point - self.place.rect.min) * scale;
        self.placement(ui).position_at([offset.x, offset.y])
    }

    /// The point of the screen at a position in the stamp.
    pub fn point_at(&self, ui: &Ui, position: [f64; 2]) -> Option<Pos2> {
        let [x, y] = self.placement(ui).offset_of(position)?;
        Some(self.place.rect.min + vec2(x, y) / ui.pixels_per_point())
    }

    fn placement(&self, ui: &Ui) -> crate::imaging::Placement {
        let size = self.place.rect.size() * ui.pixels_per_point();
        self.view.placement([f64::from(size.x), f64::from(size.y)])
    }

    /// Compass, scale bar and sign badge, over the pixels.
    pub fn decorate(&self, ui: &Ui, shared: &Shared) {
        let Some(stamp) = self.stamp_geometry(shared) else {
            return;
        };
        let painter = ui
            .painter()
            .with_clip_rect(self.place.rect.intersect(ui.clip_rect()));
        let corner = self.place.rect.right_bottom() - Vec2::splat(30.0);
        if let Some(compass) = self.view.orientation.compass(&stamp) {
            for (name, [x, y]) in [("N", compass.north), ("E", compass.east)] {
                let tip = corner + vec2(x as f32, y as f32) * 16.0;
                outlined_line(&painter, [corner, tip]);
                outlined_text(
                    &painter,
                    corner + vec2(x as f32, y as f32) * 23.0,
                    Align2::CENTER_CENTER,
                    name,
                );
            }
        }
        let zoom = self.view.zoom / f64::from(ui.pixels_per_point());
        let most = f64::from(self.place.rect.width()) * 0.3;
        if let Some(bar) = ScaleBar::fit(stamp.arcsec_per_px(), zoom, most) {
            let left = self.place.rect.left_bottom() + vec2(theme::GRID, -theme::GRID);
            outlined_line(&painter, [left, left + vec2(bar.length_px as f32, 0.0)]);
            outlined_text(
                &painter,
                left + vec2(0.0, -3.0),
                Align2::LEFT_BOTTOM,
                &bar.label(),
            );
        }
        if let Some(text) = self.sign_badge(shared) {
            let at = self.place.rect.right_top() + vec2(-theme::GRID, theme::GRID / 2.0);
            outlined_text(&painter, at, Align2::RIGHT_TOP, text);
        }
    }

    fn sign_badge(&self, shared: &Shared) -> Option<&'static str> {
        if self.place.role != Role::Difference {
            return None;
        }
        let epoch = shared
            .catalogue
            .get(self.place.candidate)?
            .epochs
            .get(self.place.epoch)?;
        match (epoch.difference_sign, shared.display.flips_sign) {
            (DifferenceSign::ScienceMinusReference, _) => Some(text!("sci − ref")),
            (DifferenceSign::ReferenceMinusScience, false) => Some(text!("ref − sci")),
            (DifferenceSign::ReferenceMinusScience, true) => {
                Some(text!("sci − ref (sign flipped)"))
            }
            (DifferenceSign::Unknown, _) => None,
        }
    }

    fn stamp_geometry(&self, shared: &Shared) -> Option<crate::domain::Geometry> {
        let epoch = shared
            .catalogue
            .get(self.place.candidate)?
            .epochs
            .get(self.place.epoch)?;
        let id = epoch.stamp(self.place.role)?.id;
        Some(shared.stamps.ready(id)?.stamp.geometry)
    }

    /// The mirrored cross-hair: a square round the pixel under the pointer.
    pub fn crosshair(&self, ui: &Ui, position: [f64; 2]) {
        let Some(center) = self.point_at(ui, position) else {
            return;
        };
        if !self.place.rect.contains(center) {
            return;
        }
        let painter = ui
            .painter()
            .with_clip_rect(self.place.rect.intersect(ui.clip_rect()));
        let gap = 5.0_f32.max((self.view.zoom / f64::from(ui.pixels_per_point())) as f32);
        let rect = self.place.rect;
        for line in [
            [pos2(rect.left(), center.y), pos2(center.x - gap, center.y)],
            [pos2(center.x + gap, center.y), pos2(rect.right(), center.y)],
            [pos2(center.x, rect.top()), pos2(center.x, center.y - gap)],
            [
                pos2(center.x, center.y + gap),
                pos2(center.x, rect.bottom()),
            ],
        ] {
            painter.line_segment(line, Stroke::new(1.0, theme::AMBER.gamma_multiply(0.7)));
        }
    }
}

/// A line that is seen on black and on white.
fn outlined_line(painter: &egui::Painter, line: [Pos2; 2]) {
    painter.line_segment(line, Stroke::new(3.5, Color32::from_black_alpha(170)));
    painter.line_segment(line, Stroke::new(1.5, Color32::WHITE));
}

/// A text that is read on black and on white.
pub fn outlined_text(painter: &egui::Painter, at: Pos2, align: Align2, text: &str) {
    let font = FontId::proportional(theme::CAPTION);
    let galley = painter.layout_no_wrap(text.to_owned(), font, Color32::WHITE);
    let rect = align.anchor_size(at, galley.size());
    painter.rect_filled(
        rect.expand2(vec2(3.0, 0.0)),
        2.0,
        Color32::from_black_alpha(150),
    );
    painter.galley(rect.min, galley, Color32::WHITE);
}
