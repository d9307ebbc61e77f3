//! The plot of the latent space: pan, zoom, hover, lasso, and what is drawn over the points.

use std::sync::Arc;

use egui::{Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};

use super::{
    latent::LatentTab,
    latent_cloud::LatentClouds,
    latent_hover::hover_ui,
    latent_legend::{components_over, legend_ui},
    theme,
    view_memory::ViewMemory,
};
use crate::{
    app::{
        Action, AppState, Command,
        command::{Go, Latent, Select},
        latent::{LatentMap, Projection, Tool},
        latent_map::LatentDot,
        latent_pictures::LatentWalk,
    },
    imaging::{Polygon, ScatterView},
};

/// How near the pointer must come to a point, points of the screen.
const REACH: f32 = 7.0;
/// Corners of a lasso are at least so far apart, points of the screen.
const LASSO_STEP: f32 = 2.0;
/// Zoom of one notch of the wheel.
const NOTCH: f32 = 1.0 / 240.0;

/// What the view of the latent space remembers.
#[derive(Default)]
pub struct LatentMemory {
    /// What stands beside the plot.
    pub tab: LatentTab,
    /// The point under the pointer, as of the last frame.
    pub hover: Option<LatentDot>,
    /// Points on the GPU.
    pub clouds: LatentClouds,
    /// Decoded centroids.
    pub centroids: super::decoded::Textures<(u64, u64)>,
    /// What was walked to.
    pub walked: super::decoded::Textures<(u64, LatentWalk)>,
    /// The candidate on screen as the model sees it.
    pub redrawn: super::decoded::Textures<usize>,
    /// Candidates of which small stamps are shown, with their epochs.
    pub small: Vec<(crate::domain::CandidateIx, usize)>,
    view: ScatterView,
    /// The map that the view was fitted to.
    fitted: Option<(Projection, u64)>,
    shown: Option<Arc<LatentMap>>,
    /// True once the person has panned or zoomed.
    is_moved: bool,
    lasso: Vec<Pos2>,
}

impl LatentMemory {
    /// Zooms about the middle.
    pub fn zoom(&mut self, factor: f32) {
        self.view.zoom_at(factor, [0.0; 2]);
        self.is_moved = true;
    }

    /// Shows all points again.
    pub const fn fit_again(&mut self) {
        self.is_moved = false;
        self.fitted = None;
    }

    /// The view is fitted to another kind of map, and to a map that grows until the person moves it.
    fn fit(&mut self, state: &AppState, map: &Arc<LatentMap>, size: Vec2) {
        let kind = (map.projection, state.latent.run());
        let is_shown = self
            .shown
            .as_ref()
            .is_some_and(|shown| Arc::ptr_eq(shown, map));
        let is_same_kind = self.fitted == Some(kind);
        if is_same_kind && (self.is_moved || is_shown) {
            return;
        }
        self.is_moved &= is_same_kind;
        self.view = ScatterView::fit(&map.positions, [size.x, size.y]);
        self.fitted = Some(kind);
        self.shown = Some(map.clone());
    }
}

/// From the plane to the screen and back.
#[derive(Clone, Copy)]
pub struct OnScreen {
    /// Where the plot is.
    pub rect: Rect,
    /// Which part of the plane it shows.
    pub view: ScatterView,
}

impl OnScreen {
    /// The point of the screen at a place of the plane.
    pub fn screen(&self, place: [f32; 2]) -> Pos2 {
        let [x, y] = self.view.screen(place);
        self.rect.center() + Vec2::new(x, y)
    }

    /// The place of the plane under a point of the screen.
    pub fn plane(&self, at: Pos2) -> [f32; 2] {
        let from_middle = at - self.rect.center();
        self.view.plane([from_middle.x, from_middle.y])
    }
}

