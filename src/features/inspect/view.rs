//! Inspect: the large stamps of one epoch, the strip of all epochs, the light curve.

use egui::{Rect, ScrollArea, Sense, Ui, containers::scroll_area::ScrollSource, pos2, vec2};

use super::strip::strip_ui;
use crate::{
    domain::{Candidate, CandidateIx, Role},
    features::{
        explanation::{
            self,
            heat_map::{self, HeatMapTextures},
            state::{ExplainChoice, ExplanationPane},
        },
        light_curve::{measured::CurveChoice, state::LightCurvePane, view::light_curve_ui},
        scoring::{
            self, class_bands,
            class_table::{class_table_ui, class_table_width},
        },
    },
    language::translated_static,
    text,
    widgets::{
        readout,
        sight::Sight,
        spoken,
        stamp_paint::StampBatch,
        stamp_view::{Laid, Place},
        theme::GRID,
        view_memory::{Camera, Hover, ViewMemory},
    },
    workspace::{
        command::Command,
        display::{Display, Scope, Tweak},
        place::Motion,
        scores::shown::ShownModel,
        shared::Shared,
        stamp_cache::CachedStamp,
    },
};

/// Share of the light curve where class probabilities stand below it.
const CURVE_SHARE: f32 = 0.55;
/// What stamps, strip and curves need; where there is less, they scroll. Points.
const LEAST_HEIGHT: f32 = 390.0;
/// Height of the captions above and below the large stamps, points.
const CAPTIONS: f32 = 40.0;

pub fn inspect_ui(
    ui: &mut Ui,
    light_curve: &LightCurvePane,
    explanation: &ExplanationPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    heat_maps: &mut HeatMapTextures,
    commands: &mut Vec<impl From<Command> + From<CurveChoice> + From<ExplainChoice>>,
) {
    let (Some(ix), Some(candidate)) = (shared.place.candidate, shared.candidate()) else {
        nothing_here(ui, shared);
        return;
    };
    scores_ui(ui, shared, ix);
    // Over a stamp the wheel zooms.
    let mouse_wheel = memory.hover.is_none();
    let mut show = |ui: &mut Ui, area: Rect| {
        let (here, panes) = ((area, ix, candidate), (light_curve, explanation));
        epoch_ui(ui, here, panes, shared, memory, heat_maps, commands);
    };
    let area = ui.available_rect_before_wrap();
    if area.height() >= LEAST_HEIGHT {
        show(ui, area);
        return;
    }
    let scroll_source = ScrollSource {
        mouse_wheel,
        ..ScrollSource::default()
    };
    ScrollArea::vertical()
        .id_salt("low window")
        .auto_shrink(false)
        .scroll_source(scroll_source)
        .show(ui, |ui| {
            let size = vec2(ui.available_width(), LEAST_HEIGHT);
            show(ui, Rect::from_min_size(ui.cursor().min, size));
        });
}

