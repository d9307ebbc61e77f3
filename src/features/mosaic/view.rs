//! The mosaic: hundreds of candidates a page, chosen by click, shift-click and drag.

use std::sync::Arc;

use egui::{Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, vec2};

use super::cell::{self, FOOT, cell_frame, cell_stamps};
use crate::{
    domain::{CandidateIx, Role},
    features::similar::examples::why_not_compared,
    widgets::{
        spoken,
        stamp_paint::StampBatch,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        action::Action,
        command::{Command, Go, Label, Select, Session},
        screen::MOSAIC_SIDES,
        shared::Shared,
    },
};

const GAP: f32 = 6.0;
/// Round the grid, for the frames of its outermost cells.
const EDGE: f32 = 3.0;

pub fn mosaic_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    bar_ui(ui, shared, commands);
    let order = shared.queue.order();
    if order.is_empty() {
        ui.centered_and_justified(|ui| {
            let text = if shared.catalogue.is_empty() {
                "No candidate here. Open stamps (Ctrl+O)."
            } else {
                "No candidate matches the filter. Change it with Ctrl+F."
            };
            ui.label(weak(ui, text));
        });
        return;
    }
    if !shared.selection.is_empty() {
        egui::Panel::bottom("selection").show(ui, |ui| selection_ui(ui, shared, commands));
    }
    let height = ui.available_height();
    let grid = Grid::new(
        shared.mosaic_role,
        shared.mosaic_side,
        ui.available_width() - 14.0,
        order.len(),
    );
    let mut area = ScrollArea::vertical()
        .id_salt("mosaic")
        .auto_shrink(false)
        .max_height(height);
    let marker = ui.scope_id().with("mosaic shows");
    // By rank, not by the queue's revision: candidates that are still being found go to the end,
    // and must not pull back somebody who has scrolled away.
    let rank = shared.place.candidate.and_then(|ix| shared.queue.rank(ix));
    let key = (shared.place.candidate, rank, grid.columns);
    let last = ui.data(|data| data.get_temp::<(Option<CandidateIx>, Option<usize>, usize)>(marker));
    let offset = ui.scope_id().with("mosaic offset");
    if last != Some(key) {
        ui.data_mut(|data| data.insert_temp(marker, key));
        let present = ui.data(|data| data.get_temp::<f32>(offset)).unwrap_or(0.0);
        if let Some(scroll) = rank.and_then(|rank| grid.scroll_to(rank, present, height)) {
            area = area.vertical_scroll_offset(scroll);
        }
    }
    let shown = area.show_viewport(ui, |ui, viewport| {
        ui.set_height(grid.rows as f32 * grid.step.y + EDGE);
        page_ui(ui, viewport, &grid, shared, memory, commands);
    });
    ui.data_mut(|data| data.insert_temp(offset, shown.state.clamped_offset().y));
}

/// How cells stand in rows and columns.
struct Grid {
    roles: Option<Role>,
    cell: egui::Vec2,
    step: egui::Vec2,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn new(role: Option<Role>, side: f32, width: f32, count: usize) -> Self {
        let stamps = if role.is_some() { 1.0 } else { 3.0 };
        let cell = vec2(side * stamps, side + FOOT);
        let step = cell + vec2(GAP, GAP);
        let columns = ((width + GAP) / step.x).floor().max(1.0) as usize;
        Self {
            roles: role,
            cell,
            step,
            columns,
            rows: count.div_ceil(columns),
        }
    }

    fn rect(&self, origin: egui::Pos2, rank: usize) -> Rect {
        let (column, row) = (rank % self.columns, rank / self.columns);
        let corner = origin + vec2(column as f32 * self.step.x, row as f32 * self.step.y);
        Rect::from_min_size(corner, self.cell)
    }

    fn rank_at(&self, origin: egui::Pos2, point: egui::Pos2, count: usize) -> Option<usize> {
        let at = point - origin;
        if at.x < 0.0 || at.y < 0.0 {
            return None;
        }
        let (column, row) = ((at.x / self.step.x) as usize, (at.y / self.step.y) as usize);
        let rank = row * self.columns + column;
        let is_inside = column < self.columns && rank < count;
        (is_inside && self.rect(origin, rank).contains(point)).then_some(rank)
    }

