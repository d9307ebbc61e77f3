//! The window *Team*: who judges which candidates, how far everybody is, how well they agree.

use std::time::Duration;

use egui::{Button, DragValue, Grid, RichText, ScrollArea, TextEdit, Ui};

use super::{
    state::{TeamCommand, TeamPane},
    tally::TeamTally,
};
use crate::{
    text,
    widgets::{
        pane::pane_ui,
        theme::{self, weak},
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the window, points.
const WIDTH: f32 = 440.0;
/// Height of the list of people, and of that of their agreement, points.
const HEIGHT: f32 = 160.0;
/// Most people that may judge one candidate.
const MOST_JUDGES: usize = 100;

/// The window.
pub fn team_ui(
    ui: &Ui,
    pane: &TeamPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<TeamCommand>>,
) {
    if pane.is_tally_behind(shared) {
        // What came in last is counted too, though nothing else happens.
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    }
    pane_ui(
        ui,
        (text!("Team"), WIDTH),
        Action::Team,
        commands,
        |ui, commands| {
            assignment_ui(ui, pane, shared, commands);
            ui.add_space(theme::GRID);
            tally_ui(ui, pane.tally());
        },
    );
}

fn assignment_ui(
    ui: &mut Ui,
    pane: &TeamPane,
    shared: &Shared,
    commands: &mut Vec<impl From<TeamCommand>>,
) {
    ui.label(text!("Each candidate is judged by some of these people. What others called a candidate is hidden until one has judged it oneself."));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let label = ui.label(weak(ui, text!("people")));
        let mut text = pane.people(shared);
        let field = TextEdit::singleline(&mut text)
            .hint_text("ana, luis, mei")
            .desired_width(WIDTH - 90.0);
        let field = ui.add(field).labelled_by(label.id);
        let field = field.on_hover_text(text!(
            "Names as they stand in Settings, with commas between"
        ));
        if field.changed() {
            commands.push(TeamCommand::People(text).into());
        }
    });
    ui.horizontal(|ui| {
        let label = ui.label(weak(ui, text!("judgements of each candidate")));
        let mut judges = pane.judges(shared);
        let field = DragValue::new(&mut judges).range(1..=MOST_JUDGES);
        if ui.add(field).labelled_by(label.id).changed() {
            commands.push(TeamCommand::Judges(judges).into());
        }
    });
    ui.horizontal(|ui| {
        if ui
            .add(Button::new(RichText::new(text!("Assign")).strong()))
            .clicked()
        {
            commands.push(TeamCommand::Assign.into());
        }
        let is_assigned = shared.book.assignment().is_some();
        if ui
            .add_enabled(is_assigned, Button::new(text!("Assign none")))
            .clicked()
        {
            commands.push(TeamCommand::Unassign.into());
        }
        let own = ui.add_enabled(is_assigned, Button::new(text!("Show mine")));
        let own = own.on_hover_text(text!("Keep only what is assigned to you and not judged"));
        if own.clicked() {
            commands.push(TeamCommand::ShowOwn.into());
        }
    });
    if let Some(why) = pane.assign_fault() {
        ui.label(RichText::new(why).color(theme::alarm_text(ui)));
    }
    if let Some(assignment) = shared.book.assignment() {
        let name = shared.annotator();
        let mut words = assignment.in_words();
        if !assignment.people.contains(&name) {
            words = text!(
                "{words}. None is assigned to you: you label as {name} (Settings).",
                words,
                name
            );
        }
        ui.add(egui::Label::new(weak(ui, words)).wrap());
    }
}

fn tally_ui(ui: &mut Ui, tally: &TeamTally) {
    ui.label(tally.in_words());
    ScrollArea::vertical()
        .id_salt("team people")
        .max_height(HEIGHT)
        .show(ui, |ui| {
            Grid::new("team people").num_columns(2).show(ui, |ui| {
                for (person, own) in &tally.people {
                    ui.label(&**person);
                    ui.label(own.in_words());
                    ui.end_row();
                }
            });
        });
    if tally.agreement.is_empty() {
        return;
    }
    ui.add_space(theme::GRID);
    ScrollArea::vertical()
        .id_salt("team agreement")
        .max_height(HEIGHT)
        .show(ui, |ui| {
            for line in &tally.agreement {
                ui.add(egui::Label::new(line).wrap());
            }
        });
}
