//! The line above the mosaic while it is sorted by likeness.

use egui::Ui;

use super::state::{SimilarCommand, SimilarSearch};
use crate::{
    widgets::theme::weak,
    workspace::{action::Action, command::Command, queue::column::Column, shared::Shared},
};

/// What the set is ranked by, and how to go on.
pub fn similar_ui(
    ui: &mut Ui,
    search: &SimilarSearch,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<SimilarCommand>>,
) {
    if shared.queue.spec().column != Column::Likeness || search.examples()[0].is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.strong(format!("Nearest first: {}", search.in_words()));
        let action = Action::LessLikeThis;
        let key = shared.settings.keys.hint(action);
        let text = format!("{} ({key})", action.info().title());
        let help = action.info().help();
        if ui.button(text).on_hover_text(help).clicked() {
            commands.push(Command::Do(action).into());
        }
        let help = "Drop the examples; the queue is in file order again";
        if ui.button("Forget examples").on_hover_text(help).clicked() {
            commands.push(SimilarCommand::Forget.into());
        }
        ui.label(weak(
            ui,
            "compared by what the network compact finds in the stamps",
        ));
    });
}
