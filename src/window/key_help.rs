//! The key help: all keys at a glance, classes first.

use egui::{Align, Align2, Id, Layout, RichText, ScrollArea, Ui, vec2};

use super::{command::Command, state::AppState};
use crate::{
    text,
    widgets::theme::{self, weak},
    workspace::action::{ACTIONS, Action, Menu},
};

/// Room for the keys of one action, points.
const KEYS: f32 = 146.0;
/// Height of a line, points.
const LINE: f32 = 16.0;

/// The sheet.
pub fn key_help_ui(ui: &Ui, state: &AppState, commands: &mut Vec<Command>) {
    let mut is_open = true;
    egui::Window::new(text!("Keys"))
        .id(Id::unique("keys"))
        .open(&mut is_open)
        .collapsible(false)
        .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .default_size(vec2(940.0, 660.0))
        .show(ui.ctx(), |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                ui.columns_const(|columns: &mut [Ui; 3]| sheet(columns, state));
                ui.add_space(theme::GRID);
                ui.label(weak(
                    ui,
                    text!(
                        "Over a large stamp: wheel zooms, drag pans, right-drag changes contrast and bias, double click shows all. \
                         Mosaic: click, Ctrl+click, Shift+click and drag select; double click opens. \
                         Tab leads through everything; on a stamp, a plot or the mosaic keys stay what they are here. \
                         Keys are dead while a text field has the keyboard; Esc leaves it. Change keys in Settings."
                    ),
                ));
            });
        });
    if !is_open {
        commands.push(Command::Do(Action::KeyHelp));
    }
}

fn sheet([left, middle, right]: &mut [Ui; 3], state: &AppState) {
    for column in [&mut *left, &mut *middle, &mut *right] {
        column.spacing_mut().interact_size.y = LINE;
    }
    heading(left, &state.shared.vocabulary().title);
    for class in &state.shared.vocabulary().classes {
        line(left, &class.key.to_string(), &class.title);
    }
    group(left, Menu::Label, state);
    group(middle, Menu::Go, state);
    group(middle, Menu::File, state);
    group(left, Menu::Model, state);
    group(right, Menu::View, state);
    group(right, Menu::Window, state);
    group(right, Menu::Help, state);
}

fn group(ui: &mut Ui, menu: Menu, state: &AppState) {
    heading(ui, menu.title());
    for info in ACTIONS.iter().filter(|info| info.menu == menu) {
        let chords = state.shared.settings.keys.chords(info.action);
        let keys: Vec<_> = chords.iter().map(ToString::to_string).collect();
        line(ui, &keys.join("  "), info.title());
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(theme::GRID / 2.0);
    ui.label(RichText::new(text).strong().color(theme::accent_text(ui)));
}

fn line(ui: &mut Ui, keys: &str, title: &str) {
    ui.horizontal(|ui| {
        let size = vec2(KEYS, LINE);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(KEYS);
            ui.label(RichText::new(keys).monospace());
        });
        ui.label(title);
    });
}
