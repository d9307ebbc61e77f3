//! The window *Open project on a server*, and how it stands with the server in the bar at the foot.

use egui::{Button, Key, RichText, TextEdit, Ui};

use super::state::{TeamCommand, TeamPane};
use crate::{
    domain::words::short,
    text,
    widgets::{
        pane::pane_ui,
        spoken,
        theme::{self, weak},
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the window, points.
const WIDTH: f32 = 420.0;
/// Letters of an address, or of a reason, in a tooltip.
const TIP: usize = 300;

/// The window.
pub fn server_ui(
    ui: &Ui,
    pane: &TeamPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<TeamCommand>>,
) {
    pane_ui(
        ui,
        (text!("Project on a server"), WIDTH),
        Action::OpenServer,
        commands,
        |ui, commands| {
            ui.label(text!(
                "A project that several people label together, on a PostgreSQL server."
            ));
            ui.add_space(theme::GRID);
            address_ui(ui, pane, commands);
            if let Some(why) = pane.fault() {
                ui.label(RichText::new(why).color(theme::alarm_text(ui)));
            }
            ui.add_space(theme::GRID);
            let stamps = if shared.project.paths.is_empty() {
                text!("The stamps are those that it was opened with here before; open them first where it was not.").into()
            } else {
                let paths = short(&shared.project.paths_in_words(), TIP);
                text!("The stamps are those that are open: {paths}", paths)
            };
            ui.label(weak(ui, stamps));
            ui.label(weak(
                ui,
                text!("The password comes from PGPASSWORD or ~/.pgpass. Labels of a project file are taken along by \
                 destello project copy."),
            ));
        },
    );
}

fn address_ui(ui: &mut Ui, pane: &TeamPane, commands: &mut Vec<impl From<TeamCommand>>) {
    ui.horizontal(|ui| {
        let label = ui.label(weak(ui, text!("address")));
        let mut text = pane.address().to_owned();
        let field = TextEdit::singleline(&mut text)
            .hint_text("postgresql://user@host/database")
            .desired_width(WIDTH - 120.0);
        let field = ui.add(field).labelled_by(label.id);
        if field.changed() {
            commands.push(TeamCommand::Address(text).into());
        }
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let can_open = !pane.address().trim().is_empty();
        let button = Button::new(RichText::new(text!("Open")).strong());
        if ui.add_enabled(can_open, button).clicked() || (is_entered && can_open) {
            commands.push(TeamCommand::Open.into());
        }
    });
}

/// How it stands with the server, where the project is on one.
pub fn status_ui(ui: &mut Ui, pane: &TeamPane, shared: &Shared) {
    let Some(address) = &shared.project.server else {
        return;
    };
    let status = pane.status();
    let words = status.in_words();
    let (text, tip) = match &status.fault {
        Some(why) => (
            RichText::new(words).color(theme::alarm_text(ui)),
            text!(
                "labels are on disk here, and are not exchanged now: {why}",
                why
            ),
        ),
        None => (
            weak(ui, words),
            text!("labels of everybody are exchanged with {address}", address),
        ),
    };
    let shown = ui.label(text).on_hover_text(short(&tip, TIP));
    if status.fault.is_some() {
        spoken::announce(&shown, true);
    }
}
