//! From the keyboard to commands. Keys are dead while a text field has the keyboard.

use egui::{Event, Key, Modifiers, Ui};

use super::{
    command::{Command, Label},
    memory::Memory,
    state::AppState,
};
use crate::{
    widgets::{spoken, view_memory::Awaited},
    workspace::{
        action::{Action, Menu},
        keys::Chord,
        screen::{Field, Pane, Screen},
    },
};

/// The commands that this frame's keys ask for.
pub fn hotkeys(ui: &Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let pressed: Vec<(Chord, bool)> = ui.input(|input| {
        let events = input.events.iter();
        events
            .filter_map(|event| match event {
                Event::Key {
                    key,
                    pressed: true,
                    repeat,
                    modifiers,
                    ..
                } => Some((chord(*key, *modifiers), *repeat)),
                _ => None,
            })
            .collect()
    });
    if !state.shared.panes.contains(&Pane::Settings) {
        memory.view.key_capture = None;
    }
    if let Some((_, captured)) = &mut memory.view.key_capture {
        if let Some((chord, _)) = pressed.into_iter().next_back() {
            *captured = Some(chord);
        }
        return;
    }
    // The palette and the file dialog read their own keys.
    let reads_own_keys =
        state.shared.panes.contains(&Pane::Palette) || state.dialog.path_pane.is_some();
    let has_text_field = memory.view.had_text_field || ui.ctx().text_edit_focused();
    if has_text_field || reads_own_keys {
        memory.view.awaited = None;
        return;
    }
    if let Some(awaited) = &mut memory.view.awaited {
        awaited.frames += 1;
        if awaited.frames > PATIENCE_FRAMES {
            memory.view.awaited = None;
        }
        return;
    }
    let is_widget_focused = ui.ctx().egui_wants_keyboard_input();
    let is_on_stage = spoken::is_on_stage(ui.ctx());
    let is_list_open = egui::Popup::is_any_open(ui.ctx());
    for (chord, is_repeat) in pressed {
        // An open list takes the key that closes it.
        if is_list_open && is_escape(&chord) {
            continue;
        }
        if is_widget_focused && moves_or_presses_a_widget(&chord) {
            if !is_on_stage || is_escape(&chord) {
                continue;
            }
            keep_from_widgets(ui, &chord);
        }
        serve(&chord, is_repeat, state, memory, commands);
        if matches!(commands.last(), Some(Command::Do(Action::SelectAll))) {
            // Else a caption that was clicked before would have its text selected, too.
            ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A));
        }
        if memory.view.awaited.is_some() {
            // What was typed after this key in the same frame belongs to the field.
            drop_until(ui, &chord);
            return;
        }
    }
}

/// Keys by which a button or slider that was reached with Tab is used and left.
fn moves_or_presses_a_widget(chord: &Chord) -> bool {
    matches!(
        &*chord.key,
        "Space" | "Enter" | "Escape" | "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown"
    )
}

/// Takes a key that is a command here from the widget that has the keyboard: arrows would lead to the next one, Space and
/// Enter would press it.
fn keep_from_widgets(ui: &Ui, served: &Chord) {
    ui.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => chord(*key, *modifiers) != *served,
            _ => true,
        });
    });
}

/// Frames after which a field that was asked for and is not on this screen is given up.
const PATIENCE_FRAMES: u8 = 4;

/// Takes the events up to this key press, and the text it typed, out of the frame's input.
fn drop_until(ui: &Ui, last: &Chord) {
    ui.input_mut(|input| {
        let is_last = |event: &Event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => chord(*key, *modifiers) == *last,
            _ => false,
        };
        let Some(at) = input.events.iter().position(is_last) else {
            return;
        };
        let has_text = matches!(input.events.get(at + 1), Some(Event::Text(_)));
        input.events.drain(..=at + usize::from(has_text));
    });
}

fn serve(
    chord: &Chord,
    is_repeat: bool,
    state: &AppState,
    memory: &mut Memory,
    commands: &mut Vec<Command>,
) {
    // What is typed into a form, and beside its fields, must not judge what lies behind.
    let has_pane = state.shared.panes.contains(&Pane::Simulation);
    let has_form = has_pane || state.shared.screen == Screen::Train;
    if let Some(class) = class_of(chord, state).filter(|_| !has_form) {
        // A key held down must not label the whole queue.
        if !is_repeat {
            commands.push(Command::Label(Label::Class(class)));
        }
        return;
    }
    let Some(action) = state.shared.settings.keys.action(chord) else {
        return;
    };
    let serves_form = matches!(action, Action::SelectNone | Action::Palette)
        || action.info().menu == Menu::Window
        || (!has_pane && matches!(action.info().menu, Menu::File | Menu::Model));
    if has_form && !serves_form {
        return;
    }
    // A second request to close, or to close the set, loses what the first was refused for.
    let closes = matches!(action, Action::Quit | Action::CloseSet);
    let is_once = closes || matches!(action.info().menu, Menu::Label | Menu::Window);
    if is_repeat && is_once {
        return;
    }
    let field = match action {
        Action::Search => Some(Field::Search),
        Action::Filter => Some(Field::Filter),
        Action::Note => Some(Field::Note),
        _ => None,
    };
    let asks_for_path = action.asks_for_path() && state.dialog.asks_in_window(&state.shared);
    if field.is_some() || action == Action::Palette || asks_for_path {
        memory.view.awaited = Some(Awaited { field, frames: 0 });
    }
    match action {
        Action::SelectNone if close_pane(state, commands) => {}
        _ => commands.push(Command::Do(action)),
    }
}

