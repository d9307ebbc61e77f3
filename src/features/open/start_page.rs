//! The start page: what to do when nothing is open.

use egui::{Button, RichText, Ui, vec2};

use crate::{
    domain::words::short,
    english,
    features::simulation::state::SimulationPane,
    language::translated_static,
    text,
    widgets::theme::{self, weak},
    workspace::{
        action::Action,
        command::{Command, Session},
        shared::Shared,
    },
};

/// Width of the buttons, points.
const WIDTH: f32 = 420.0;
/// Letters of a project's name on its button, and of its path in the tooltip.
const NAME: usize = 52;
const TIP: usize = 200;

/// The three ways to begin.
const CHOICES: [(Action, &str, &str); 3] = [
    (
        Action::OpenFolder,
        english!("Open a stamp set"),
        english!("a folder of FITS files, alert packets or archives"),
    ),
    (
        Action::OpenDemo,
        english!("Open the demo set"),
        english!("2,000 simulated candidates: supernovae, variable stars, asteroids, artefacts"),
    ),
    (
        Action::NewSimulation,
        english!("Simulate a set"),
        english!("image sequences or triplets of a survey of your choice"),
    ),
];

pub fn start_page_ui(
    ui: &mut Ui,
    simulation: &SimulationPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command>>,
) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.16).max(theme::GRID));
        ui.label(RichText::new("destello").size(40.0).strong());
        ui.label(weak(
            ui,
            text!("look at transient candidates, label them, and train networks on your labels"),
        ));
        ui.add_space(4.0 * theme::GRID);
        nothing_found_ui(ui, shared, commands);
        for (action, text, help) in CHOICES {
            let words = [text, help].map(translated_static);
            choice_ui(ui, simulation, shared, action, words, commands);
        }
        ui.add_space(theme::GRID);
        let key = shared.settings.keys.hint(Action::KeyHelp);
        if ui
            .add(Button::new(text!("See all keys")).shortcut_text(key))
            .clicked()
        {
            commands.push(Command::Do(Action::KeyHelp).into());
        }
        ui.label(weak(ui, text!("or drop files and folders on this window")));
        ui.add_space(3.0 * theme::GRID);
        recent_ui(ui, shared, commands);
    });
}

/// One large choice: what it does, its key, and a word more below.
fn choice_ui(
    ui: &mut Ui,
    simulation: &SimulationPane,
    shared: &Shared,
    action: Action,
    [text, help]: [&str; 2],
    commands: &mut Vec<impl From<Command>>,
) {
    let key = shared.settings.keys.hint(action);
    let button = Button::new(RichText::new(text).size(16.0))
        .shortcut_text(key)
        .min_size(vec2(WIDTH, 48.0));
    // The demo is made once; a second click would do nothing.
    let is_busy = action == Action::OpenDemo && simulation.is_running();
    if ui.add_enabled(!is_busy, button).clicked() {
        commands.push(Command::Do(action).into());
    }
    let help = if is_busy {
        text!("simulating the demo set: a moment")
    } else {
        help
    };
    ui.label(weak(ui, help));
    ui.add_space(theme::GRID);
}

fn recent_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let recent = &shared.settings.recent_projects;
    if recent.is_empty() {
        return;
    }
    ui.label(weak(ui, text!("recent projects")));
    // Whether they are there is seen when they are opened: a disk may take its time to answer.
    for project in recent {
        let name = project.file_stem().unwrap_or(project.as_os_str());
        let name = short(&name.to_string_lossy(), NAME);
        let response = ui.add(Button::new(name).min_size(vec2(WIDTH, 24.0)));
        if response
            .on_hover_text(short(&project.to_string_lossy(), TIP))
            .clicked()
        {
            let open = Session::Open {
                paths: Vec::new(),
                project: Some(project.clone()),
            };
            commands.push(Command::Session(open).into());
        }
    }
}

/// Why nothing is shown of what was opened, and the way to the details.
fn nothing_found_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let Some(why) = &shared.project.nothing_found else {
        return;
    };
    ui.label(RichText::new(why).color(theme::alarm_text(ui)));
    if !shared.problems.is_empty() && ui.button(text!("See the problems")).clicked() {
        commands.push(Command::Do(Action::Problems).into());
    }
    ui.add_space(2.0 * theme::GRID);
}