/// The plot.
pub fn scatter_ui(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut ViewMemory,
    commands: &mut Vec<Command>,
) {
    let size = ui.available_size();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    ui.painter().rect_filled(rect, 0.0, theme::matte(ui));
    let Some(map) = state.latent.map() else {
        let text = state.latent.map_fault().unwrap_or("The map is being made…");
        let font = egui::FontId::proportional(theme::CAPTION);
        let color = theme::caption_color(ui);
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            text,
            font,
            color,
        );
        return;
    };
    memory.latent.fit(state, map, size);
    move_view(ui, &response, state, memory);
    memory.latent.clouds.update(state);
    let plot = OnScreen {
        rect,
        view: memory.latent.view,
    };
    memory.latent.clouds.paint(ui, rect, plot.view, state);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if let Some(plane) = &map.plane
        && state.latent.choice.shows_components
    {
        components_over(&painter, &plot, state, plane);
    }
    if let Some(here) = state.latent_dot_here() {
        mark(&painter, plot.screen(here.position), 7.0);
    }
    legend_ui(ui, state, rect);
    counts_ui(ui, rect, state, memory);
    hover(ui, &response, &plot, state, memory);
    draw_region(ui, &response, &plot, state, memory, commands);
    click(ui, &response, state, memory, commands);
    name_plot(&response, memory);
}

fn name_plot(response: &Response, memory: &ViewMemory) {
    let seen = memory.latent.clouds.seen();
    let label = format!("latent space of {seen} points");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
}

fn mark(painter: &egui::Painter, at: Pos2, radius: f32) {
    painter.circle_stroke(
        at,
        radius,
        Stroke::new(3.0, egui::Color32::from_black_alpha(150)),
    );
    painter.circle_stroke(at, radius, Stroke::new(1.5, theme::AMBER));
}

fn move_view(ui: &Ui, response: &Response, state: &AppState, memory: &mut ViewMemory) {
    let is_panning = response.dragged_by(egui::PointerButton::Secondary)
        || response.dragged_by(egui::PointerButton::Middle)
        || (response.dragged() && state.latent.choice.tool == Tool::Pan);
    let memory = &mut memory.latent;
    if is_panning {
        let moved = response.drag_delta();
        memory.view.pan([moved.x, moved.y]);
        memory.is_moved = true;
    }
    let Some(pointer) = response.hover_pos() else {
        return;
    };
    let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    let factor = (wheel * NOTCH).exp2().powi(2) * pinch;
    if (factor - 1.0).abs() > f32::EPSILON {
        let from_middle = pointer - response.rect.center();
        memory.view.zoom_at(factor, [from_middle.x, from_middle.y]);
        memory.is_moved = true;
    }
}

/// How many points there are, and how many of them are drawn.
fn counts_ui(ui: &Ui, rect: Rect, state: &AppState, memory: &ViewMemory) {
    let Some(map) = state.latent.map() else {
        return;
    };
    let words = words_of(state, map, &memory.latent.clouds);
    let font = egui::FontId::proportional(theme::CAPTION);
    let at = rect.left_bottom() + Vec2::new(theme::GRID, -theme::GRID / 2.0);
    let color = theme::caption_color(ui);
    ui.painter()
        .text(at, egui::Align2::LEFT_BOTTOM, words, font, color);
}

fn words_of(state: &AppState, map: &LatentMap, clouds: &LatentClouds) -> String {
    use crate::app::words::thousands;
    let count = |number: usize| thousands(number as u64);
    let mut words = vec![format!("{} points", count(clouds.seen()))];
    if (1..clouds.seen()).contains(&clouds.drawn()) {
        words.push(format!(
            "{} of them drawn, evenly chosen",
            count(clouds.drawn())
        ));
    }
    let hidden = map.placed.saturating_sub(clouds.seen());
    if hidden > 0 && state.latent.choice.shows_every_epoch {
        words.push(format!("{} hidden by the filter", count(hidden)));
    }
    let left_out = map.positions.len() - map.placed;
    if left_out > 0 {
        words.push(format!("{} left out of the map", count(left_out)));
    }
    if state.latent.refused() > 0 {
        words.push(format!(
            "{} epochs have no place",
            count(state.latent.refused())
        ));
    }
    if let Some(explained) = map.explained {
        words.push(format!("{:.0} % of the variance", 100.0 * explained));
    }
    if state.latent.is_mapping() {
        words.push("a new map is being made…".into());
    }
    words.join("  ·  ")
}

