//! The window *Side by side*: a column a candidate or epoch, a row an image.

use egui::{Align2, FontId, Rect, Sense, Ui, pos2, vec2};

use super::items::{Items, MOST};
use crate::{
    domain::{CandidateIx, Role},
    features::scoring,
    imaging::{Limits, Look},
    language::translated_static,
    text,
    widgets::{
        cells,
        pane::frame_ui,
        sight::Sight,
        spoken,
        stamp_paint::StampBatch,
        stamp_view::Place,
        theme::{self, GRID, weak},
        view_memory::{Camera, ViewMemory},
    },
    workspace::{
        action::Action,
        command::{Command, Go},
        display::Scope,
        place::Motion,
        shared::Shared,
    },
};

/// Side of a stamp, points: from, to.
const SIDES: [f32; 2] = [90.0, 240.0];
/// Height of the words above a column, points.
const HEAD: f32 = 38.0;
/// Width of the words before a row, points.
const NAME: f32 = 70.0;
/// Share of the window's width that the columns take.
const SHARE: f32 = 0.85;

pub(crate) fn side_by_side_ui(
    ui: &Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let items = Items::of(shared);
    let window = egui::Window::new(text!("Side by side"))
        .collapsible(false)
        .resizable(false)
        .default_pos(pos2(60.0, 110.0));
    frame_ui(ui, window, Action::SideBySide, commands, |ui, commands| {
        if items.columns.len() < 2 {
            ui.label(translated_static(items.why_few));
            return;
        }
        ui.label(weak(
            ui,
            text!("{title}, at one scale and one stretch", title = items.title),
        ));
        columns_ui(ui, &items, shared, memory, commands);
    });
}

/// All images, or, while blinking, one after the other at one place.
fn shown_roles(items: &Items, shared: &Shared, memory: &ViewMemory) -> Vec<Role> {
    let roles = items.roles(shared);
    let Some(Motion::Blink { is_backwards }) = shared.motion else {
        return roles;
    };
    let Some(last) = roles.len().checked_sub(1) else {
        return roles;
    };
    let step = memory.motion_step.0 % roles.len();
    vec![roles[if is_backwards { last - step } else { step }]]
}

fn columns_ui(
    ui: &mut Ui,
    items: &Items,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let roles = shown_roles(items, shared, memory);
    let screen = ui.ctx().content_rect().size();
    let [least, most] = SIDES;
    let wide = (SHARE * screen.x - NAME) / items.columns.len() as f32 - GRID;
    let high = (SHARE * screen.y - 110.0 - HEAD) / roles.len().max(1) as f32 - GRID;
    let side = wide.min(high).clamp(least, most);
    let step = side + GRID;
    let size = vec2(
        NAME + step * items.columns.len() as f32,
        HEAD + step * roles.len() as f32,
    );
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    spoken::picture(&response, text!("stamps side by side"), || {
        let roles: Vec<_> = roles
            .iter()
            .map(|role| translated_static(role.name()))
            .collect();
        let columns: Vec<_> = items
            .columns
            .iter()
            .map(|at| column_words(shared, *at))
            .collect();
        format!("{}: {}", roles.join(", "), columns.join("; "))
    });
    let mut batch = StampBatch::default();
    for (row, role) in roles.iter().enumerate() {
        let top = area.top() + HEAD + step * row as f32;
        ui.painter().text(
            pos2(area.left(), top + side / 2.0),
            Align2::LEFT_CENTER,
            translated_static(role.name()),
            FontId::proportional(theme::CAPTION),
            theme::caption_color(ui),
        );
        let common = Common::of(items, *role, shared, memory);
        for (column, (ix, epoch)) in items.columns.iter().enumerate() {
            let left = area.left() + NAME + step * column as f32;
            let place = Place {
                candidate: *ix,
                epoch: *epoch,
                role: *role,
                rect: Rect::from_min_size(pos2(left, top), vec2(side, side)),
                scope: Scope::Epoch,
                sight: Sight::Glimpse,
            };
            let camera = common.camera(shared, &place, memory.camera);
            place.lay_as(ui, shared, memory, &mut batch, camera, |look| {
                common.look(look)
            });
        }
    }
    for (column, (ix, epoch)) in items.columns.iter().enumerate() {
        memory.small.push((*ix, *epoch));
        let left = area.left() + NAME + step * column as f32;
        let head = Rect::from_min_size(pos2(left, area.top()), vec2(side, HEAD));
        head_ui(ui, head, shared, (*ix, *epoch), commands);
    }
    let number = memory.batches;
    memory.batches += 1;
    batch.paint(ui, area, number, &memory.lost);
    if items.columns.len() == MOST {
        ui.label(weak(
            ui,
            text!("Six at most. A click above a column goes there."),
        ));
    }
}

