//! Problems: what could not be opened, and why; what was recognised, and by which rule.

use egui::{RichText, ScrollArea, Ui};

use super::log_view::log_ui;
use crate::{
    domain::words::short,
    widgets::{
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Letters of a path in a line, and in its tooltip. *Copy all* has the whole.
const NAME: usize = 110;
const WHOLE: usize = 1_000;

/// The screen: problems, or the log.
pub fn problems_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    ui.horizontal(|ui| {
        let count = shared.problems.len();
        let title = if count == 1 {
            "1 problem".into()
        } else {
            format!("{count} problems")
        };
        for (action, title, is_log) in [
            (Action::Problems, title.as_str(), false),
            (Action::Log, "Log", true),
        ] {
            let title = RichText::new(title).heading();
            let tab = ui.selectable_label(shared.shows_log == is_log, title);
            let key = shared.settings.keys.hint(action);
            if tab
                .on_hover_text(format!("{} ({key})", action.info().help()))
                .clicked()
            {
                commands.push(Command::Do(action).into());
            }
        }
        if !shared.shows_log && count > 0 && ui.button("Copy all").clicked() {
            let lines: Vec<_> = shared.problems.iter().map(ToString::to_string).collect();
            ui.copy_text(lines.join("\n"));
        }
    });
    ui.add_space(theme::GRID);
    if shared.shows_log {
        log_ui(ui, shared, &mut memory.log_level);
    } else {
        list_ui(ui, shared);
    }
}

/// What could not be opened; what was recognised.
fn list_ui(ui: &mut Ui, shared: &Shared) {
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        if let Some(fault) = &shared.project.fault {
            ui.label(RichText::new("project").strong());
            ui.label(RichText::new(fault).color(theme::alarm_text(ui)));
            ui.add_space(theme::GRID);
        }
        if let Some(why) = &shared.project.nothing_found {
            ui.label(RichText::new(why).color(theme::alarm_text(ui)));
            ui.add_space(theme::GRID);
        } else if shared.problems.is_empty() {
            let text = if shared.catalogue.is_empty() {
                "Nothing is open."
            } else {
                "Everything that was opened could be read."
            };
            ui.label(weak(ui, text));
        }
        grouped(ui, shared);
        ui.add_space(2.0 * theme::GRID);
        ui.label(RichText::new("recognised").strong());
        for (path, rule) in &shared.recognised {
            let name = short(&path.to_string_lossy(), NAME);
            ui.label(weak(ui, format!("{name}: {rule}")));
        }
        if let Some(text) = shared.project.reuse_in_words() {
            ui.label(weak(ui, text))
                .on_hover_text(Action::ReadAgain.info().help());
        }
        if let Some(text) = shared.catalogue.copies_in_words() {
            ui.label(weak(ui, text));
        }
    });
}

/// Faults of one kind together.
fn grouped(ui: &mut Ui, shared: &Shared) {
    let mut problems: Vec<_> = shared.problems.iter().collect();
    problems.sort_by(|a, b| (&a.what, &a.why, &a.path).cmp(&(&b.what, &b.why, &b.path)));
    for group in problems.chunk_by(|a, b| a.what == b.what && a.why == b.why) {
        let first = group[0];
        let count = if group.len() > 1 {
            format!(" ({})", group.len())
        } else {
            String::new()
        };
        ui.label(
            RichText::new(format!("{}: {}{count}", first.what, first.why))
                .color(theme::alarm_text(ui)),
        );
        for problem in group {
            let name = short(&problem.path, NAME);
            let is_cut = name != problem.path;
            let label = egui::Label::new(RichText::new(name).monospace()).selectable(true);
            let label = ui.add(label);
            if is_cut {
                label.on_hover_text(short(&problem.path, WHOLE));
            }
        }
        ui.add_space(theme::GRID);
    }
}