    /// The scroll offset that brings a cell into view, where it is not.
    fn scroll_to(&self, rank: usize, present: f32, height: f32) -> Option<f32> {
        let top = (rank / self.columns) as f32 * self.step.y;
        if top < present {
            Some(top)
        } else if top + self.step.y > present + height {
            Some(top + self.step.y - height)
        } else {
            None
        }
    }
}

fn bar_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(weak(ui, "show"));
        let choices = [
            (None, "triplet"),
            (Some(Role::Science), "science"),
            (Some(Role::Reference), "reference"),
            (Some(Role::Difference), "difference"),
            (Some(Role::Snr), "S/N"),
        ];
        for (role, name) in choices {
            if ui
                .selectable_label(shared.mosaic_role == role, name)
                .clicked()
            {
                commands.push(Command::Session(Session::MosaicRole(role)).into());
            }
        }
        ui.separator();
        ui.label(weak(ui, "size"));
        let mut side = shared.mosaic_side;
        let range = MOSAIC_SIDES.0..=MOSAIC_SIDES.1;
        let slider = egui::Slider::new(&mut side, range).show_value(false);
        ui.add(slider).on_hover_text("Size of a stamp");
        if (side - shared.mosaic_side).abs() > f32::EPSILON {
            commands.push(Command::Session(Session::MosaicSide(side)).into());
        }
        for action in [Action::SelectRestOfPage, Action::MoreLikeThis] {
            let title = action.info().title();
            let text = format!("{title} ({})", shared.settings.keys.hint(action));
            let why_not = (action == Action::MoreLikeThis)
                .then(|| why_not_compared(shared))
                .flatten();
            let button = ui.add_enabled(why_not.is_none(), egui::Button::new(text));
            let button = button.on_hover_text(action.info().help());
            if button
                .on_disabled_hover_text(why_not.unwrap_or_default())
                .clicked()
            {
                commands.push(Command::Do(action).into());
            }
        }
    });
}

fn page_ui(
    ui: &mut Ui,
    viewport: Rect,
    grid: &Grid,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let origin = ui.min_rect().min + vec2(EDGE, EDGE);
    let order = shared.queue.order();
    let first = (viewport.top() / grid.step.y).floor().max(0.0) as usize * grid.columns;
    let last = ((viewport.bottom() / grid.step.y).ceil() as usize * grid.columns).min(order.len());
    let first = first.min(last);
    let page = &order[first..last];
    if *shared.page != *page {
        commands.push(Command::Session(Session::Page(Arc::from(page))).into());
    }
    let area = ui.clip_rect();
    let response = ui.interact(area, ui.scope_id().with("cells"), Sense::click_and_drag());
    response.widget_info(|| {
        let label = format!("mosaic of {} candidates", order.len());
        egui::WidgetInfo::labeled(egui::Role::Image, true, label)
    });
    let mut batch = StampBatch::default();
    for (rank, ix) in (first..).zip(page) {
        cell_stamps(
            ui,
            grid.roles,
            grid.rect(origin, rank),
            shared,
            memory,
            *ix,
            &mut batch,
        );
    }
    let number = memory.batches;
    memory.batches += 1;
    batch.paint(ui, area, number, &memory.lost);
    for (rank, ix) in (first..).zip(page) {
        cell_frame(ui, grid.rect(origin, rank), shared, *ix);
    }
    spoken::describe(&response, || here_words(shared));
    spoken::stage(&response);
    let rects = (first..).map(|rank| grid.rect(origin, rank)).zip(page);
    if let Some(candidate) = read_out(ui, &response, rects, shared) {
        let open = false;
        commands.push(Command::Go(Go::To { candidate, open }).into());
        commands.push(Command::Select(Select::Only(candidate)).into());
    }
    choose(ui, grid, origin, &response, shared, memory, commands);
}

