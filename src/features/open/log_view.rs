//! The log: what the program noted, the newest records below.

use egui::{Label, RichText, ScrollArea, Ui};
use log::LevelFilter;

use crate::{
    english,
    language::translated_static,
    text,
    widgets::theme::{self, weak},
    workspace::shared::Shared,
};

/// What may be chosen, with its name.
const LEVELS: [(Option<LevelFilter>, &str); 3] = [
    (None, english!("All")),
    (Some(LevelFilter::Warn), english!("Warnings")),
    (Some(LevelFilter::Error), english!("Errors")),
];

/// The records; those of `least` gravity where one is chosen.
pub fn log_ui(ui: &mut Ui, shared: &Shared, least: &mut Option<LevelFilter>) {
    let log = &shared.log;
    let is_shown = |level: log::Level| least.is_none_or(|least| level <= least);
    let shown = log.lines.iter().filter(|line| is_shown(line.level));
    let shown: Vec<_> = shown.collect();
    ui.horizontal(|ui| {
        for (level, name) in LEVELS {
            ui.selectable_value(least, level, translated_static(name));
        }
        ui.separator();
        if ui
            .button(text!("Copy"))
            .on_hover_text(text!("Copy these records"))
            .clicked()
        {
            let lines: Vec<_> = shown.iter().map(|line| line.text.as_str()).collect();
            ui.copy_text(lines.join("\n"));
        }
        match &log.path {
            Some(path) => {
                let path = path.display().to_string();
                let button = ui.button(text!("Copy path"));
                if button
                    .on_hover_text(text!("Copy the name of the log file"))
                    .clicked()
                {
                    ui.copy_text(path.clone());
                }
                ui.add(Label::new(weak(ui, path)).truncate());
            }
            None => {
                ui.label(weak(ui, text!("no log file is written")));
            }
        }
    });
    ui.add_space(theme::GRID);
    if shown.is_empty() {
        ui.label(weak(ui, text!("Nothing was noted.")));
    }
    let area = ScrollArea::both().id_salt("log").auto_shrink(false);
    area.stick_to_bottom(true).show(ui, |ui| {
        for line in shown {
            let text = RichText::new(&line.text).monospace().size(theme::CAPTION);
            let text = match line.level {
                log::Level::Error => text.color(theme::alarm_text(ui)),
                log::Level::Warn => text.color(theme::accent_text(ui)),
                _ => text,
            };
            ui.add(Label::new(text).extend().selectable(true));
        }
    });
}