/// The class whose key this is. Classes come before actions: they are what the hand does all
/// day; the key help lists them first.
fn class_of(chord: &Chord, state: &AppState) -> Option<usize> {
    if chord.ctrl || chord.alt || chord.shift {
        return None;
    }
    let mut letters = chord.key.chars();
    let (Some(key), None) = (letters.next(), letters.next()) else {
        return None;
    };
    state
        .shared
        .vocabulary()
        .classes
        .iter()
        .position(|class| class.key.eq_ignore_ascii_case(&key))
}

/// Escape closes the topmost small window first.
fn close_pane(state: &AppState, commands: &mut Vec<Command>) -> bool {
    let action = state
        .shared
        .panes
        .iter()
        .next_back()
        .map(|pane| match pane {
            Pane::Settings => Action::Settings,
            Pane::KeyHelp => Action::KeyHelp,
            Pane::Palette => Action::Palette,
            Pane::Histogram => Action::Histogram,
            Pane::Header => Action::Header,
            Pane::Simulation => Action::NewSimulation,
            Pane::FineTune => Action::FineTune,
            Pane::ClosePairs => Action::ClosePairs,
            Pane::Guide => Action::Guide,
            Pane::ClassShares => Action::ClassShares,
            Pane::SideBySide => Action::SideBySide,
            Pane::Samp => Action::Samp,
            Pane::Server => Action::OpenServer,
            Pane::Team => Action::Team,
            Pane::Practice => Action::Practice,
        });
    commands.extend(action.map(Command::Do));
    action.is_some()
}

/// A key press as a chord of ours.
fn chord(key: Key, modifiers: Modifiers) -> Chord {
    let name = match key {
        Key::ArrowLeft => "ArrowLeft",
        Key::ArrowRight => "ArrowRight",
        Key::ArrowUp => "ArrowUp",
        Key::ArrowDown => "ArrowDown",
        Key::Plus | Key::Minus | Key::Equals | Key::Comma => key.name(),
        other if other.symbol_or_name().len() == 1 => other.symbol_or_name(),
        other => other.name(),
    };
    // Keys that are typed with Shift on some keyboards and without on others.
    let is_sign = name.len() == 1 && !name.chars().all(char::is_alphanumeric) || name == "Plus";
    Chord {
        ctrl: modifiers.command,
        shift: modifiers.shift && !is_sign,
        alt: modifiers.alt,
        key: name.to_owned(),
    }
}

/// True for the key that leaves everything as it is.
pub fn is_escape(chord: &Chord) -> bool {
    chord.key == "Escape"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::keys::KeyMap;

    #[test]
    fn presses_lead_to_the_actions_of_the_table() {
        let keys = KeyMap::default();
        let (none, ctrl, shift) = (Modifiers::NONE, Modifiers::COMMAND, Modifiers::SHIFT);
        for (key, modifiers, action) in [
            (Key::ArrowRight, none, Action::NextCandidate),
            (Key::OpenBracket, none, Action::PreviousEpoch),
            (Key::CloseBracket, none, Action::NextEpoch),
            (Key::Questionmark, shift, Action::KeyHelp),
            (Key::Slash, none, Action::Search),
            (Key::Z, ctrl, Action::Undo),
            (Key::Z, ctrl | shift, Action::Redo),
            (Key::Z, none, Action::ZoomIn),
            (Key::Plus, shift, Action::ZoomIn),
            (Key::Space, shift, Action::PlayBack),
            (Key::F5, none, Action::RefreshQueue),
            (Key::Comma, ctrl, Action::Settings),
            (Key::Num0, none, Action::ClearLabel),
            (Key::Backspace, none, Action::Undo),
            (Key::Escape, none, Action::SelectNone),
            (Key::Enter, none, Action::Inspect),
        ] {
            assert_eq!(keys.action(&chord(key, modifiers)), Some(action), "{key:?}");
        }
    }
}
