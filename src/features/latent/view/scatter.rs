//! The plot of the latent space: pan, zoom, hover, and what is drawn over the points.

use egui::{Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};

use super::{
    hover::hover_ui,
    legend::{components_over, legend_ui},
    memory::OnScreen,
    region::{click, draw_region},
};
use crate::{
    domain::words::thousands,
    features::latent::{
        choice::Tool,
        command::Latent,
        state::{LatentMap, LatentPane},
        view::memory::LatentMemory,
    },
    text,
    widgets::{spoken, theme, view_memory::ViewMemory},
    workspace::{command::Command, shared::Shared},
};

/// How near the pointer must come to a point, points of the screen.
const REACH: f32 = 7.0;
/// Zoom of one notch of the wheel.
const NOTCH: f32 = 1.0 / 240.0;

pub fn scatter_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Command> + From<Latent>>,
) {
    let size = ui.available_size();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    ui.painter().rect_filled(rect, 0.0, theme::matte(ui));
    let Some(map) = latent.map() else {
        let text = latent
            .map_fault()
            .unwrap_or(text!("The map is being made…"));
        spoken::plot(&response, text!("latent space"), || text.to_owned());
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
    own.fit(latent, map, size);
    move_view(ui, &response, latent, memory, own);
    let plot = OnScreen {
        rect,
        view: own.view,
    };
    if let Some(clouds) = latent.clouds() {
        own.clouds
            .paint(ui, rect, plot.view, clouds, &latent.choice);
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if let Some(plane) = &map.plane
        && latent.choice.shows_components
    {
        components_over(&painter, &plot, latent, plane);
    }
    if let Some(here) = latent.latent_dot_here(shared) {
        mark(&painter, plot.screen(here.position), 7.0);
    }
    legend_ui(ui, latent, shared, rect);
    counts_ui(ui, rect, latent, own);
    hover(ui, &response, &plot, latent, shared, memory, own);
    draw_region(ui, &response, &plot, latent, own, commands);
    click(ui, &response, shared, own, commands);
    let name = text!("latent space of {count} points", count = latent.seen());
    spoken::plot(&response, &name, || spoken_words(latent, shared, map, own));
}

/// What the plot shows, and where the candidate on the screen lies in it.
fn spoken_words(
    latent: &LatentPane,
    shared: &Shared,
    map: &LatentMap,
    own: &LatentMemory,
) -> String {
    let words = words_of(latent, map, own.clouds.drawn()).replace("  ·  ", ", ");
    let Some((candidate, here)) = shared.candidate().zip(latent.latent_dot_here(shared)) else {
        return words;
    };
    let [x, y] = here.position;
    text!(
        "{words}; {id} lies at {x}, {y}",
        words,
        id = candidate.id,
        x = format_args!("{x:.2}"),
        y = format_args!("{y:.2}")
    )
}

fn mark(painter: &egui::Painter, at: Pos2, radius: f32) {
    painter.circle_stroke(
        at,
        radius,
        Stroke::new(3.0, egui::Color32::from_black_alpha(150)),
    );
    painter.circle_stroke(at, radius, Stroke::new(1.5, theme::AMBER));
}

fn move_view(
    ui: &Ui,
    response: &Response,
    latent: &LatentPane,
    _memory: &mut ViewMemory,
    own: &mut LatentMemory,
) {
    let is_panning = response.dragged_by(egui::PointerButton::Secondary)
        || response.dragged_by(egui::PointerButton::Middle)
        || (response.dragged() && latent.choice.tool == Tool::Pan);
    let memory = own;
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
fn counts_ui(ui: &Ui, rect: Rect, latent: &LatentPane, own: &LatentMemory) {
    let Some(map) = latent.map() else {
        return;
    };
    let words = words_of(latent, map, own.clouds.drawn());
    let font = egui::FontId::proportional(theme::CAPTION);
    let at = rect.left_bottom() + Vec2::new(theme::GRID, -theme::GRID / 2.0);
    let color = theme::caption_color(ui);
    ui.painter()
        .text(at, egui::Align2::LEFT_BOTTOM, words, font, color);
}

fn words_of(latent: &LatentPane, map: &LatentMap, drawn: usize) -> String {
    let count = |number: usize| thousands(number as u64);
    let seen = latent.seen();
    let mut words = vec![text!("{count} points", count = count(seen))];
    if (1..seen).contains(&drawn) {
        words.push(text!(
            "{count} of them drawn, evenly chosen",
            count = count(drawn)
        ));
    }
    let hidden = map.placed.saturating_sub(seen);
    let is_gathered = latent.clouds().is_some();
    if hidden > 0 && is_gathered && latent.choice.shows_every_epoch {
        words.push(text!("{count} hidden by the filter", count = count(hidden)));
    }
    let left_out = map.positions.len() - map.placed;
    if left_out > 0 {
        words.push(text!(
            "{count} left out of the map",
            count = count(left_out)
        ));
    }
    if latent.refused() > 0 {
        words.push(text!(
            "{count} epochs have no place",
            count = count(latent.refused())
        ));
    }
    if latent.unplaced() > 0 {
        words.push(text!(
            "{count} epochs are not placed yet",
            count = count(latent.unplaced())
        ));
    }
    if let Some(explained) = map.explained {
        words.push(text!(
            "{share} % of the variance",
            share = format_args!("{:.0}", 100.0 * explained)
        ));
    }
    if latent.is_mapping() {
        words.push(text!("a new map is being made…").into());
    }
    words.join("  ·  ")
}

fn hover(
    ui: &Ui,
    response: &Response,
    plot: &OnScreen,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
) {
    let pointer = response.hover_pos().filter(|_| !response.dragged());
    let near = |at: Pos2| {
        let reach = REACH.max(latent.choice.radius + 1.0);
        latent.latent_dot_near(shared, plot.plane(at), reach / plot.view.scale)
    };
    let hover = pointer.and_then(near);
    if hover.map(|dot| dot.point) != own.hover.map(|dot| dot.point) {
        ui.ctx().request_repaint();
    }
    own.hover = hover;
    if let Some(dot) = hover {
        let painter = ui.painter().with_clip_rect(plot.rect);
        mark(
            &painter,
            plot.screen(dot.position),
            latent.choice.radius + 3.0,
        );
        hover_ui(
            ui,
            plot.rect,
            plot.screen(dot.position),
            latent,
            shared,
            memory,
            dot,
        );
    }
}
