//! One frame of the window: keys, panels around the screen, small windows above, what is needed next.
//!
//! A key is served before anything is drawn, so that the frame that follows it shows its effect. What
//! a click on a widget asks for is known only once the views are laid out: the pass is discarded then
//! and laid out again after the command, without being painted twice.

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use super::{
    command::{Command, Go, Session},
    focus::FocusInSight,
    hotkeys,
    input_order::InputOrder,
    key_help,
    memory::Memory,
    palette, settings_pane,
    state::AppState,
    status_bar, top_bar, wants,
};
use crate::{
    domain::Timestamp,
    features::{
        adaptation, close_pairs, evaluation, file_dialog, guide, inspect, labelling, latent,
        mosaic,
        open::{problems, refusal, start_page},
        practice, queue, samp, scoring, side_by_side, similar, simulation, team, training, watch,
    },
    widgets::{self, theme, view_memory::Camera},
    workspace::{
        action::Action,
        place::Motion,
        screen::{Pane, Screen},
    },
};

/// Who owns the state that a frame shows: the window, or a test in its place.
pub trait Host {
    fn state(&self) -> &AppState;
    /// Applies a command at once.
    fn apply(&mut self, command: Command);
}

/// Serves the keys, shows the state, and returns what widgets asked for: it is to be applied before
/// the next pass, which has been requested.
pub fn frame_ui(
    ui: &mut Ui,
    host: &mut impl Host,
    memory: &mut Memory,
    now: Timestamp,
) -> Vec<Command> {
    let drawn = memory
        .view
        .sight
        .begin(&host.state().shared, &memory.view.lost);
    if *host.state().shared.sight.last() != drawn {
        host.apply(Command::Drawn(Box::new(drawn)));
    }
    apply_appearance(ui, host.state(), memory);
    if let Some(settings) = keep_size(ui, host.state(), memory) {
        host.apply(settings);
    }
    let mut asked = Vec::new();
    hotkeys::hotkeys(ui, host.state(), memory, &mut asked);
    run_motion(ui, host.state(), memory, &mut asked);
    for command in asked {
        if !serve_camera(&command, host.state(), memory) {
            host.apply(command);
        }
    }
    let mut commands = views(ui, host.state(), memory, now);
    commands.retain(|command| !serve_camera(command, host.state(), memory));
    // Where the mosaic is scrolled to decides what is needed, and shows nothing else.
    let (pages, commands): (Vec<_>, Vec<_>) = commands
        .into_iter()
        .partition(|command| matches!(command, Command::Session(Session::Page(_))));
    for page in pages {
        host.apply(page);
    }
    if let Some(want) = wants::wants(host.state(), memory) {
        host.apply(Command::Want(want));
    }
    // The cross-hair is mirrored in stamps that were laid out before the one under the pointer.
    let is_mirror_stale = memory.view.hover != memory.view.next_hover;
    memory.view.hover = memory.view.next_hover.take();
    memory.view.had_text_field = ui.ctx().text_edit_focused();
    if memory.view.appearance != Some(host.state().shared.settings.appearance()) {
        // A key has changed it after the colours of this frame were chosen.
        widgets::repaint_once(ui.ctx());
    }
    if !commands.is_empty() || is_mirror_stale {
        ui.ctx().request_discard("what is shown has changed");
        if ui.ctx().will_discard() {
            memory.view.sight.discard();
        } else {
            widgets::repaint_once(ui.ctx());
        }
    }
    commands
}

/// The size that `Ctrl` with plus, minus or zero gave to text and buttons is kept as one that was chosen.
fn keep_size(ui: &Ui, state: &AppState, memory: &mut Memory) -> Option<Command> {
    let size_percent = (100.0 * ui.ctx().zoom_factor()).round() as u32;
    let last = memory.view.size_percent.replace(size_percent)?;
    let chosen = state.shared.settings.appearance().size_percent;
    if size_percent == last || size_percent == chosen {
        return None;
    }
    let mut settings = state.shared.settings.clone();
    settings.size_percent = size_percent;
    Some(Command::Session(Session::Settings(Box::new(settings))))
}

fn apply_appearance(ui: &Ui, state: &AppState, memory: &mut Memory) {
    let appearance = state.shared.settings.appearance();
    if memory.view.appearance == Some(appearance) {
        return;
    }
    if memory.view.appearance.is_none() {
        theme::install_fonts(ui.ctx());
        // egui would close the window by Ctrl+Q itself: a second request beside ours, which loses what the first was refused for.
        ui.ctx()
            .options_mut(|options| options.quit_shortcuts.clear());
        ui.ctx().add_plugin(InputOrder::default());
        ui.ctx().add_plugin(FocusInSight::default());
    }
    memory.view.appearance = Some(appearance);
    theme::apply(ui.ctx(), appearance);
    // What of this frame was laid out before has the other colours.
    widgets::repaint_once(ui.ctx());
    if memory.view.is_ground_of_window {
        theme::leave_ground_to_window(ui.ctx());
    }
}

