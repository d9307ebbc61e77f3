//! A line at the head of the queue: what has come in.

use egui::{RichText, Ui};

use super::state::GrowingSet;
use crate::{
    widgets::theme,
    workspace::{action::Action, command::Command, shared::Shared},
};

/// What has come in, with a button that shows it; nothing where nothing has.
pub fn new_ui(
    ui: &mut Ui,
    growing: &GrowingSet,
    shared: &Shared,
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(words) = growing.in_words() else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words).color(theme::accent_text(ui)));
        let key = shared.settings.keys.hint(Action::ShowNew);
        let button = ui.small_button(format!("Show ({key})"));
        if button
            .on_hover_text(Action::ShowNew.info().help())
            .clicked()
        {
            commands.push(Command::Do(Action::ShowNew).into());
        }
    });
    ui.add_space(theme::GRID / 2.0);
}
