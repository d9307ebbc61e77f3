//! The window *SAMP*: the hub, who is there, and what can be sent.

use egui::{Button, RichText, Ui};

use super::state::{SampCommand, SampPane, What};
use crate::{
    domain::words::counted,
    text,
    widgets::{
        pane::pane_ui,
        theme::{self, weak},
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the window, points.
const WIDTH: f32 = 340.0;

pub fn samp_ui(
    ui: &Ui,
    pane: &SampPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<SampCommand>>,
) {
    pane_ui(
        ui,
        ("SAMP", WIDTH),
        Action::Samp,
        commands,
        |ui, commands| {
            ui.label(text!("TOPCAT, Aladin, DS9 and others on this computer. What they point at becomes current here."));
            ui.add_space(theme::GRID);
            hub_ui(ui, pane, commands);
            ui.separator();
            send_ui(ui, pane, shared, commands);
        },
    );
}

fn hub_ui(ui: &mut Ui, pane: &SampPane, commands: &mut Vec<impl From<SampCommand>>) {
    if !pane.is_connected() {
        let is_asking = pane.listening.is_some();
        let text = if is_asking {
            text!("Connecting…")
        } else {
            text!("Connect")
        };
        let button = Button::new(RichText::new(text).strong());
        let help =
            text!("Register with the hub that TOPCAT or Aladin started; nothing is sent by that");
        if ui
            .add_enabled(!is_asking, button)
            .on_hover_text(help)
            .clicked()
        {
            commands.push(SampCommand::Connect.into());
        }
        if let Some(why) = pane.fault() {
            ui.label(RichText::new(why).color(theme::alarm_text(ui)));
        }
        return;
    }
    ui.horizontal(|ui| {
        ui.label(text!("connected"));
        if ui.button(text!("Disconnect")).clicked() {
            commands.push(SampCommand::Disconnect.into());
        }
        if ui
            .button(text!("Look again"))
            .on_hover_text(text!("Who is at the hub now"))
            .clicked()
        {
            commands.push(SampCommand::Look.into());
        }
    });
    let names: Vec<&str> = pane.peers().iter().map(|peer| peer.name.as_str()).collect();
    let text = if names.is_empty() {
        text!("no other program is there").to_owned()
    } else {
        text!("there: {names}", names = names.join(", "))
    };
    ui.label(weak(ui, text));
}

fn send_ui(
    ui: &mut Ui,
    pane: &SampPane,
    shared: &Shared,
    commands: &mut Vec<impl From<SampCommand>>,
) {
    let candidate = shared.candidate();
    let has_position = candidate.is_some_and(|candidate| candidate.position_deg.is_some());
    let selected = shared.selection.len();
    let key = shared.settings.keys.hint(Action::PointElsewhere);
    let rows = [
        (
            What::Position,
            text!("Point at this candidate ({key})", key),
            has_position,
            text!("Its position, and its row where the table was sent"),
        ),
        (
            What::Image,
            text!("Send this stamp").into(),
            candidate.is_some(),
            text!("As a FITS image with its coordinates"),
        ),
        (
            What::Table,
            text!(
                "Send the table of {candidates}",
                candidates = counted(shared.catalogue.len() as u64, "candidate")
            ),
            !shared.catalogue.is_empty(),
            text!("Every candidate with its label: rows that are picked there are shown here"),
        ),
        (
            What::Selection,
            text!(
                "Select {candidates} there",
                candidates = counted(selected as u64, "candidate")
            ),
            selected > 0,
            text!("The candidates that are selected here, as rows of the table"),
        ),
    ];
    for (what, text, is_possible, help) in rows {
        let button = Button::new(text).min_size(egui::vec2(WIDTH, 0.0));
        let is_free = is_possible && !pane.is_busy();
        let clicked = ui
            .add_enabled(is_free, button)
            .on_hover_text(help)
            .clicked();
        if clicked {
            commands.push(SampCommand::Send(what).into());
        }
    }
}
