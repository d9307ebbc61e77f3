//! The command palette: any action by a part of its name.

use egui::{Align2, Id, Key, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{command::Command, memory::Memory, state::AppState};
use crate::{
    text,
    widgets::theme::{self, weak},
    workspace::action::{ACTIONS, Action, ActionInfo},
};

/// The palette above everything.
pub fn palette_ui(ui: &Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let is_left = ui.input(|input| input.key_pressed(Key::Escape));
    let mut asked = None;
    egui::Window::new(text!("Command palette"))
        .id(Id::unique("command palette"))
        .title_bar(false)
        .resizable(false)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 60.0))
        .fixed_size(vec2(460.0, 380.0))
        .show(ui.ctx(), |ui| {
            let (text, row) = &mut memory.view.palette;
            let field = TextEdit::singleline(text).hint_text(text!("what do you want to do?"));
            let response = ui.add(field.desired_width(f32::INFINITY));
            let response = response.on_hover_text(text!("Find an action by a part of its name"));
            response.request_focus();
            if response.changed() {
                *row = 0;
            }
            let found = matching(text);
            ui.input(|input| {
                if input.key_pressed(Key::ArrowDown) {
                    *row = (*row + 1).min(found.len().saturating_sub(1));
                }
                if input.key_pressed(Key::ArrowUp) {
                    *row = row.saturating_sub(1);
                }
            });
            let is_entered = ui.input(|input| input.key_pressed(Key::Enter));
            let chosen = rows_ui(ui, state, &found, *row).or_else(|| {
                is_entered
                    .then(|| found.get(*row).map(|info| info.action))
                    .flatten()
            });
            if found.is_empty() {
                ui.label(weak(ui, text!("No action has this in its name.")));
            }
            asked = chosen;
        });
    if is_left || asked.is_some() {
        memory.view.palette = (String::new(), 0);
        // The palette goes first: an action may bring another screen.
        commands.push(Command::Do(Action::Palette));
        commands.extend(asked.map(Command::Do));
    }
}

fn rows_ui(ui: &mut Ui, state: &AppState, found: &[&ActionInfo], row: usize) -> Option<Action> {
    let mut chosen = None;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (at, info) in found.iter().enumerate() {
            let key = state.shared.settings.keys.hint(info.action);
            let title = if at == row {
                RichText::new(info.title())
                    .strong()
                    .color(theme::accent_text(ui))
            } else {
                RichText::new(info.title())
            };
            let button = egui::Button::selectable(at == row, title).shortcut_text(key);
            let response = ui.add(button.min_size(vec2(ui.available_width(), 22.0)));
            if at == row {
                response.scroll_to_me(None);
            }
            if response.on_hover_text(info.help()).clicked() {
                chosen = Some(info.action);
            }
        }
    });
    chosen
}

/// Actions whose title or help has every word of the text; those that begin with it first.
fn matching(text: &str) -> Vec<&'static ActionInfo> {
    let text = text.to_lowercase();
    let words: Vec<_> = text.split_whitespace().collect();
    let mut found: Vec<_> = ACTIONS
        .iter()
        .filter(|info| info.action != Action::Palette)
        .filter(|info| {
            let all = format!("{} {}", info.title(), info.help()).to_lowercase();
            words.iter().all(|word| all.contains(word))
        })
        .collect();
    found.sort_by_key(|info| {
        let title = info.title().to_lowercase();
        (
            !title.starts_with(&text),
            !words.iter().all(|word| title.contains(word)),
        )
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{Action, matching};

    #[test]
    fn an_action_is_found_by_any_part_of_its_name() {
        assert_eq!(matching("north")[0].action, Action::NorthUp);
        assert_eq!(matching("unla next")[0].action, Action::NextUnlabelled);
        assert!(matching("xyzzy").is_empty());
        assert!(matching("").len() > 40);
    }
}