/// The candidate that the frame is on, as it is read aloud.
fn here_words(shared: &Shared) -> String {
    let here = shared.place.candidate.zip(shared.candidate());
    here.map_or_else(String::new, |(ix, candidate)| {
        format!("at {}, {}", candidate.id, cell::words(shared, ix))
    })
}

/// The cells in view, one by one; the one that a screen reader has pressed.
fn read_out<'a>(
    ui: &mut Ui,
    whole: &egui::Response,
    cells: impl Iterator<Item = (Rect, &'a CandidateIx)>,
    shared: &Shared,
) -> Option<CandidateIx> {
    let part = |(rect, ix): (Rect, &CandidateIx)| {
        let candidate = shared.catalogue.get(*ix)?;
        Some(spoken::Part {
            at: ix.0 as usize,
            rect,
            name: format!("cell {}", candidate.id),
            words: cell::words(shared, *ix),
            is_chosen: shared.selection.contains(*ix) || shared.place.candidate == Some(*ix),
        })
    };
    let pressed = spoken::parts(ui, whole, cells.filter_map(part))?;
    Some(CandidateIx(pressed as u32))
}

fn choose(
    ui: &Ui,
    grid: &Grid,
    origin: egui::Pos2,
    response: &egui::Response,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let order = shared.queue.order();
    let under = |point| {
        grid.rank_at(origin, point, order.len())
            .map(|rank| order[rank])
    };
    let modifiers = ui.input(|input| input.modifiers);
    if let Some(ix) = response.interact_pointer_pos().and_then(under) {
        if response.double_clicked() {
            commands.push(
                Command::Go(Go::To {
                    candidate: ix,
                    open: true,
                })
                .into(),
            );
        } else if response.clicked() {
            commands.push(
                Command::Go(Go::To {
                    candidate: ix,
                    open: false,
                })
                .into(),
            );
            commands.push(
                Command::Select(if modifiers.shift {
                    Select::Through(ix)
                } else if modifiers.command {
                    Select::Toggle(ix)
                } else {
                    Select::Only(ix)
                })
                .into(),
            );
        }
    }
    // The start of a drag is kept in content coordinates: it stays while the page scrolls.
    if response.drag_started() {
        memory.drag_from = ui
            .input(|input| input.pointer.press_origin())
            .map(|point| (point - origin).to_pos2());
    }
    let (Some(from), Some(to)) = (memory.drag_from, ui.input(|i| i.pointer.latest_pos())) else {
        return;
    };
    let frame = Rect::from_two_pos(origin + from.to_vec2(), to);
    if response.dragged() {
        ui.painter()
            .rect_filled(frame, 0.0, theme::AMBER.gamma_multiply(0.15));
        let stroke = Stroke::new(1.0, theme::AMBER);
        ui.painter()
            .rect_stroke(frame, 0.0, stroke, StrokeKind::Inside);
    }
    if response.drag_stopped() {
        memory.drag_from = None;
        let inside: Vec<_> = order
            .iter()
            .enumerate()
            .filter(|(rank, _)| grid.rect(origin, *rank).intersects(frame))
            .map(|(_, ix)| *ix)
            .collect();
        if !modifiers.any() {
            commands.push(Command::Do(Action::SelectNone).into());
        }
        commands.push(Command::Select(Select::Add(inside)).into());
    }
}

/// How many are selected, and what can be done with them.
pub fn selection_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    ui.horizontal_wrapped(|ui| {
        let text = format!("{} selected", shared.selection.len());
        ui.label(RichText::new(text).strong().color(theme::accent_text(ui)));
        for (at, class) in shared.vocabulary().classes.iter().enumerate() {
            let text = format!("{} {}", class.key, class.title);
            let color = theme::class_color(class);
            let button = egui::Button::new(text).stroke(Stroke::new(1.5, color));
            if ui.add(button).clicked() {
                commands.push(Command::Label(Label::Class(at)).into());
            }
        }
        for action in [Action::Unsure, Action::Flag, Action::SelectNone] {
            let key = shared.settings.keys.hint(action);
            if ui
                .button(format!("{key} {}", action.info().title()))
                .clicked()
            {
                commands.push(Command::Do(action).into());
            }
        }
    });
}
