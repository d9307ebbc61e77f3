//! The frame of a small window above the screen: what its cross does, and for most of them title, place and width.

use egui::{Id, Pos2, Ui, Window, pos2};

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
    let window = Window::new(title)
        .collapsible(false)
        .resizable(false)
        .default_pos(BESIDE_QUEUE);
    frame_ui(ui, window, action, commands, |ui, commands| {
        ui.set_width(width);
        content(ui, commands);
    });
}

/// The same for a window that has its place and size from its own view. False where its cross was clicked.
pub fn frame_ui<C: From<Command>>(
    ui: &Ui,
    window: Window<'_>,
    action: Action,
    commands: &mut Vec<C>,
    content: impl FnOnce(&mut Ui, &mut Vec<C>),
) -> bool {
    let mut is_open = true;
    window
        // Its place stays when the language, and with it the title, changes.
        .id(Id::unique(("window", action as u8)))
        .open(&mut is_open)
        .show(ui.ctx(), |ui| content(ui, commands));
    if !is_open {
        commands.push(Command::Do(action).into());
    }
    is_open
}
