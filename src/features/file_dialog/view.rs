//! Our own file dialog: a path that is typed, the names that complete it, and keys for all of it.

use egui::{
    Align2, Button, Event, Key, Modifiers, RichText, ScrollArea, TextEdit, Ui, text::CCursor,
    text_edit::TextEditState, text_selection::CCursorRange, vec2,
};

use super::state::{Names, PathCommand, PathPane};
use crate::{
    domain::words::short,
    features::file_dialog::state::DialogPane,
    language::translated_static,
    text,
    widgets::{
        theme::{self, weak},
        view_memory::ViewMemory,
    },
};

/// Size of the dialog, points.
const SIZE: [f32; 2] = [620.0, 420.0];
/// Height of a row, points.
const ROW: f32 = 22.0;
/// Letters of a name shown in a row, and of a path.
const NAME: usize = 80;
/// Rows that a page key goes.
const PAGE: isize = 12;

/// The dialog, where it is open.
pub fn path_ui(
    ui: &Ui,
    dialog: &DialogPane,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<PathCommand>>,
) {
    let Some(pane) = &dialog.path_pane else {
        memory.path_seen = None;
        return;
    };
    let mut asked = Vec::new();
    // These keys are the dialog's; all text of the frame is taken before them.
    let keys = take_keys(ui);
    egui::Window::new(pane.purpose.title())
        .id(egui::Id::unique("file dialog"))
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 60.0))
        .fixed_size(SIZE)
        .show(ui.ctx(), |ui| {
            field_ui(ui, pane, memory, &mut asked);
            notice_ui(ui, pane);
            // The foot stands first, so that the list has what is left.
            ui.with_layout(egui::Layout::bottom_up(egui::Align::Min), |ui| {
                foot_ui(ui, pane, &mut asked);
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    names_ui(ui, pane, memory, &mut asked);
                });
            });
        });
    asked.extend(keys);
    commands.extend(asked.into_iter().map(Into::into));
}

/// Takes the dialog's keys out of the frame's input.
fn take_keys(ui: &Ui) -> Vec<PathCommand> {
    let of_key = |key: Key, modifiers: Modifiers| match key {
        Key::Tab if modifiers.is_none() => Some(PathCommand::Complete),
        Key::Tab if modifiers.shift_only() => Some(PathCommand::Move(-1)),
        Key::ArrowDown if modifiers.is_none() => Some(PathCommand::Move(1)),
        Key::ArrowUp if modifiers.is_none() => Some(PathCommand::Move(-1)),
        Key::PageDown => Some(PathCommand::Move(PAGE)),
        Key::PageUp => Some(PathCommand::Move(-PAGE)),
        Key::Enter => Some(PathCommand::Enter {
            adds: modifiers.shift,
        }),
        Key::Escape => Some(PathCommand::Dismiss),
        _ => None,
    };
    let mut taken = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            let command = of_key(*key, *modifiers);
            let is_ours = command.is_some();
            taken.extend(command);
            !is_ours
        });
    });
    taken
}

fn field_ui(ui: &mut Ui, pane: &PathPane, memory: &mut ViewMemory, asked: &mut Vec<PathCommand>) {
    let id = egui::Id::unique("destello path");
    let seen = (pane.purpose, pane.revision);
    if memory.path_seen != Some(seen) {
        // Before the field takes the keys of this frame: they go behind what is there now.
        let is_new = memory.path_seen.is_none_or(|(of, _)| of != pane.purpose);
        memory.path_seen = Some(seen);
        pane.typed.text().clone_into(&mut memory.path_text);
        // The name of a new file is marked: what is typed takes its place.
        let marked = if is_new { pane.typed.name_text() } else { "" };
        let end = memory.path_text.chars().count();
        let start = CCursor::new(end - marked.chars().count());
        let range = CCursorRange::two(start, CCursor::new(end));
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        state.cursor.set_char_range(Some(range));
        state.store(ui.ctx(), id);
    }
    ui.memory_mut(|memory| memory.request_focus(id));
    let field = TextEdit::singleline(&mut memory.path_text)
        .id(id)
        .desired_width(f32::INFINITY)
        .font(egui::TextStyle::Monospace)
        // Tab completes and does not move on.
        .lock_focus(true);
    let response = ui.add(field);
    if response.changed() {
        asked.push(PathCommand::Type(memory.path_text.clone()));
    }
    response.on_hover_text(text!(
        "Path: Tab completes, arrows choose, Enter accepts, Esc leaves"
    ));
}