/// Stamps, strip and curves of the epoch on screen, in this rectangle.
fn epoch_ui(
    ui: &mut Ui,
    (area, ix, candidate): (Rect, CandidateIx, &Candidate),
    (light_curve, explanation): (&LightCurvePane, &ExplanationPane),
    shared: &Shared,
    memory: &mut ViewMemory,
    heat_maps: &mut HeatMapTextures,
    commands: &mut Vec<impl From<Command> + From<CurveChoice> + From<ExplainChoice>>,
) {
    let roles = candidate.roles();
    let strip_height = strip_height(candidate, &roles, area);
    // One epoch is no curve and has no course of classes: its stamps take all the place.
    let has_curve = candidate.epochs.len() + candidate.history.len() > 1;
    let has_classes =
        candidate.epochs.len() > 1 && !shared.is_blind() && shared.scores.class_model().is_some();
    let least_curve = if !has_curve {
        0.0
    } else if has_classes {
        (area.height() * 0.38).clamp(160.0, 380.0)
    } else {
        (area.height() * 0.25).clamp(110.0, 240.0)
    };
    let bar_height = if explanation.shows_explanations(shared) {
        explanation::view::HEIGHT
    } else {
        0.0
    };
    let most_stamps = area.height() - least_curve - strip_height - bar_height - 2.0 * GRID;
    // Stamps as large as they can be; what they leave goes to the light curve.
    let stamps_height = most_stamps.min(needed_height(
        shown_roles(candidate, shared, memory).len(),
        area,
        most_stamps,
    ));
    let (stamps, rest) = area.split_top_bottom_at_y(area.top() + stamps_height.max(120.0));
    let (bar, rest) = rest.split_top_bottom_at_y(rest.top() + bar_height);
    let (strip, curve) = rest.split_top_bottom_at_y(rest.top() + strip_height + GRID);
    large_stamps(ui, stamps, explanation, shared, memory, heat_maps, commands);
    if bar_height > 0.0 {
        explanation::view::explain_bar_ui(ui, bar, explanation, shared, commands);
    }
    if strip_height > 0.0 {
        strip_ui(
            ui,
            strip.shrink2(vec2(0.0, GRID / 2.0)),
            shared,
            memory,
            commands,
        );
    }
    if !has_curve {
        ui.allocate_rect(area, Sense::hover());
        return;
    }
    let table_width = class_table_width(shared).filter(|width| {
        let fits = curve.width() > 2.5 * width;
        has_classes && fits
    });
    let (curve, table) = curve.split_left_right_at_x(curve.right() - table_width.unwrap_or(0.0));
    if table_width.is_some() {
        let table = table.with_min_x(table.left() + GRID);
        let builder = egui::UiBuilder::new()
            .max_rect(table)
            .id_salt("class table");
        class_table_ui(&mut ui.new_child(builder), shared, ix);
    }
    let share = if has_classes { CURVE_SHARE } else { 1.0 };
    let (curve, bands) = curve.split_top_bottom_at_fraction(share);
    if has_classes {
        let builder = egui::UiBuilder::new().max_rect(bands).id_salt("classes");
        class_bands::class_bands_ui(&mut ui.new_child(builder), shared, commands);
    }
    let mut curve_ui = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(curve)
            .id_salt("light curve"),
    );
    light_curve_ui(&mut curve_ui, light_curve, shared, commands);
    ui.allocate_rect(area, Sense::hover());
}

/// The result of every shown model in words, the active one first; the place stays where scores are
/// hidden.
fn scores_ui(ui: &mut Ui, shared: &Shared, ix: CandidateIx) {
    let size = vec2(ui.available_width(), 18.0);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        if shared.is_blind() {
            return;
        }
        egui::ScrollArea::horizontal()
            .id_salt("scores of this epoch")
            .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                let is_active = |model: &&ShownModel| shared.scores.is_active(&model.source);
                let (active, others): (Vec<_>, Vec<_>) =
                    shared.scores.shown().iter().partition(is_active);
                for model in active.into_iter().chain(others) {
                    let reading = shared.scores.of_epoch(model, ix, shared.place.epoch);
                    let epoch = Some(shared.place.epoch);
                    let known = shared.scores.known_classes(model, ix, epoch);
                    scoring::badge::result_ui(ui, (shared, ix), model, reading, known);
                    ui.add_space(2.0 * GRID);
                }
            });
    });
}

fn strip_height(candidate: &Candidate, roles: &[Role], area: Rect) -> f32 {
    if candidate.epochs.len() < 2 {
        return 0.0;
    }
    let rows = roles.len().clamp(1, 3) as f32;
    (rows * 46.0 + 50.0).min(area.height() * 0.37)
}

fn nothing_here(ui: &mut Ui, shared: &Shared) {
    let text = if shared.queue.order().is_empty() && !shared.catalogue.is_empty() {
        text!("No candidate matches the filter. Change it with Ctrl+F.")
    } else if !shared.is_indexing() {
        text!("No candidate found. See the list of problems (F3), or open other files (Ctrl+O).")
    } else {
        text!("Looking for stamps…")
    };
    ui.centered_and_justified(|ui| ui.label(text));
}

