//! The frame of a small window above the screen: title, width, and its cross.

use egui::{Pos2, Ui, pos2};

use crate::workspace::{action::Action, command::Command};

/// Where the small windows about models and lists open.
const BESIDE_QUEUE: Pos2 = pos2(430.0, 90.0);

/// A window of that title and width, points, whose cross does what its action does: `content` in it.
pub fn pane_ui<C: From<Command>>(
    ui: &Ui,
    (title, width): (&str, f32),
    action: Action,
    commands: &mut Vec<C>,
    content: impl FnOnce(&mut Ui, &mut Vec<C>),
) {
    let mut is_open = true;
    egui::Window::new(title)
        .open(&mut is_open)
        .collapsible(false)
        .resizable(false)
        .default_pos(BESIDE_QUEUE)
        .show(ui.ctx(), |ui| {
            ui.set_width(width);
            content(ui, commands);
        });
    if !is_open {
        commands.push(Command::Do(action).into());
    }
}
