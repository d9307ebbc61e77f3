//! The right-hand panel: classes with their keys, unsure and flag, note, history.

use egui::{Button, RichText, Stroke, TextEdit, Ui, vec2};

use crate::{
    domain::{Class, label_book::LabelState},
    widgets::{
        cells,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        action::Action,
        command::{Command, Label},
        labelling::update::words,
        screen::{Field, Screen},
        shared::Shared,
    },
};

pub fn label_panel_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    vocabulary_ui(ui, shared, commands);
    let empty = LabelState::default();
    let candidate = shared.candidate();
    let labels = candidate.map_or(&empty, |candidate| shared.label_on_screen(candidate));
    for (at, class) in shared.vocabulary().classes.iter().enumerate() {
        let is_given = labels.classes.contains(&class.name);
        if class_button(ui, class, is_given).clicked() {
            commands.push(Command::Label(Label::Class(at)).into());
        }
    }
    ui.columns_const(|[left, right]| {
        action_button(left, shared, Action::Unsure, labels.is_unsure, commands);
        action_button(right, shared, Action::Skip, labels.is_skipped, commands);
    });
    ui.columns_const(|[left, right]| {
        action_button(left, shared, Action::Flag, labels.is_flagged, commands);
        action_button(right, shared, Action::ClearLabel, false, commands);
    });
    ui.add_space(theme::GRID);
    let Some(candidate) = candidate else { return };
    let reason = shared
        .place
        .candidate
        .and_then(|ix| shared.queue.reason(ix));
    if let Some(reason) = reason.filter(|_| !shared.is_blind()) {
        let text = format!("To label next: {}.", reason.in_words());
        ui.add(egui::Label::new(weak(ui, text)).wrap());
    }
    repeat_ui(ui, shared);
    if let Some(words) = shared.assigned_in_words(&candidate.id) {
        ui.add(egui::Label::new(weak(ui, words)).wrap());
    }
    if !shared.is_label_hidden(candidate) {
        note_ui(ui, shared, memory, labels, commands);
    }
    ui.add_space(theme::GRID);
}

/// How far a repeat check is.
fn repeat_ui(ui: &mut Ui, shared: &Shared) {
    let left = shared.repeat_check.left();
    if left > 0 {
        let text = format!("Repeat check: {left} to go; your first labels are hidden.");
        let text = RichText::new(text).color(theme::accent_text(ui));
        ui.add(egui::Label::new(text).wrap());
    }
}

fn vocabulary_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let mut chosen = shared.vocabulary;
    egui::ComboBox::from_id_salt("vocabulary")
        .width(ui.available_width())
        .truncate()
        .selected_text(&*shared.vocabulary().title)
        .show_ui(ui, |ui| {
            for (at, vocabulary) in shared.vocabularies.iter().enumerate() {
                ui.selectable_value(&mut chosen, at, &*vocabulary.title);
            }
        })
        .response
        .on_hover_text("Vocabulary: the classes to choose from");
    if chosen != shared.vocabulary {
        commands.push(Command::Label(Label::Vocabulary(chosen)).into());
    }
    if shared.screen == Screen::Mosaic && !shared.selection.is_empty() {
        let text = format!("labels go to {} selected", shared.selection.len());
        ui.label(RichText::new(text).color(theme::accent_text(ui)));
    }
    ui.add_space(theme::GRID / 2.0);
}

/// A button with the class's colour on its left, and its key on the right.
fn class_button(ui: &mut Ui, class: &Class, is_given: bool) -> egui::Response {
    let color = theme::class_color(class);
    let size = vec2(ui.available_width(), 28.0);
    let mut button = Button::new((
        RichText::new(class.key.to_string())
            .monospace()
            .color(if is_given {
                theme::on(color)
            } else {
                theme::caption_color(ui)
            }),
        RichText::new(&*class.title).color(if is_given {
            theme::on(color)
        } else {
            ui.visuals().text_color()
        }),
    ))
    .min_size(size)
    .stroke(Stroke::new(1.5, color));
    if is_given {
        button = button.fill(color);
    }
    let response = ui.add(button);
    let edge = egui::Rect::from_min_size(response.rect.min, vec2(5.0, response.rect.height()));
    theme::swatch(ui, ui.painter(), edge, color);
    response
}

fn action_button(
    ui: &mut Ui,
    shared: &Shared,
    action: Action,
    is_on: bool,
    commands: &mut Vec<impl From<Command>>,
) {
    let info = action.info();
    let key = shared.settings.keys.hint(action);
    let text = if is_on {
        RichText::new(info.title())
            .color(theme::accent_text(ui))
            .strong()
    } else {
        RichText::new(info.title())
    };
    let key = RichText::new(key)
        .monospace()
        .color(theme::caption_color(ui));
    let mut button = Button::new((key, text)).min_size(vec2(ui.available_width(), 24.0));
    if is_on {
        button = button.stroke(Stroke::new(1.5, theme::AMBER));
    }
    if ui.add(button).on_hover_text(info.help()).clicked() {
        commands.push(Command::Do(action).into());
    }
}

fn note_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    labels: &LabelState,
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(candidate) = shared.place.candidate else {
        return;
    };
    let stored = labels.note.as_deref().unwrap_or("");
    // The text belongs to the candidate it was begun for.
    if memory
        .note
        .as_ref()
        .is_none_or(|(owner, _)| *owner != candidate)
    {
        memory.note = Some((candidate, stored.to_owned()));
    }
    cells::serve_focus(ui, shared, memory, Field::Note);
    let Some((_, text)) = &mut memory.note else {
        return;
    };
    let hint = format!("note ({})", shared.settings.keys.hint(Action::Note));
    let response = ui.add(
        TextEdit::singleline(text)
            .id(cells::field_id(Field::Note))
            .hint_text(hint)
            .desired_width(f32::INFINITY),
    );
    let response = response.on_hover_text("Note on this candidate");
    if response.lost_focus() && *text != stored {
        let text = text.as_str().into();
        commands.push(Command::Label(Label::Note { candidate, text }).into());
    } else if !response.has_focus() && *text != stored {
        stored.clone_into(text);
    }
}

/// Who labelled the candidate on screen, and how; the last one first.
pub fn history_ui(ui: &mut Ui, shared: &Shared) {
    let Some(candidate) = shared
        .candidate()
        .filter(|candidate| !shared.is_label_hidden(candidate))
    else {
        return;
    };
    let history: Vec<_> = shared.book.history(&candidate.id).collect();
    if history.is_empty() {
        return;
    }
    ui.add_space(theme::GRID);
    ui.label(weak(ui, "history of labels"));
    for (event, counts) in history.iter().rev() {
        let time = cells::clock(event.at);
        let text = format!("{time}  {} — {}", words(&event.action), event.annotator);
        let text = RichText::new(text).size(theme::CAPTION);
        ui.label(if *counts {
            text
        } else {
            text.strikethrough().color(theme::caption_color(ui))
        });
    }
}
