//! The bar at the top: menus, what is open, running work, search.

use egui::{Align, Color32, Layout, ProgressBar, Stroke, TextEdit, Ui};

use super::{
    command::{Command, QueueCommand},
    memory::Memory,
    running::RunningWork,
    state::AppState,
};
use crate::{
    domain::words::short,
    imaging::{ColorMap, LimitRule, Preset, Stretch},
    text,
    widgets::{
        cells,
        theme::{self, weak},
    },
    workspace::{
        action::{ACTIONS, Action, Menu},
        display::{Display, look_in_words},
        screen::{Field, Screen},
    },
};

/// Letters of the set's name in the bar, and of a path in its tooltip.
const NAME: usize = 28;
const TIP: usize = 100;

/// Where the window is narrower the screens have a line of their own, points.
const ONE_LINE: f32 = 840.0;

pub fn top_bar_ui(ui: &mut Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let is_narrow = ui.available_width() < ONE_LINE;
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(menu.title(), |ui| {
                menu_ui(ui, menu, state, commands);
                if menu == Menu::View {
                    look_menus(ui, state, commands);
                }
            });
        }
        if !is_narrow {
            ui.separator();
            screens_ui(ui, state, commands);
            ui.separator();
            running_ui(ui, state, commands);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            search_ui(ui, state, memory, commands);
            opened_ui(ui, state);
        });
    });
    if is_narrow {
        ui.horizontal_wrapped(|ui| {
            screens_ui(ui, state, commands);
            running_ui(ui, state, commands);
        });
    }
}

/// The screens, side by side; the one that is shown is filled.
fn screens_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    for (screen, action) in [
        (Screen::Inspect, Action::Inspect),
        (Screen::Mosaic, Action::Mosaic),
        (Screen::Latent, Action::Latent),
        (Screen::Evaluate, Action::Evaluate),
        (Screen::Train, Action::Train),
        (Screen::Problems, Action::Problems),
    ] {
        let title = match screen {
            Screen::Problems if !state.shared.problems.is_empty() => {
                text!("Problems ({count})", count = state.shared.problems.len())
            }
            _ => action.info().title().to_owned(),
        };
        let key = state.shared.settings.keys.hint(action);
        let is_shown = state.shared.screen == screen && !state.shared.shows_start_page();
        let response = ui.scope(|ui| {
            if !is_shown {
                // A pointer that rests here after the screen was changed by a key would make two look chosen.
                let visuals = ui.visuals_mut();
                for widget in [&mut visuals.widgets.hovered, &mut visuals.widgets.active] {
                    widget.weak_bg_fill = Color32::TRANSPARENT;
                    widget.bg_stroke = Stroke::NONE;
                }
            }
            ui.selectable_label(is_shown, title)
        });
        if response
            .inner
            .on_hover_text(format!("{} ({key})", action.info().help()))
            .clicked()
        {
            commands.push(Command::Do(action));
        }
    }
}

fn menu_ui(ui: &mut Ui, menu: Menu, state: &AppState, commands: &mut Vec<Command>) {
    for info in ACTIONS.iter().filter(|info| info.menu == menu) {
        let key = state.shared.settings.keys.hint(info.action);
        let button = egui::Button::new(info.title()).shortcut_text(key);
        if ui.add(button).on_hover_text(info.help()).clicked() {
            commands.push(Command::Do(info.action));
            ui.close();
        }
    }
}

/// Choices with more than two values: presets, stretches, limits, maps.
fn look_menus(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.separator();
    let mut display = state.shared.display.clone();
    ui.menu_button(text!("Look of"), |ui| {
        for preset in Preset::ALL {
            let is_chosen = display.preset == preset;
            let response = ui
                .radio(is_chosen, preset.name())
                .on_hover_text(look_in_words(preset.description()));
            if response.clicked() {
                display.use_preset(preset);
            }
        }
    });
    choice(
        ui,
        text!("Stretch, science and reference"),
        &Stretch::ALL,
        |stretch| look_in_words(stretch.name()),
        |display| &mut display.plain.stretch,
        &mut display,
    );
    choice(
        ui,
        text!("Stretch, difference"),
        &Stretch::ALL,
        |stretch| look_in_words(stretch.name()),
        |display| &mut display.difference.stretch,
        &mut display,
    );
    choice(
        ui,
        text!("Limits, science and reference"),
        &LimitRule::ALL,
        |rule| look_in_words(rule.name()),
        |display| &mut display.plain.rule,
        &mut display,
    );
    choice(
        ui,
        text!("Limits, difference"),
        &LimitRule::ALL,
        |rule| look_in_words(rule.name()),
        |display| &mut display.difference.rule,
        &mut display,
    );
    choice(
        ui,
        text!("Colours, science and reference"),
        &ColorMap::ALL,
        ColorMap::name,
        |display| &mut display.plain.color_map,
        &mut display,
    );
    choice(
        ui,
        text!("Colours, difference"),
        &ColorMap::ALL,
        ColorMap::name,
        |display| &mut display.difference.color_map,
        &mut display,
    );
    if display != state.shared.display {
        commands.push(Command::Display(Box::new(display)));
    }
}

fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    title: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
    of: impl Fn(&mut Display) -> &mut T,
    display: &mut Display,
) {
    ui.menu_button(title, |ui| {
        for value in all {
            let chosen = of(display);
            ui.radio_value(chosen, *value, name(*value));
        }
    });
}

/// Width of the bar of one running work, points: from, to.
const BARS: [f32; 2] = [70.0, 180.0];
/// What the search needs, the name of the set before it, and the cross behind a bar, points.
const SEARCH: f32 = 170.0;
const SET: f32 = 140.0;
const CROSS: f32 = 34.0;

fn running_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let running = state.running();
    let [least, most] = BARS;
    let set = set_name(state).map_or(0.0, |_| SET);
    let space = (ui.available_width() - SEARCH - set) / running.len().max(1) as f32;
    let width = (space - CROSS).clamp(least, most);
    for RunningWork {
        name,
        progress,
        stop,
    } in running
    {
        let share = if progress.total > 0 {
            progress.done as f32 / progress.total as f32
        } else {
            0.0
        };
        let text = if progress.total > 0 {
            format!("{name} {}/{}", progress.done, progress.total)
        } else {
            name.to_owned()
        };
        let bar = ProgressBar::new(share).desired_width(width).text(&text);
        ui.add(bar).on_hover_text(text);
        let Some(stop) = stop else { continue };
        let help = text!("Stop {name}", name);
        let button = cells::named(ui.small_button("✖"), egui::Role::Button, &help);
        if button.on_hover_text(help).clicked() {
            commands.push(stop);
        }
    }
}

/// What is open, in short: the first path, and how many more; none where nothing is.
pub(super) fn set_name(state: &AppState) -> Option<String> {
    let paths = &state.shared.project.paths;
    let first = paths.first()?;
    let name = first.file_name().unwrap_or(first.as_os_str());
    let name = short(&name.to_string_lossy(), NAME);
    Some(match paths.len() - 1 {
        0 => name,
        more => text!("{name} and {more} more", name, more),
    })
}

fn opened_ui(ui: &mut Ui, state: &AppState) {
    let Some(name) = set_name(state) else {
        return;
    };
    let text = text!("set: {name}", name);
    let mut about: Vec<_> = state
        .shared
        .recognised
        .iter()
        .take(12)
        .map(|(path, rule)| format!("{}: {rule}", short(&path.to_string_lossy(), TIP)))
        .collect();
    if let Some(project) = &state.shared.project.path {
        about.push(text!(
            "labels: {path}",
            path = short(&project.to_string_lossy(), TIP)
        ));
    }
    let name = egui::Label::new(weak(ui, text)).truncate();
    ui.add(name).on_hover_text(about.join("\n"));
}

fn search_ui(ui: &mut Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let hint = text!(
        "search id ({key})",
        key = state.shared.settings.keys.hint(Action::Search)
    );
    cells::serve_focus(ui, &state.shared, &mut memory.view, Field::Search);
    let field = TextEdit::singleline(&mut memory.view.search)
        .id(cells::field_id(Field::Search))
        .hint_text(hint)
        // The menu bar takes the padding of text fields away.
        .margin(egui::Margin::symmetric(8, 3))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width((ui.available_width() - 2.0 * theme::GRID).clamp(60.0, 150.0));
    let response = ui.add(field).on_hover_text(text!(
        "Search by a part of the identifier; Enter finds the next"
    ));
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        commands.push(Command::Queue(QueueCommand::Search(
            memory.view.search.clone(),
        )));
    }
    ui.add_space(theme::GRID);
}
