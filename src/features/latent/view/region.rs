//! The hand on the plot: lasso, box and click select.

use egui::{Event, Pos2, Rect, Response, Stroke, Ui};

use super::memory::OnScreen;
use crate::{
    features::latent::{
        choice::Tool, command::Latent, state::LatentPane, view::memory::LatentMemory,
    },
    imaging::Polygon,
    widgets::theme,
    workspace::{
        action::Action,
        command::{Command, Go, Select},
        shared::Shared,
    },
};

/// Corners of a lasso are at least so far apart, points of the screen.
const LASSO_STEP: f32 = 2.0;

/// The line that is being drawn, and what it selects when the button is let go.
pub fn draw_region(
    ui: &Ui,
    response: &Response,
    plot: &OnScreen,
    latent: &LatentPane,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Latent>>,
) {
    let tool = latent.choice.tool;
    let primary = egui::PointerButton::Primary;
    if tool == Tool::Pan {
        own.lasso.clear();
        return;
    }
    let lasso = &mut own.lasso;
    if response.drag_started_by(primary) {
        lasso.clear();
        lasso.extend(ui.input(|input| input.pointer.press_origin()));
    }
    if lasso.is_empty() {
        return;
    }
    for at in ui.input(|input| moves(&input.events)) {
        if lasso
            .last()
            .is_some_and(|last| last.distance(at) >= LASSO_STEP)
        {
            lasso.push(at);
        }
    }
    let corners = match tool {
        Tool::Box => corners_of(Rect::from_two_pos(lasso[0], lasso[lasso.len() - 1])),
        _ => lasso.clone(),
    };
    paint_region(ui, &corners);
    if response.drag_stopped_by(primary) {
        lasso.clear();
        let modifiers = ui.input(|input| input.modifiers);
        commands.push(
            Latent::Enclose {
                region: Polygon::new(corners.into_iter().map(|at| plot.plane(at))),
                adds: modifiers.any(),
            }
            .into(),
        );
    }
}

/// Where the pointer went in a frame, since the button was pressed: on a slow machine one frame has
/// many moves, and each is a corner.
fn moves(events: &[Event]) -> Vec<Pos2> {
    let pressed = events
        .iter()
        .rposition(|event| matches!(event, Event::PointerButton { pressed: true, .. }));
    let since = &events[pressed.map_or(0, |at| at + 1)..];
    let positions = since.iter().filter_map(|event| match event {
        Event::PointerMoved(at) | Event::PointerButton { pos: at, .. } => Some(*at),
        _ => None,
    });
    positions.collect()
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
pub fn click(
    ui: &Ui,
    response: &Response,
    shared: &Shared,
    own: &LatentMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    if !response.clicked() && !response.double_clicked() {
        return;
    }
    let Some(dot) = own.hover else {
        if response.clicked() && !shared.selection.is_empty() {
            commands.push(Command::Do(Action::SelectNone).into());
        }
        return;
    };
    let open = response.double_clicked();
    let candidate = dot.candidate;
    commands.push(Command::Go(Go::To { candidate, open }).into());
    commands.push(Command::Go(Go::Epoch(dot.epoch)).into());
    let modifiers = ui.input(|input| input.modifiers);
    if !open {
        commands.push(
            Command::Select(if modifiers.any() {
                Select::Toggle(candidate)
            } else {
                Select::Only(candidate)
            })
            .into(),
        );
    }
}