/// The roles that stand side by side: those that any epoch has, or one place while blinking.
fn shown_roles(candidate: &Candidate, shared: &Shared, memory: &ViewMemory) -> Vec<Role> {
    let mut roles = candidate.roles();
    roles.retain(|role| !matches!(role, Role::Psf | Role::Variance));
    if roles.is_empty() {
        roles = candidate.roles();
    }
    if let Some(Motion::Blink { is_backwards }) = shared.motion
        && roles.len() > 1
    {
        let at = memory.motion_step.0 % roles.len();
        let at = if is_backwards {
            roles.len() - 1 - at
        } else {
            at
        };
        return vec![roles[at]];
    }
    roles
}

fn large_stamps(
    ui: &mut Ui,
    area: Rect,
    explanation: &ExplanationPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    heat_maps: &mut HeatMapTextures,
    commands: &mut Vec<impl From<Command>>,
) {
    let (Some(ix), Some(candidate)) = (shared.place.candidate, shared.candidate()) else {
        return;
    };
    memory.sight.show(Sight::Large, ix, shared.place.epoch);
    let roles = shown_roles(candidate, shared, memory);
    let (columns, rows) = grid_of(roles.len(), area);
    let cell = vec2(
        (area.width() - GRID * (columns - 1) as f32) / columns as f32,
        (area.height() - GRID * (rows - 1) as f32) / rows as f32,
    );
    let side = cell.x.min(cell.y - CAPTIONS).max(16.0);
    let mut batch = StampBatch::default();
    let mut laid = Vec::new();
    // Stamps stand together in the middle, so that the eye need not travel.
    let total = side * columns as f32 + GRID * (columns - 1) as f32;
    let left = area.left() + (area.width() - total).max(0.0) / 2.0;
    for (at, role) in roles.iter().enumerate() {
        let (column, row) = (at % columns, at / columns);
        let x = left + column as f32 * (side + GRID);
        let y = area.top() + row as f32 * (side + CAPTIONS + GRID) + CAPTIONS / 2.0;
        let rect = Rect::from_min_size(pos2(x, y), vec2(side, side));
        let place = Place {
            candidate: ix,
            epoch: shared.place.epoch,
            role: *role,
            rect,
            scope: Scope::Locked,
            sight: Sight::Large,
        };
        readout::caption(ui, &place, shared, memory);
        let found = place.lay(ui, shared, memory, &mut batch, memory.camera);
        laid.extend(found);
        let sense = found.map_or_else(Sense::hover, |_| Sense::click_and_drag());
        let response = ui.interact(rect, ui.scope_id().with(*role), sense);
        let name = text!(
            "{role} of {candidate}",
            role = translated_static(role.name()),
            candidate = candidate.id
        );
        spoken::picture(&response, &name, || stamp_words(shared, &place));
        if let Some(laid) = found {
            spoken::stage(&response);
            point(ui, &laid, &response, shared, memory, commands);
        }
    }
    let number = memory.batches;
    memory.batches += 1;
    batch.paint(ui, area.intersect(ui.clip_rect()), number, &memory.lost);
    for laid in &laid {
        heat_map::heat_map_ui(ui, laid, explanation, shared, heat_maps);
        laid.decorate(ui, shared);
        if let (true, Some(hover)) = (shared.display.has_crosshair, memory.hover) {
            laid.crosshair(ui, hover.position);
        }
    }
}

/// Epoch, label and score of a stamp, and why it is not shown where it is not.
fn stamp_words(shared: &Shared, place: &Place) -> String {
    let (ix, at) = (place.candidate, place.epoch);
    let Some(candidate) = shared.catalogue.get(ix) else {
        return String::new();
    };
    let mut words = vec![
        text!(
            "epoch {epoch} of {epochs}",
            epoch = at + 1,
            epochs = candidate.epochs.len()
        ),
        spoken::epoch_words(candidate, at),
        spoken::label_words(shared, candidate),
    ];
    let reading = scoring::badge::of_epoch(shared, ix, at);
    words.extend(reading.map(|reading| scoring::badge::reading_words(shared, reading)));
    let stamp = candidate
        .epochs
        .get(at)
        .map(|epoch| epoch.stamp(place.role));
    match stamp.flatten().map(|stamp| shared.stamps.get(stamp.id)) {
        Some(Some(CachedStamp::Ready(_))) => {}
        Some(Some(CachedStamp::Failed(problem))) => words.push(problem.why.clone()),
        Some(Some(CachedStamp::Pending) | None) => words.push(text!("not read yet").into()),
        None => words.push(text!("this epoch has no such image").into()),
    }
    words.join(", ")
}