/// A column as it is read aloud.
fn column_words(shared: &Shared, (ix, epoch): (CandidateIx, usize)) -> String {
    let Some(candidate) = shared.catalogue.get(ix) else {
        return String::new();
    };
    let words = scoring::badge::candidate_words(shared, ix);
    text!(
        "{candidate}, epoch {number}, {words}",
        candidate = candidate.id,
        number = epoch + 1,
        words
    )
}

/// Identifier or epoch, score and label above a column; a click goes there.
fn head_ui(
    ui: &Ui,
    rect: Rect,
    shared: &Shared,
    (ix, epoch): (CandidateIx, usize),
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(candidate) = shared.catalogue.get(ix) else {
        return;
    };
    let id = ui.scope_id().with(("side by side", ix, epoch));
    let response = ui.interact(rect, id, Sense::click());
    let response = cells::named(response, egui::Role::Button, &candidate.id);
    spoken::describe(&response, || column_words(shared, (ix, epoch)));
    let is_here = shared.place.candidate == Some(ix)
        && (candidate.epochs.len() < 2 || shared.place.epoch == epoch);
    if is_here {
        let fill = theme::AMBER.gamma_multiply(0.3);
        ui.painter().rect_filled(rect, 3.0, fill);
    } else if response.hovered() {
        let fill = ui.visuals().widgets.hovered.weak_bg_fill;
        ui.painter().rect_filled(rect, 3.0, fill);
    }
    let painter = ui.painter().with_clip_rect(rect);
    let font = FontId::proportional(theme::CAPTION);
    let name = cells::end_of(&painter, &candidate.id, &font, rect.width() - 6.0);
    painter.text(
        rect.left_top() + vec2(3.0, 2.0),
        Align2::LEFT_TOP,
        name,
        font.clone(),
        ui.visuals().text_color(),
    );
    let words = if candidate.epochs.len() > 1 {
        text!("epoch {number}", number = epoch + 1)
    } else {
        cells::label_word(shared.label_on_screen(candidate))
    };
    let mut left = rect.left() + 3.0;
    if candidate.epochs.len() < 2
        && let Some(reading) = scoring::badge::of_candidate(shared, ix)
    {
        let corner = pos2(left, rect.bottom() - 2.0 - scoring::badge::BADGE.y);
        let badge = Rect::from_min_size(corner, scoring::badge::BADGE);
        scoring::badge::paint(ui, &painter, badge, shared, reading);
        left = badge.right() + 4.0;
    }
    painter.text(
        pos2(left, rect.bottom() - 3.0),
        Align2::LEFT_BOTTOM,
        words,
        font,
        theme::caption_color(ui),
    );
    if response.clicked() {
        if shared.place.candidate == Some(ix) {
            commands.push(Command::Go(Go::Epoch(epoch)).into());
        } else {
            let open = false;
            commands.push(
                Command::Go(Go::To {
                    candidate: ix,
                    open,
                })
                .into(),
            );
        }
    }
}

/// What the stamps of a row share.
struct Common {
    /// Width of the interval of values.
    width: f64,
    /// Side of the largest stamp, pixels.
    side_px: usize,
}

impl Common {
    fn of(items: &Items, role: Role, shared: &Shared, memory: &mut ViewMemory) -> Self {
        let mut common = Self {
            width: 0.0,
            side_px: 1,
        };
        for (ix, epoch) in &items.columns {
            let look = memory.looks.look(shared, *ix, *epoch, role, Scope::Epoch);
            let width = look.map_or(0.0, |look| width_of(&look));
            if width.is_finite() {
                common.width = common.width.max(width);
            }
            if let Some(stamp) = shared.pixels_of(*ix, *epoch, role) {
                common.side_px = common.side_px.max(stamp.width).max(stamp.height);
            }
        }
        common
    }

    /// A pixel is as large in every column.
    fn camera(&self, shared: &Shared, place: &Place, camera: Camera) -> Camera {
        let stamp = shared.pixels_of(place.candidate, place.epoch, place.role);
        let side = stamp.map_or(self.side_px, |stamp| stamp.width.max(stamp.height));
        Camera {
            zoom: camera.zoom * side as f64 / self.side_px as f64,
            ..camera
        }
    }

    /// The widest interval of the row: from each stamp's own lower end, or about zero where it was about zero.
    fn look(&self, mut look: Look) -> Look {
        let Limits { low, high } = look.limits;
        let width = self.width as f32;
        if look.equalise.is_some() || width <= 0.0 {
            return look;
        }
        let is_symmetric = (low + high).abs() <= 1e-3 * (high - low);
        look.limits = if is_symmetric {
            Limits {
                low: -width / 2.0,
                high: width / 2.0,
            }
        } else {
            Limits {
                low,
                high: low + width,
            }
        };
        look
    }
}

fn width_of(look: &Look) -> f64 {
    f64::from(look.limits.high) - f64::from(look.limits.low)
}