fn notice_ui(ui: &mut Ui, pane: &PathPane) {
    let text = match (&pane.notice, &pane.names) {
        (Some((text, true)), _) => RichText::new(text).color(theme::alarm_text(ui)),
        (Some((text, false)), _) => RichText::new(text),
        (None, Names::Failed(why)) => {
            let folder = short(pane.typed.folder_text(), NAME);
            RichText::new(format!("{folder}: {why}")).color(theme::alarm_text(ui))
        }
        (None, _) if pane.is_waiting() => RichText::new(text!("reading…")).weak(),
        (None, _) => RichText::new(hint(pane)).weak(),
    };
    ui.label(text);
}

/// What is picked, in a few words.
fn hint(pane: &PathPane) -> String {
    use super::state::PickKind;
    let kinds: Vec<_> = pane
        .purpose
        .filters()
        .iter()
        .map(|(name, _)| translated_static(name))
        .collect();
    let kinds = kinds.join(", ");
    match pane.purpose.kind() {
        PickKind::Files => text!("files; Shift+Enter adds one and goes on").into(),
        PickKind::Folder => text!("a folder").into(),
        PickKind::File => kinds,
        PickKind::Save => text!("a file to write: {kinds}", kinds),
    }
}

fn foot_ui(ui: &mut Ui, pane: &PathPane, asked: &mut Vec<PathCommand>) {
    ui.horizontal(|ui| {
        if ui.button(text!("Accept")).clicked() {
            asked.push(PathCommand::Enter { adds: false });
        }
        if ui.button(text!("Cancel")).clicked() {
            asked.push(PathCommand::Dismiss);
        }
        ui.label(weak(
            ui,
            text!("Tab completes · ↑ ↓ choose · Enter accepts · Esc leaves"),
        ));
    });
    for path in pane.added.iter().rev().take(3) {
        ui.label(format!("+ {}", short(&path.to_string_lossy(), NAME)));
    }
    if pane.added.len() > 3 {
        ui.label(weak(
            ui,
            text!("{count} files added, among them", count = pane.added.len()),
        ));
    }
    ui.separator();
}

/// Only the rows in view are made, however many names there are.
fn names_ui(ui: &mut Ui, pane: &PathPane, memory: &mut ViewMemory, asked: &mut Vec<PathCommand>) {
    if let Names::Read(names) = &pane.names
        && names.is_cut
    {
        let text = text!(
            "only {count} names of this folder were read",
            count = names.entries.len()
        );
        ui.label(weak(ui, text));
    }
    let mut list = ScrollArea::vertical().auto_shrink(false);
    let pitch = ROW + ui.spacing().item_spacing.y;
    if memory.path_row != pane.row {
        memory.path_row = pane.row;
        let middle = pane.row.unwrap_or(0) as f32 * pitch - ui.available_height() / 2.0;
        list = list.vertical_scroll_offset(middle.max(0.0));
    }
    list.show_rows(ui, ROW, pane.fitting.len(), |ui, rows| {
        for row in rows {
            let Some(entry) = pane.entry(row) else {
                continue;
            };
            let mut name = short(&entry.name.to_string_lossy(), NAME);
            if entry.is_folder {
                name.push('/');
            }
            let is_chosen = pane.row == Some(row);
            let text = RichText::new(name).monospace();
            let button = Button::selectable(is_chosen, text);
            if ui
                .add(button.min_size(vec2(ui.available_width(), ROW)))
                .clicked()
            {
                asked.push(PathCommand::Take(row));
            }
        }
    });
}
