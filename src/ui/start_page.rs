//! The start page: what to do when nothing is open.

use egui::{Button, RichText, Ui, vec2};

use super::{inspect::weak, theme};
use crate::app::{Action, AppState, Command, command::Session};

/// The page.
pub fn start_page_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.16).max(theme::GRID));
        ui.label(RichText::new("destello").size(40.0).strong());
        ui.label(weak(
            ui,
            "look at transient candidates, judge them, and teach a network what you know",
        ));
        ui.add_space(4.0 * theme::GRID);
        for (action, text) in [
            (
                Action::OpenFolder,
                "Open a folder of stamps or alert packets",
            ),
            (Action::OpenFiles, "Open FITS files, packets or archives"),
            (Action::KeySheet, "See all keys"),
        ] {
            let key = state.settings.keys.hint(action);
            let button = Button::new(text)
                .shortcut_text(key)
                .min_size(vec2(420.0, 40.0));
            if ui.add(button).clicked() {
                commands.push(Command::Do(action));
            }
        }
        ui.add_space(theme::GRID);
        ui.label(weak(ui, "or drop files and folders on this window"));
        ui.add_space(3.0 * theme::GRID);
        recent_ui(ui, state, commands);
    });
}

fn recent_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let recent: Vec<_> = state
        .settings
        .recent_projects
        .iter()
        .filter(|p| p.exists())
        .collect();
    if recent.is_empty() {
        return;
    }
    ui.label(weak(ui, "recent projects"));
    for project in recent {
        let name = project
            .file_stem()
            .map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let response = ui.add(Button::new(name).min_size(vec2(420.0, 24.0)));
        if response
            .on_hover_text(project.display().to_string())
            .clicked()
        {
            let open = Session::Open {
                paths: Vec::new(),
                project: Some(project.clone()),
            };
            commands.push(Command::Session(open));
        }
    }
}
