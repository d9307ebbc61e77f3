//! One frame of the window: panels round the screen, small windows above, keys, wants.

use egui::{CentralPanel, Panel, Ui};

use super::{command::Command, state::AppState};
use super::{
    command::Go,
    state::{Motion, Pane, Screen},
};
use super::{
    hotkeys,
    input_order::InputOrder,
    key_sheet, palette, settings_pane, status_bar, top_bar,
    view_memory::{Camera, ViewMemory},
    wants,
};
use crate::{
    domain::Timestamp,
    features::{
        adaptation, evaluation, file_dialog, inspect, labelling, latent, mosaic,
        open::{problems, refusal, start_page},
        queue, scoring, simulation, training,
    },
    widgets::theme,
    workspace::action::Action,
};

/// Shows the state and returns what the person asked for.
pub fn frame_ui(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut ViewMemory,
    now: Timestamp,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let drawn = memory.sight.begin(state, &memory.lost);
    if *state.sight.last() != drawn {
        commands.push(Command::Drawn(Box::new(drawn)));
    }
    memory.batches = 0;
    memory.latent.small.clear();
    if memory.theme != Some(state.settings.theme) {
        if memory.theme.is_none() {
            theme::install_fonts(ui.ctx());
            ui.ctx().add_plugin(InputOrder::default());
        }
        memory.theme = Some(state.settings.theme);
        theme::apply(ui.ctx(), state.settings.theme);
    }
    hotkeys::hotkeys(ui, state, memory, &mut commands);
    run_motion(ui, state, memory, &mut commands);
    Panel::top("menus").show(ui, |ui| {
        top_bar::top_bar_ui(ui, state, memory, &mut commands);
    });
    Panel::bottom("status").show(ui, |ui| {
        status_bar::status_bar_ui(ui, state, memory, now, &mut commands);
    });
    if state.shows_start_page() {
        CentralPanel::default().show(ui, |ui| start_page::start_page_ui(ui, state, &mut commands));
    } else {
        screens(ui, state, memory, &mut commands);
    }
    panes(ui, state, memory, &mut commands);
    refusal::refusal_ui(ui, state, now, &mut commands);
    file_dialog::view::path_ui(ui, state, memory, &mut commands);
    commands.retain(|command| !serve_camera(command, state, memory));
    wants::wants(state, memory, &mut commands);
    if memory.hover != memory.next_hover {
        // The cross-hair is mirrored with the next frame.
        ui.ctx().request_repaint();
    }
    memory.hover = memory.next_hover.take();
    memory.had_text_field = ui.ctx().text_edit_focused();
    commands
}

/// Zoom belongs to the view: asked for by key, menu or palette, it is served here.
fn serve_camera(command: &Command, state: &AppState, memory: &mut ViewMemory) -> bool {
    let latent = (state.screen == Screen::Latent).then_some(&mut memory.latent);
    match (command, latent) {
        (Command::Do(Action::ZoomIn), Some(latent)) => latent.zoom(1.25),
        (Command::Do(Action::ZoomOut), Some(latent)) => latent.zoom(0.8),
        (Command::Do(Action::ZoomReset), Some(latent)) => latent.fit_again(),
        _ => return serve_stamps(command, memory),
    }
    true
}

fn serve_stamps(command: &Command, memory: &mut ViewMemory) -> bool {
    match command {
        Command::Do(Action::ZoomIn) => inspect::view::zoom_by_key(&mut memory.camera, 1.25),
        Command::Do(Action::ZoomOut) => inspect::view::zoom_by_key(&mut memory.camera, 0.8),
        Command::Do(Action::ZoomReset) => memory.camera = Camera::default(),
        _ => return false,
    }
    true
}

fn screens(ui: &mut Ui, state: &AppState, memory: &mut ViewMemory, commands: &mut Vec<Command>) {
    let has_scores = !matches!(state.screen, Screen::Problems | Screen::Train);
    if has_scores {
        Panel::top("scores").show(ui, |ui| scoring::view::score_bar_ui(ui, state, commands));
    }
    let has_queue = has_scores && state.screen != Screen::Evaluate;
    if has_queue {
        Panel::left("queue")
            .default_size(232.0)
            .size_range(160.0..=420.0)
            .show(ui, |ui| {
                ui.add_space(theme::GRID / 2.0);
                queue::view::queue_panel_ui(ui, state, memory, commands);
            });
    }
    if has_queue && state.screen != Screen::Latent {
        Panel::right("labels")
            .default_size(232.0)
            .size_range(180.0..=420.0)
            .show(ui, |ui| {
                ui.add_space(theme::GRID / 2.0);
                labelling::view::label_panel_ui(ui, state, memory, commands);
            });
    }
    CentralPanel::default().show(ui, |ui| match state.screen {
        Screen::Inspect => inspect::view::inspect_ui(ui, state, memory, commands),
        Screen::Mosaic => mosaic::view::mosaic_ui(ui, state, memory, commands),
        Screen::Latent => latent::view::latent_ui(ui, state, memory, commands),
        Screen::Evaluate => evaluation::view::evaluate_ui(ui, state, memory, commands),
        Screen::Train => training::view::train_ui(ui, state, commands),
        Screen::Problems => problems::problems_ui(ui, state, memory, commands),
    });
}

fn panes(ui: &Ui, state: &AppState, memory: &mut ViewMemory, commands: &mut Vec<Command>) {
    for pane in &state.panes {
        match pane {
            Pane::Settings => settings_pane::settings_ui(ui, state, memory, commands),
            Pane::KeySheet => key_sheet::key_sheet_ui(ui, state, commands),
            Pane::Palette => palette::palette_ui(ui, state, memory, commands),
            Pane::Histogram => inspect::histogram::histogram_ui(ui, state, memory, commands),
            Pane::Header => inspect::header_view::header_ui(ui, state, commands),
            Pane::Simulation => simulation::view::simulation_ui(ui, state, memory, commands),
            Pane::FineTune => adaptation::view::fine_tune_ui(ui, state, commands),
        }
    }
}

/// Steps of playing and blinking, at the pace of the settings.
fn run_motion(ui: &Ui, state: &AppState, memory: &mut ViewMemory, commands: &mut Vec<Command>) {
    let Some(motion) = state.motion else {
        memory.motion_step = (0, 0.0);
        return;
    };
    let pace = 1.0 / f64::from(state.settings.play_per_second.max(0.1));
    let now = ui.input(|input| input.time);
    let (step, since) = memory.motion_step;
    if since <= 0.0 {
        memory.motion_step = (0, now);
    } else if now - since >= pace {
        memory.motion_step = (step + 1, now);
        if matches!(motion, Motion::Play { .. }) {
            commands.push(Command::Go(Go::PlayStep));
        }
    }
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs_f64(pace / 2.0));
}
