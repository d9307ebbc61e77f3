//! The settings window: name, theme, memory, keys.

use egui::{DragValue, Grid, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{
    command::{Command, Session},
    hotkeys,
    memory::Memory,
    state::AppState,
};
use crate::{
    io::join::USUAL_RADIUS_ARCSEC,
    language::Language,
    text,
    widgets::{
        cells,
        pane::frame_ui,
        theme::{self, weak},
    },
    workspace::{
        action::{ACTIONS, Action},
        settings::{Density, FileDialogs, Settings, Theme},
    },
};

/// The window. Widgets edit a copy; where it differs, one command carries it.
pub fn settings_ui(ui: &Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let mut settings = state.shared.settings.clone();
    let window = egui::Window::new(text!("Settings"))
        .collapsible(false)
        .default_pos(egui::pos2(420.0, 120.0))
        .default_size(vec2(540.0, 520.0));
    let is_open = frame_ui(ui, window, Action::Settings, commands, |ui, commands| {
        Grid::new("settings")
            .num_columns(2)
            .show(ui, |ui| general_ui(ui, state, &mut settings));
        ui.separator();
        ui.horizontal(|ui| {
            ui.label(RichText::new(text!("Keys")).strong());
            if ui.button(text!("All keys back to default")).clicked() {
                settings.keys.reset();
            }
        });
        keys_ui(ui, state, memory, commands);
    });
    if settings != state.shared.settings {
        commands.push(Command::Session(Session::Settings(Box::new(settings))));
    }
    if !is_open {
        memory.view.key_capture = None;
    }
}

fn general_ui(ui: &mut Ui, state: &AppState, settings: &mut Settings) {
    let row = |ui: &mut Ui, name: &str| ui.label(name).id;
    let label = row(ui, text!("Your name, written with each label"));
    let hint = &*state.shared.login_name;
    ui.add(TextEdit::singleline(&mut settings.annotator).hint_text(hint))
        .labelled_by(label);
    ui.end_row();
    look_ui(ui, settings);
    row(ui, text!("File dialogs"));
    ui.horizontal(|ui| {
        let choice = &mut settings.file_dialogs;
        ui.radio_value(choice, FileDialogs::Automatic, text!("the system's"))
            .on_hover_text(text!("Where the system has none, destello's own opens"));
        ui.radio_value(choice, FileDialogs::Own, text!("destello's own"));
    });
    ui.end_row();
    let label = row(ui, text!("Memory for stamps"));
    let memory = DragValue::new(&mut settings.memory_mib)
        .range(64..=65_536)
        .suffix(" MiB");
    ui.add(memory).labelled_by(label);
    ui.end_row();
    let label = row(ui, text!("Epochs a second while playing"));
    let speed = DragValue::new(&mut settings.play_per_second)
        .range(0.5..=30.0)
        .speed(0.1);
    ui.add(speed).labelled_by(label);
    ui.end_row();
    row(ui, text!("After a label"));
    ui.checkbox(
        &mut settings.advances_after_label,
        text!("go to the next candidate"),
    );
    ui.end_row();
    let label = row(ui, text!("Sets of classes hold the true one of"));
    let level = DragValue::new(&mut settings.class_set_percent)
        .range(50.0..=99.0)
        .speed(0.2)
        .suffix(text!(" % of each class"));
    ui.add(level).labelled_by(label).on_hover_text(text!(
        "Where one class alone would be right less often, the result above the stamps names several: “Supernova or \
         Asteroid, undecided”"
    ));
    ui.end_row();
    row(ui, text!("Looks like"));
    ui.checkbox(
        &mut settings.shows_looks_like,
        text!("the nearest labelled candidates beside this one"),
    )
    .on_hover_text(text!(
        "Compares all stamps of the set once, in the background: by itself up to 20,000 candidates, in larger sets when \
         you ask for it"
    ));
    ui.end_row();
    row(ui, text!("Opened folders"));
    ui.checkbox(
        &mut settings.follows_folders,
        text!("files that come in join the set"),
    )
    .on_hover_text(text!(
        "New files are read once they are whole, scored, and put into the queue. The candidate on the screen stays there."
    ));
    ui.end_row();
    row(ui, text!("Tables are joined"));
    ui.horizontal(|ui| join_ui(ui, &mut settings.join_radius_arcsec));
    ui.end_row();
    row(ui, text!("Scores of large sets"));
    ui.checkbox(
        &mut settings.scores_one_orientation_first,
        text!("one orientation first"),
    )
    .on_hover_text(text!(
        "Of 2,000 candidates and more: all four orientations only where one leaves the decision at the threshold \
         open. Scores far from the threshold are less exact then, and the project does not keep them."
    ));
    ui.end_row();
}

/// Light or dark, sizes, and the language.
fn look_ui(ui: &mut Ui, settings: &mut Settings) {
    ui.label(text!("Theme"));
    ui.horizontal(|ui| {
        ui.radio_value(&mut settings.theme, Theme::Dark, text!("dark"));
        ui.radio_value(&mut settings.theme, Theme::Light, text!("light"));
    });
    ui.end_row();
    ui.label(text!("Text and buttons"));
    ui.horizontal(|ui| {
        for percent in [80, 100, 120, 150, 200] {
            let size = format!("{percent} %");
            ui.radio_value(&mut settings.size_percent, percent, size)
                .on_hover_text(text!("Ctrl with plus, minus and zero changes it too"));
        }
    });
    ui.end_row();
    ui.label(text!("Spacing"));
    ui.horizontal(|ui| {
        ui.radio_value(&mut settings.density, Density::Normal, text!("normal"));
        ui.radio_value(&mut settings.density, Density::Dense, text!("dense"));
    });
    ui.end_row();
    ui.label(text!("Language"));
    ui.horizontal(|ui| {
        for language in Language::ALL {
            ui.radio_value(&mut settings.language, language, language.name());
        }
    });
    ui.end_row();
}

fn join_ui(ui: &mut Ui, radius: &mut Option<f64>) {
    ui.selectable_value(radius, None, text!("by identifier"))
        .on_hover_text(text!(
            "By position, within 2 arcseconds, where the table has no identifiers of this set"
        ));
    let mut arcsec = radius.unwrap_or(USUAL_RADIUS_ARCSEC);
    if ui
        .selectable_label(radius.is_some(), text!("by position within"))
        .clicked()
    {
        *radius = Some(arcsec);
    }
    let field = DragValue::new(&mut arcsec)
        .range(0.1..=3600.0)
        .speed(0.1)
        .suffix(" arcsec");
    let field = ui.add_enabled(radius.is_some(), field);
    if cells::named(field, egui::Role::SpinButton, text!("Radius of joins")).changed() {
        *radius = Some(arcsec);
    }
}

fn keys_ui(ui: &mut Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    if let Some((action, _)) = &memory.view.key_capture {
        let text = text!(
            "press the key for “{action}” (Esc: leave as it is)",
            action = action.info().title()
        );
        ui.label(RichText::new(text).color(theme::accent_text(ui)));
    } else {
        ui.label(weak(
            ui,
            text!("Click a key to change it. A key that another action had is taken from it."),
        ));
    }
    if let Some((action, Some(chord))) = memory.view.key_capture.clone() {
        memory.view.key_capture = None;
        if !hotkeys::is_escape(&chord) {
            commands.push(Command::Session(Session::Key { action, chord }));
        }
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Grid::new("keys")
            .num_columns(2)
            .striped(true)
            .show(ui, |ui| {
                for info in ACTIONS {
                    ui.label(info.title()).on_hover_text(info.help());
                    let chords = state.shared.settings.keys.chords(info.action);
                    let keys: Vec<_> = chords.iter().map(ToString::to_string).collect();
                    let text = if keys.is_empty() {
                        text!("no key").into()
                    } else {
                        keys.join("  ")
                    };
                    let button = egui::Button::new(RichText::new(text).monospace());
                    let name = format!("{}: {}", info.title(), keys.join(text!(" or ")));
                    let button = ui.add(button.min_size(vec2(150.0, 20.0)));
                    if cells::named(button, egui::Role::Button, &name).clicked() {
                        memory.view.key_capture = Some((info.action, None));
                    }
                    ui.end_row();
                }
            });
    });
}
