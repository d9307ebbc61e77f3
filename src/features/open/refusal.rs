//! Why the window or set was not closed: something would be lost.

use egui::{Align2, RichText, Ui, vec2};

use crate::{
    domain::Timestamp,
    features::open::state::OpeningPane,
    text,
    widgets::theme,
    workspace::{
        action::Action,
        command::{Command, Session},
    },
};

/// Width of the text, points.
const WIDTH: f32 = 520.0;

/// The question, for as long as a second request goes through.
pub fn refusal_ui(
    ui: &Ui,
    opening: &OpeningPane,
    now: Timestamp,
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(refusal) = opening
        .refusal
        .as_ref()
        .filter(|refusal| refusal.holds(now))
    else {
        return;
    };
    egui::Window::new(text!("Not closed yet"))
        .id(egui::Id::unique("Not closed yet"))
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.label(RichText::new(&refusal.why).color(theme::alarm_text(ui)));
            ui.add_space(theme::GRID);
            ui.horizontal(|ui| {
                if ui.button(text!("Export labels…")).clicked() {
                    commands.push(Command::Do(Action::ExportLabels).into());
                }
                if ui.button(text!("Stay")).clicked() {
                    commands.push(Command::Session(Session::Stay).into());
                }
                if ui.button(text!("Leave anyway")).clicked() {
                    commands.push(Command::Session(Session::LeaveAnyway).into());
                }
            });
        });
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs(1));
}