fn views(ui: &mut Ui, state: &AppState, memory: &mut Memory, now: Timestamp) -> Vec<Command> {
    let mut commands = Vec::new();
    memory.view.batches = 0;
    memory.view.small.clear();
    Panel::top("menus").show(ui, |ui| {
        top_bar::top_bar_ui(ui, state, memory, &mut commands);
    });
    Panel::bottom("status").show(ui, |ui| {
        status_bar::status_bar_ui(ui, state, memory, now, &mut commands);
    });
    if state.shared.shows_start_page() {
        CentralPanel::default().show(ui, |ui| {
            start_page::start_page_ui(ui, &state.simulation, &state.shared, &mut commands);
        });
    } else {
        screens(ui, state, memory, &mut commands);
    }
    panes(ui, state, memory, &mut commands);
    refusal::refusal_ui(ui, &state.opening, now, &mut commands);
    file_dialog::view::path_ui(ui, &state.dialog, &mut memory.view, &mut commands);
    commands
}

/// Zoom belongs to the view: asked for by key, menu or palette, it is served here.
fn serve_camera(command: &Command, state: &AppState, memory: &mut Memory) -> bool {
    let latent = (state.shared.screen == Screen::Latent).then_some(&mut memory.latent);
    match (command, latent) {
        (Command::Do(Action::ZoomIn), Some(latent)) => latent.zoom(1.25),
        (Command::Do(Action::ZoomOut), Some(latent)) => latent.zoom(0.8),
        (Command::Do(Action::ZoomReset), Some(latent)) => latent.fit_again(),
        _ => return serve_stamps(command, memory),
    }
    true
}

fn serve_stamps(command: &Command, memory: &mut Memory) -> bool {
    match command {
        Command::Do(Action::ZoomIn) => inspect::view::zoom_by_key(&mut memory.view.camera, 1.25),
        Command::Do(Action::ZoomOut) => inspect::view::zoom_by_key(&mut memory.view.camera, 0.8),
        Command::Do(Action::ZoomReset) => memory.view.camera = Camera::default(),
        _ => return false,
    }
    true
}

fn screens(ui: &mut Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let has_scores = !matches!(state.shared.screen, Screen::Problems | Screen::Train);
    if has_scores {
        Panel::top("scores").show(ui, |ui| {
            scoring::view::score_bar_ui(ui, &state.shared, commands);
        });
    }
    let has_queue = has_scores && state.shared.screen != Screen::Evaluate;
    let widest = (ui.available_width() * WIDEST_SIDE).clamp(SIDE[0], SIDE[1]);
    if has_queue {
        Panel::left("queue")
            .default_size(232.0)
            .size_range(160.0..=widest)
            .show(ui, |ui| {
                ui.add_space(theme::GRID / 2.0);
                evaluation::where_to_stop::foot_ui(
                    ui,
                    &state.evaluation,
                    &state.shared,
                    &mut memory.view.plot,
                    commands,
                );
                watch::view::new_ui(ui, &state.growing, &state.shared, commands);
                queue::view::queue_panel_ui(ui, &state.shared, &mut memory.view, commands);
            });
    }
    if has_queue && state.shared.screen != Screen::Latent {
        labels_panel(ui, state, widest, memory, commands);
    }
    CentralPanel::default().show(ui, |ui| match state.shared.screen {
        Screen::Inspect => inspect::view::inspect_ui(
            ui,
            &state.light_curve,
            &state.explanation,
            &state.shared,
            &mut memory.view,
            &mut memory.heat_maps,
            commands,
        ),
        Screen::Mosaic => {
            similar::view::similar_ui(ui, &state.similar, &state.shared, commands);
            mosaic::view::mosaic_ui(ui, &state.shared, &mut memory.view, commands);
        }
        Screen::Latent => latent::view::latent_ui(
            ui,
            &state.latent,
            &state.shared,
            &mut memory.view,
            &mut memory.latent,
            commands,
        ),
        Screen::Evaluate => evaluation::view::evaluate_ui(
            ui,
            &state.evaluation,
            &state.shared,
            &mut memory.view,
            commands,
        ),
        Screen::Train => training::view::train_ui(
            ui,
            &state.training,
            &state.simulation,
            &state.shared,
            commands,
        ),
        Screen::Problems => problems::problems_ui(ui, &state.shared, &mut memory.view, commands),
    });
}