fn hover(ui: &Ui, response: &Response, plot: &OnScreen, state: &AppState, memory: &mut ViewMemory) {
    let pointer = response.hover_pos().filter(|_| !response.dragged());
    let near = |at: Pos2| {
        let reach = REACH.max(state.latent.choice.radius + 1.0);
        state.latent_dot_near(plot.plane(at), reach / plot.view.scale)
    };
    let hover = pointer.and_then(near);
    if hover.map(|dot| dot.point) != memory.latent.hover.map(|dot| dot.point) {
        ui.ctx().request_repaint();
    }
    memory.latent.hover = hover;
    if let Some(dot) = hover {
        let painter = ui.painter().with_clip_rect(plot.rect);
        mark(
            &painter,
            plot.screen(dot.position),
            state.latent.choice.radius + 3.0,
        );
        hover_ui(ui, plot.rect, plot.screen(dot.position), state, memory, dot);
    }
}

/// The line that is being drawn, and what it selects when the button is let go.
fn draw_region(
    ui: &Ui,
    response: &Response,
    plot: &OnScreen,
    state: &AppState,
    memory: &mut ViewMemory,
    commands: &mut Vec<Command>,
) {
    let tool = state.latent.choice.tool;
    let primary = egui::PointerButton::Primary;
    if tool == Tool::Pan {
        memory.latent.lasso.clear();
        return;
    }
    let lasso = &mut memory.latent.lasso;
    if response.drag_started_by(primary) {
        lasso.clear();
        lasso.extend(ui.input(|input| input.pointer.press_origin()));
    }
    if lasso.is_empty() {
        return;
    }
    if let Some(at) = ui.input(|input| input.pointer.latest_pos())
        && lasso
            .last()
            .is_some_and(|last| last.distance(at) >= LASSO_STEP)
    {
        lasso.push(at);
    }
    let corners = match tool {
        Tool::Box => corners_of(Rect::from_two_pos(lasso[0], lasso[lasso.len() - 1])),
        _ => lasso.clone(),
    };
    paint_region(ui, &corners);
    if response.drag_stopped_by(primary) {
        lasso.clear();
        let modifiers = ui.input(|input| input.modifiers);
        commands.push(Command::Latent(Latent::Enclose {
            region: Polygon::new(corners.into_iter().map(|at| plot.plane(at))),
            adds: modifiers.any(),
        }));
    }
}

fn corners_of(rect: Rect) -> Vec<Pos2> {
    vec![
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
    ]
}

fn paint_region(ui: &Ui, corners: &[Pos2]) {
    let line = Stroke::new(1.5, theme::AMBER);
    let mut closed = corners.to_vec();
    closed.extend(corners.first());
    ui.painter().add(egui::Shape::line(closed, line));
}

/// A click goes to the candidate of the point and selects it; a double click opens it.
fn click(
    ui: &Ui,
    response: &Response,
    state: &AppState,
    memory: &ViewMemory,
    commands: &mut Vec<Command>,
) {
    if !response.clicked() && !response.double_clicked() {
        return;
    }
    let Some(dot) = memory.latent.hover else {
        if response.clicked() && !state.selection.is_empty() {
            commands.push(Command::Do(Action::SelectNone));
        }
        return;
    };
    let open = response.double_clicked();
    let candidate = dot.candidate;
    commands.push(Command::Go(Go::To { candidate, open }));
    commands.push(Command::Go(Go::Epoch(dot.epoch)));
    let modifiers = ui.input(|input| input.modifiers);
    if !open {
        commands.push(Command::Select(if modifiers.any() {
            Select::Toggle(candidate)
        } else {
            Select::Only(candidate)
        }));
    }
}
