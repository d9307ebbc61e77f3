//! Header cards and packet fields of the epoch on screen.

use egui::{Grid, RichText, ScrollArea, Ui, vec2};

use super::{inspect::weak, theme};
use crate::app::{Action, AppState, Command};

/// The window.
pub fn header_ui(ui: &Ui, state: &AppState, commands: &mut Vec<Command>) {
    let mut is_open = true;
    egui::Window::new("Header and fields")
        .open(&mut is_open)
        .default_size(vec2(420.0, 480.0))
        .show(ui.ctx(), |ui| match &state.header {
            None => {
                ui.label(weak(ui, "This epoch has no stamp."));
            }
            Some(header) => match &header.cards {
                None => {
                    ui.label(weak(ui, "Reading…"));
                }
                Some(Err(problem)) => {
                    ui.label(RichText::new(problem.to_string()).color(theme::alarm_text(ui)));
                }
                Some(Ok(cards)) => cards_ui(ui, cards),
            },
        });
    if !is_open {
        commands.push(Command::Do(Action::Header));
    }
}

fn cards_ui(ui: &mut Ui, cards: &[(String, String)]) {
    if ui.button("Copy").clicked() {
        let lines: Vec<_> = cards
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        ui.copy_text(lines.join("\n"));
    }
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        Grid::new("cards")
            .num_columns(2)
            .striped(true)
            .show(ui, |ui| {
                for (name, value) in cards {
                    ui.label(RichText::new(name).monospace());
                    ui.add(egui::Label::new(RichText::new(value).monospace()).selectable(true));
                    ui.end_row();
                }
            });
    });
}