/// Greatest width of a panel at the side: between these, points, and a share of the window's, so that most of a small window
/// is left for the images.
const SIDE: [f32; 2] = [180.0, 420.0];
const WIDEST_SIDE: f32 = 0.28;
/// In a panel that is lower, points, the classes scroll with what is below them.
const LOW: f32 = 440.0;

/// The right-hand panel: classes, what the candidate looks like, what is known of it.
fn labels_panel(
    ui: &mut Ui,
    state: &AppState,
    widest: f32,
    memory: &mut Memory,
    commands: &mut Vec<Command>,
) {
    Panel::right("labels")
        .default_size(232.0)
        .size_range(SIDE[0]..=widest)
        .show(ui, |ui| {
            ui.add_space(theme::GRID / 2.0);
            practice::view::practice_strip_ui(ui, &state.practice, commands);
            let is_low = ui.available_height() < LOW;
            if !is_low {
                labelling::view::label_panel_ui(ui, &state.shared, &mut memory.view, commands);
            }
            ScrollArea::vertical()
                .id_salt("about candidate")
                .auto_shrink(false)
                .show(ui, |ui| {
                    if is_low {
                        let view = &mut memory.view;
                        labelling::view::label_panel_ui(ui, &state.shared, view, commands);
                    }
                    if state.shared.screen == Screen::Inspect {
                        let (similar, shared) = (&state.similar, &state.shared);
                        let practice = &state.practice;
                        practice::view::practice_answer_ui(ui, practice, shared, commands);
                        let memory = &mut memory.view;
                        similar::neighbours_view::looks_like_ui(
                            ui, similar, shared, memory, commands,
                        );
                    }
                    inspect::facts_view::facts_ui(ui, &state.shared, commands);
                    labelling::view::history_ui(ui, &state.shared);
                });
        });
}

fn panes(ui: &Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    for pane in &state.shared.panes {
        match pane {
            Pane::Settings => settings_pane::settings_ui(ui, state, memory, commands),
            Pane::KeyHelp => key_help::key_help_ui(ui, state, commands),
            Pane::Palette => palette::palette_ui(ui, state, memory, commands),
            Pane::Histogram => {
                inspect::histogram::histogram_ui(ui, &state.shared, &mut memory.view, commands);
            }
            Pane::Guide => {
                guide::view::guide_ui(ui, &state.shared, &mut memory.view, commands);
            }
            Pane::Header => {
                inspect::header_view::header_ui(ui, &state.header, &state.shared, commands);
            }
            Pane::Simulation => simulation::view::simulation_ui(
                ui,
                &state.simulation,
                &mut memory.preview,
                commands,
            ),
            Pane::ClassShares => {
                scoring::shares_view::class_shares_ui(ui, &state.shared, commands);
            }
            Pane::SideBySide => {
                side_by_side::view::side_by_side_ui(ui, &state.shared, &mut memory.view, commands);
            }
            Pane::Practice => practice::view::practice_ui(
                ui,
                &state.practice,
                &state.shared,
                state.simulation.is_running(),
                commands,
            ),
            Pane::FineTune => {
                adaptation::view::fine_tune_ui(ui, &state.fine_tuning, &state.shared, commands);
            }
            Pane::Server => team::view::server_ui(ui, &state.team, &state.shared, commands),
            Pane::Team => team::people_view::team_ui(ui, &state.team, &state.shared, commands),
            Pane::Samp => samp::view::samp_ui(ui, &state.samp, &state.shared, commands),
            Pane::ClosePairs => {
                close_pairs::view::close_pairs_ui(ui, &state.close_pairs, &state.shared, commands);
            }
        }
    }
}

/// Steps of playing and blinking, at the pace of the settings.
fn run_motion(ui: &Ui, state: &AppState, memory: &mut Memory, commands: &mut Vec<Command>) {
    let Some(motion) = state.shared.motion else {
        memory.view.motion_step = (0, 0.0);
        return;
    };
    let pace = 1.0 / f64::from(state.shared.settings.play_per_second.max(0.1));
    let now = ui.input(|input| input.time);
    let (step, since) = memory.view.motion_step;
    if since <= 0.0 {
        memory.view.motion_step = (0, now);
    } else if now - since >= pace {
        memory.view.motion_step = (step + 1, now);
        if matches!(motion, Motion::Play { .. }) {
            commands.push(Command::Go(Go::PlayStep));
        }
    }
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs_f64(pace / 2.0));
}
