//! The window *Close pairs*: a radius, a button, the list of what was found.

use egui::{Align, Button, DragValue, Layout, ProgressBar, RichText, ScrollArea, Ui};

use super::{
    state::{ClosePairsCommand, ClosePairsPane},
    task::{ClosePair, ClosePairs, MOST_ARCSEC},
};
use crate::{
    tasks::Running,
    text,
    widgets::{
        pane::pane_ui,
        theme::{self, weak},
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the window, points.
const WIDTH: f32 = 380.0;
/// Height of the list, points.
const HEIGHT: f32 = 260.0;

pub fn close_pairs_ui(
    ui: &Ui,
    pane: &ClosePairsPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<ClosePairsCommand>>,
) {
    pane_ui(
        ui,
        (text!("Close pairs"), WIDTH),
        Action::ClosePairs,
        commands,
        |ui, commands| {
            start_ui(ui, pane, shared, commands);
            ui.add_space(theme::GRID);
            if let Some(why) = pane.fault() {
                ui.label(RichText::new(why).color(theme::alarm_text(ui)));
            }
            if let Some(found) = pane.found() {
                found_ui(ui, found, shared, commands);
            }
        },
    );
}

/// The radius, and the button; while they are looked for, how far that is.
fn start_ui(
    ui: &mut Ui,
    pane: &ClosePairsPane,
    shared: &Shared,
    commands: &mut Vec<impl From<ClosePairsCommand>>,
) {
    ui.label(text!(
        "Candidates under different identifiers that may be one object."
    ));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let label = ui.label(weak(ui, text!("within")));
        let mut radius = pane.radius_arcsec;
        let field = DragValue::new(&mut radius)
            .range(0.01..=MOST_ARCSEC)
            .speed(0.05)
            .suffix(" arcsec");
        if ui.add(field).labelled_by(label.id).changed() {
            commands.push(ClosePairsCommand::Radius(radius).into());
        }
        let Some(progress) = pane.finding.as_ref().map(Running::progress) else {
            let button = Button::new(RichText::new(text!("Find")).strong());
            let can_start = !shared.catalogue.is_empty();
            if ui.add_enabled(can_start, button).clicked() {
                commands.push(ClosePairsCommand::Start.into());
            }
            return;
        };
        if ui.button(text!("Cancel")).clicked() {
            commands.push(ClosePairsCommand::Stop.into());
        }
        let share = progress.done as f32 / progress.total.max(1) as f32;
        ui.add(ProgressBar::new(share).text(text!("close pairs")));
    });
}

fn found_ui(
    ui: &mut Ui,
    found: &ClosePairs,
    shared: &Shared,
    commands: &mut Vec<impl From<ClosePairsCommand>>,
) {
    ui.label(found.in_words());
    if found.pairs.is_empty() {
        return;
    }
    let help = text!("The candidates of all pairs in the mosaic");
    if ui.button(text!("Open all")).on_hover_text(help).clicked() {
        commands.push(ClosePairsCommand::OpenAll.into());
    }
    ui.separator();
    let row = ui.spacing().interact_size.y;
    ScrollArea::vertical()
        .id_salt("close pairs")
        .max_height(HEIGHT)
        .show_rows(ui, row, found.pairs.len(), |ui, rows| {
            for at in rows {
                ui.horizontal(|ui| pair_ui(ui, at, &found.pairs[at], shared, commands));
            }
        });
}

fn pair_ui(
    ui: &mut Ui,
    at: usize,
    pair: &ClosePair,
    shared: &Shared,
    commands: &mut Vec<impl From<ClosePairsCommand>>,
) {
    let [first, second] = pair.candidates.map(|ix| {
        let candidate = shared.catalogue.get(ix);
        candidate.map_or("?", |candidate| &*candidate.id)
    });
    let button = Button::new(format!("{first}   {second}")).truncate();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.label(weak(ui, format!("{:.2} arcsec", pair.separation_arcsec)));
        if ui
            .add(button)
            .on_hover_text(text!("Both in the mosaic"))
            .clicked()
        {
            commands.push(ClosePairsCommand::Open(at).into());
        }
    });
}
