//! Header cards and packet fields of the epoch on screen.

use egui::{Grid, RichText, ScrollArea, Ui, vec2};

use crate::{
    english,
    features::inspect::header::HeaderPane,
    language::translated_static,
    text,
    widgets::{
        pane::frame_ui,
        theme::{self, weak},
    },
    workspace::{
        action::Action, command::Command, labelling::blind::names_a_judgement, shared::Shared,
    },
};

pub fn header_ui(
    ui: &Ui,
    header: &HeaderPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command>>,
) {
    let window = egui::Window::new(text!("Header and fields"))
        .default_pos(egui::pos2(420.0, 360.0))
        .default_size(vec2(460.0, 440.0));
    frame_ui(
        ui,
        window,
        Action::Header,
        commands,
        |ui, _| match &header.header {
            None => {
                ui.label(weak(ui, text!("This epoch has no stamp.")));
            }
            Some(header) => match &header.cards {
                None => {
                    ui.label(weak(ui, text!("Reading…")));
                }
                Some(Err(problem)) => {
                    ui.label(RichText::new(problem.to_string()).color(theme::alarm_text(ui)));
                }
                Some(Ok(cards)) => cards_ui(ui, shared, &readable(shared, cards)),
            },
        },
    );
}

fn cards_ui(ui: &mut Ui, shared: &Shared, cards: &[(String, String)]) {
    let fields = readable(shared, &fields(shared));
    if shared.is_blind() {
        ui.label(weak(
            ui,
            text!("Classes and scores are left out: labels are blind."),
        ));
    }
    if ui.button(text!("Copy")).clicked() {
        let lines = fields
            .iter()
            .chain(cards)
            .map(|(name, value)| format!("{name} = {value}"));
        ui.copy_text(lines.collect::<Vec<_>>().join("\n"));
    }
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        for (title, rows) in [
            (english!("fields of this epoch"), &*fields),
            (english!("header of the file"), cards),
        ] {
            if rows.is_empty() {
                continue;
            }
            ui.label(RichText::new(translated_static(title)).color(theme::accent_text(ui)));
            Grid::new(title)
                .num_columns(2)
                .striped(true)
                .show(ui, |ui| {
                    for (name, value) in rows {
                        ui.label(RichText::new(name).monospace());
                        ui.add(egui::Label::new(RichText::new(value).monospace()).selectable(true));
                        ui.end_row();
                    }
                });
        }
    });
}

/// Without classes and scores while labels are blind.
fn readable(shared: &Shared, rows: &[(String, String)]) -> Vec<(String, String)> {
    let is_blind = shared.is_blind();
    let rows = rows.iter();
    let shown = rows.filter(|(name, _)| !is_blind || !names_a_judgement(name));
    shown.cloned().collect()
}

/// What tables and packets give for the epoch on screen.
fn fields(shared: &Shared) -> Vec<(String, String)> {
    let of_epoch = shared.epoch().map(|epoch| &epoch.fields);
    let all = of_epoch.into_iter().flat_map(crate::domain::Fields::iter);
    all.map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}