/// Columns and rows that give the largest squares.
fn grid_of(count: usize, area: Rect) -> (usize, usize) {
    let side = |columns: usize| {
        let rows = count.div_ceil(columns);
        (area.width() / columns as f32).min(area.height() / rows as f32 - CAPTIONS)
    };
    let columns = (1..=count.max(1))
        .max_by(|a, b| side(*a).total_cmp(&side(*b)))
        .unwrap_or(1);
    (columns, count.max(1).div_ceil(columns))
}

/// The height that this many stamps fill when they are as large as the width allows.
fn needed_height(count: usize, area: Rect, most: f32) -> f32 {
    let (columns, rows) = grid_of(
        count,
        Rect::from_min_size(area.min, vec2(area.width(), most)),
    );
    let side = (area.width() - GRID * (columns - 1) as f32) / columns as f32;
    rows as f32 * (side + CAPTIONS + GRID)
}

/// Pointer over a large stamp: read-out, pan, zoom, contrast and bias.
fn point(
    ui: &Ui,
    laid: &Laid,
    response: &egui::Response,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    if let Some(pointer) = response.hover_pos() {
        let position = laid.position_at(ui, pointer);
        memory.next_hover = Some(Hover {
            role: laid.place.role,
            epoch: laid.place.epoch,
            position,
        });
        let scroll =
            ui.input(|input| input.smooth_scroll_delta().y + (input.zoom_delta() - 1.0) * 400.0);
        if scroll.abs() > 0.0 {
            zoom_about(
                &mut memory.camera,
                laid,
                position,
                f64::from(scroll / 200.0).exp(),
            );
        }
    }
    if response.dragged_by(egui::PointerButton::Primary) {
        let drag = response.drag_delta() * ui.pixels_per_point();
        let panned = laid.view.panned([f64::from(drag.x), f64::from(drag.y)]);
        memory.camera.offset_px[0] += panned.center[0] - laid.view.center[0];
        memory.camera.offset_px[1] += panned.center[1] - laid.view.center[1];
    }
    let drag = response.drag_delta() / laid.place.rect.size();
    if response.dragged_by(egui::PointerButton::Secondary) && drag != egui::Vec2::ZERO {
        let Tweak { contrast, bias } = shared.display.tweak;
        let tweak = Tweak {
            contrast: (contrast * (-2.0 * drag.y).exp()).clamp(0.1, 20.0),
            bias: (bias - drag.x).clamp(0.0, 1.0),
        };
        commands.push(
            Command::Display(Box::new(Display {
                tweak,
                ..shared.display.clone()
            }))
            .into(),
        );
    }
    if response.double_clicked() {
        memory.camera = Camera::default();
    }
}

/// Zooms so that the position under the pointer stays there.
pub fn zoom_about(camera: &mut Camera, laid: &Laid, position: [f64; 2], factor: f64) {
    let zoom = (camera.zoom * factor).clamp(1.0, 40.0);
    let factor = zoom / camera.zoom;
    if factor <= 1.0 && zoom <= 1.0 {
        *camera = Camera::default();
        return;
    }
    let share = 1.0 - 1.0 / factor;
    camera.offset_px[0] += (position[0] - laid.view.center[0]) * share;
    camera.offset_px[1] += (position[1] - laid.view.center[1]) * share;
    camera.zoom = zoom;
}

/// Zooms about the middle, for the keys.
pub fn zoom_by_key(camera: &mut Camera, factor: f64) {
    camera.zoom = (camera.zoom * factor).clamp(1.0, 40.0);
    if camera.zoom <= 1.0 {
        *camera = Camera::default();
    }
}
