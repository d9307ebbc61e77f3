//! One cell of the mosaic: stamps, the frame of its label, score, identifier and marks.

use egui::{Align2, FontId, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::{
    domain::{CandidateIx, Role},
    features::scoring,
    text,
    widgets::{
        cells,
        sight::Sight,
        stamp_paint::StampBatch,
        stamp_view::{Place, outlined_text},
        theme,
        view_memory::{Camera, ViewMemory},
    },
    workspace::{display::Scope, shared::Shared},
};

/// Height of the words under the stamps, points.
pub const FOOT: f32 = 21.0;
/// Height of the bar of a score at the very foot of a cell.
const BAR: f32 = 3.0;

/// The stamps of a cell: one role, or none for the triplet.
pub fn cell_stamps(
    ui: &Ui,
    role: Option<Role>,
    rect: Rect,
    shared: &Shared,
    memory: &mut ViewMemory,
    ix: CandidateIx,
    batch: &mut StampBatch,
) {
    let epoch = shared.epoch_to_show(ix);
    let is_whole = ui.clip_rect().expand(1.0).contains_rect(rect);
    let sight = if is_whole {
        Sight::Cell
    } else {
        Sight::Glimpse
    };
    memory.sight.show(sight, ix, epoch);
    let side = rect.height() - FOOT;
    let roles: &[Role] = match &role {
        Some(role) => std::slice::from_ref(role),
        None => &[Role::Science, Role::Reference, Role::Difference],
    };
    for (at, role) in roles.iter().enumerate() {
        let corner = rect.min + vec2(at as f32 * side, 0.0);
        let square = Rect::from_min_size(corner, vec2(side, side)).shrink2(vec2(0.5, 0.0));
        let place = Place {
            candidate: ix,
            epoch,
            role: *role,
            rect: square,
            scope: Scope::Epoch,
            sight,
        };
        place.lay(ui, shared, memory, batch, Camera::default());
    }
}

/// Frame, marks and words of a cell, over its stamps.
pub fn cell_frame(ui: &Ui, rect: Rect, shared: &Shared, ix: CandidateIx) {
    let Some(candidate) = shared.catalogue.get(ix) else {
        return;
    };
    let labels = shared.label_on_screen(candidate);
    let painter = ui.painter();
    if let Some(color) = cells::label_color(shared, labels) {
        painter.rect_stroke(rect, 2.0, Stroke::new(2.5, color), StrokeKind::Inside);
    }
    let is_selected = shared.selection.contains(ix);
    let is_current = shared.place.candidate == Some(ix);
    if is_selected || is_current {
        let width = if is_selected { 3.0 } else { 1.5 };
        painter.rect_stroke(
            rect,
            2.0,
            Stroke::new(width, theme::AMBER),
            StrokeKind::Outside,
        );
    }
    if is_selected || is_current {
        // Never over the pixels: they are judged by their brightness. A frame alone is too like that of some labels.
        let foot = rect.with_min_y(rect.bottom() - FOOT);
        let strength = if is_current { 0.45 } else { 0.3 };
        painter.rect_filled(foot, 2.0, theme::AMBER.gamma_multiply(strength));
    }
    let value = cells::sorted_value(shared, ix);
    if !value.is_empty() {
        outlined_text(painter, rect.min + vec2(4.0, 3.0), Align2::LEFT_TOP, &value);
    }
    // At the foot it would leave no space for the identifier.
    let flag = if labels.is_flagged { "⚑ " } else { "" };
    let word = format!("{flag}{}", cells::label_word(labels));
    if !word.is_empty() {
        outlined_text(
            painter,
            rect.right_top() + vec2(-4.0, 3.0),
            Align2::RIGHT_TOP,
            word.trim_end(),
        );
    }
    cell_words(ui, rect, shared, ix);
}

/// A cell as it is read aloud: place in the queue, label, score, and whether it is selected.
pub fn words(shared: &Shared, ix: CandidateIx) -> String {
    let words = scoring::badge::candidate_words(shared, ix);
    if shared.selection.contains(ix) {
        text!("{words}, selected", words)
    } else {
        words
    }
}

/// Score and identifier at the foot of a cell.
fn cell_words(ui: &Ui, rect: Rect, shared: &Shared, ix: CandidateIx) {
    let Some(candidate) = shared.catalogue.get(ix) else {
        return;
    };
    let painter = ui.painter();
    let mut left = rect.left() + 5.0;
    if let Some(reading) = scoring::badge::of_candidate(shared, ix) {
        let inner = rect.shrink2(vec2(2.5, 2.5));
        let bar = inner.with_min_y(inner.bottom() - BAR);
        let mark = ui.visuals().text_color();
        scoring::badge::bar(painter, bar, shared, reading, mark);
        let corner = pos2(rect.left() + 4.0, rect.bottom() - FOOT + 2.0);
        let badge = Rect::from_min_size(corner, scoring::badge::BADGE);
        scoring::badge::paint(ui, painter, badge, shared, reading);
        left = badge.right() + 4.0;
    }
    let font = FontId::proportional(theme::CAPTION);
    let is_filled = shared.selection.contains(ix) || shared.place.candidate == Some(ix);
    let color = if is_filled {
        ui.visuals().text_color()
    } else {
        theme::caption_color(ui)
    };
    let foot = painter.with_clip_rect(rect.shrink2(vec2(3.0, 0.0)).intersect(ui.clip_rect()));
    let right = pos2(rect.right() - 5.0, rect.bottom() - 3.0 - BAR);
    let width = right.x - left;
    let id = cells::end_of(&foot, &candidate.id, &font, width);
    foot.text(pos2(left, right.y), Align2::LEFT_BOTTOM, id, font, color);
}
