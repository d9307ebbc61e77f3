//! Fine-tune: one button; then what was gained, what was lost, what changed, and the way back.

use egui::{Button, DragValue, Grid, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use egui_plot::{Line, Plot, Points};

use super::update::{FineTuneNews, FineTuneStatus, ModelVersion, SkyFigures, Taught};
use crate::{
    features::{evaluation::plot_view::plot_ui, inspect::view::weak, training::view::alarm},
    tasks::Running,
    widgets::theme,
    window::{
        command::{Command, FineTune, Latent, Session},
        state::AppState,
    },
    workspace::action::Action,
};

/// Width of the window, points.
const WIDTH: f32 = 470.0;

/// The window.
pub fn fine_tune_ui(ui: &Ui, state: &AppState, commands: &mut Vec<Command>) {
    let mut is_open = true;
    egui::Window::new("Fine-tune")
        .open(&mut is_open)
        .collapsible(false)
        .resizable(false)
        .default_pos(egui::pos2(430.0, 90.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            status_ui(ui, state, commands);
            curve_ui(ui, state, commands);
            let versions = state.fine_tuning.versions();
            if !versions.is_empty() {
                ui.separator();
                versions_ui(ui, state, versions, commands);
            }
        });
    if !is_open {
        commands.push(Command::Do(Action::FineTune));
    }
}

fn status_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let pane = &state.fine_tuning;
    match pane.status() {
        FineTuneStatus::Idle => start_ui(ui, state, commands),
        FineTuneStatus::Failed(why) => {
            alarm(ui, why);
            ui.add_space(theme::GRID);
            start_ui(ui, state, commands);
        }
        FineTuneStatus::Preparing | FineTuneStatus::Running | FineTuneStatus::Stopping => {
            under_way_ui(ui, state, commands);
        }
        FineTuneStatus::Finished(taught) => {
            taught_ui(ui, state, taught, commands);
            ui.separator();
            start_ui(ui, state, commands);
        }
    }
}

/// What will happen, and the button.
fn start_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let plan = state.fine_tuning_plan();
    match &plan {
        Ok(plan) => {
            ui.add(Label::new(plan).wrap());
        }
        Err(why) => {
            alarm(ui, why);
        }
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let button = Button::new(RichText::new("Fine-tune").strong()).min_size(vec2(120.0, 30.0));
        if ui.add_enabled(plan.is_ok(), button).clicked() {
            commands.push(Command::FineTune(FineTune::Start));
        }
        let is_measuring = state.fine_tuning.is_measuring();
        let button = Button::new("Learning curve").min_size(vec2(120.0, 30.0));
        let help = "Teaches the model again and again with more and more of the labels, in your order \
                    and by chance: are more labels worth the time? Takes some minutes";
        let button = ui.add_enabled(plan.is_ok() && !is_measuring, button);
        if button.on_hover_text(help).clicked() {
            commands.push(Command::FineTune(FineTune::Curve));
        }
    });
    if state.can_have_new_classes() {
        let mut has = state.fine_tuning.has_new_classes;
        let text = "labels that the model has no class for become new classes";
        let help = "Otherwise they are left out, and it says how many";
        if ui.checkbox(&mut has, text).on_hover_text(help).changed() {
            commands.push(Command::FineTune(FineTune::NewClasses(has)));
        }
    }
    limit_ui(ui, state, commands);
}

/// What the old sky may lose.
fn limit_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let mut settings = state.settings.clone();
    ui.horizontal(|ui| {
        let label = ui.label(weak(
            ui,
            "not made active where the old sky loses more than",
        ));
        let limit = DragValue::new(&mut settings.most_forgotten_percent)
            .range(0.0..=100.0)
            .speed(0.1)
            .suffix(" points");
        ui.add(limit).labelled_by(label.id);
    });
    if settings != state.settings {
        commands.push(Command::Session(Session::Settings(Box::new(settings))));
    }
}

/// What each label brings, as far as it is known.
fn curve_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let progress = state.fine_tuning.measuring.as_ref().map(Running::progress);
    if let Some(progress) = progress {
        ui.separator();
        ui.horizontal(|ui| {
            let share = progress.done as f32 / progress.total.max(1) as f32;
            let bar = ProgressBar::new(share).desired_width(WIDTH - 90.0);
            ui.add(bar.text("learning curve"));
            if ui.button("Cancel").clicked() {
                commands.push(Command::FineTune(FineTune::StopCurve));
            }
        });
    } else if state.fine_tuning.curve().is_some() {
        ui.separator();
    }
    if let Some(curve) = state.fine_tuning.curve() {
        plot_ui(ui, &curve.plot(), 210.0);
        let said = state.learning_curve_in_words();
        ui.add(Label::new(weak(ui, said)).wrap());
    }
}

fn under_way_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let pane = &state.fine_tuning;
    ui.add(Label::new(pane.plan()).wrap());
    notes_ui(ui, state);
    ui.add_space(theme::GRID);
    let news = pane.news();
    let progress = pane.fine_tuning.as_ref().map(Running::progress);
    let share = progress.map_or(0.0, |job| job.done as f32 / job.total.max(1) as f32);
    let left = state.fine_tuning_time_left().unwrap_or_default();
    ui.add(ProgressBar::new(share).text(left));
    if let Some(news) = news {
        losses_ui(ui, news);
    }
    let is_asked = *pane.status() == FineTuneStatus::Stopping;
    let cancel = ui.add_enabled(!is_asked, Button::new("Cancel"));
    if cancel
        .on_hover_text("Leaves everything as it was")
        .clicked()
    {
        commands.push(Command::FineTune(FineTune::Stop));
    }
}

/// What was left out of the labels, and why.
fn notes_ui(ui: &mut Ui, state: &AppState) {
    for note in state.fine_tuning.notes() {
        ui.add(Label::new(weak(ui, note)).wrap());
    }
}

/// The loss of each step: each round of labels that is held out begins anew.
fn losses_ui(ui: &mut Ui, news: &FineTuneNews) {
    let points = || -> Vec<[f64; 2]> {
        let losses = news.losses.iter();
        losses
            .map(|point| [point.step as f64, point.loss])
            .collect()
    };
    Plot::new("fine-tuning losses")
        .height(110.0)
        .show_crosshair(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(egui::Vec2b::FALSE)
        .include_x(0.0)
        .include_x(news.steps as f64)
        .include_y(0.0)
        .y_axis_label("loss")
        .grid_color(theme::grid_color(ui))
        .show(ui, |plot| {
            plot.line(Line::new("loss", points()).color(theme::model_color(0)));
            plot.points(
                Points::new("loss", points())
                    .color(theme::model_color(0))
                    .radius(1.5),
            );
        });
}

fn taught_ui(ui: &mut Ui, state: &AppState, taught: &Taught, commands: &mut Vec<Command>) {
    let id = &taught.version.id;
    let is_active = state.scores.is_active(&taught.source);
    match (&taught.objection, is_active) {
        (_, true) => {
            ui.label(RichText::new(format!("{id} is active")).strong());
        }
        (Some(why), false) => {
            alarm(ui, &format!("{id} is kept, but not active: {why}."));
        }
        (None, false) => {
            ui.label(format!("{id} is kept, but not active."));
        }
    }
    ui.add_space(theme::GRID);
    Grid::new("what was gained")
        .spacing(vec2(18.0, 4.0))
        .show(ui, |ui| {
            for head in ["mean recall", "before", "after", "examples"] {
                ui.label(weak(ui, head));
            }
            ui.end_row();
            let skies = [
                ("new sky, held-out labels", taught.figures.new_sky),
                ("old sky, simulated", taught.figures.old_sky),
            ];
            for (name, figures) in skies {
                ui.label(name);
                sky_ui(ui, figures);
                ui.end_row();
            }
        });
    notes_ui(ui, state);
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let changed = state.changed_decisions();
        let count = changed.as_ref().map_or(0, std::collections::BTreeMap::len);
        let text = format!("What changed ({count})");
        let help =
            "The candidates that are decided otherwise than before, the largest changes first";
        let button = ui.add_enabled(count > 0, Button::new(text));
        if button.on_hover_text(help).clicked() {
            commands.push(Command::FineTune(FineTune::Changes));
        }
        if is_active {
            let key = state.settings.keys.hint(Action::RollBack);
            let back = ui.button(format!("Roll back ({key})"));
            if back
                .on_hover_text("The model before is active again; the version stays in the project")
                .clicked()
            {
                commands.push(Command::FineTune(FineTune::RollBack));
            }
        } else if ui.button("Use it").clicked() {
            commands.push(Command::FineTune(FineTune::Use(taught.source.clone())));
        }
    });
}

fn sky_ui(ui: &mut Ui, figures: Option<SkyFigures>) {
    let Some(figures) = figures else {
        ui.label(weak(ui, "not measured"));
        return;
    };
    let percent = |at: usize| {
        let (recall, error) = (figures.mean_recall[at], figures.error[at]);
        format!("{:.1} ± {:.1} %", 100.0 * recall, 100.0 * error)
    };
    ui.label(percent(0));
    ui.label(RichText::new(percent(1)).strong());
    ui.label(figures.examples.to_string());
}

/// The versions of the project, the newest first.
fn versions_ui(
    ui: &mut Ui,
    state: &AppState,
    versions: &[ModelVersion],
    commands: &mut Vec<Command>,
) {
    ui.label(weak(ui, "versions of this project"));
    ScrollArea::vertical().max_height(140.0).show(ui, |ui| {
        Grid::new("versions")
            .striped(true)
            .spacing(vec2(14.0, 4.0))
            .show(ui, |ui| {
                for version in versions.iter().rev() {
                    version_ui(ui, state, version, commands);
                    ui.end_row();
                }
            });
    });
}

fn version_ui(ui: &mut Ui, state: &AppState, version: &ModelVersion, commands: &mut Vec<Command>) {
    let about = format!(
        "{}\n{}\n{}",
        version.card.training.data,
        version.card.training.recipe,
        version.origin()
    );
    ui.label(version.id.to_string()).on_hover_text(about);
    ui.label(weak(ui, &*version.card.training.date));
    let figure = |name: &str| version.card.figures.get(name).copied();
    let gained = figure("new_sky_mean_recall_after");
    let gained = gained.map_or_else(|| "–".into(), |after| format!("{:.1} %", 100.0 * after));
    ui.label(gained)
        .on_hover_text("mean recall on held-out labels of the new sky");
    let Some(source) = state.source_of(version) else {
        return;
    };
    if version.card.latent.is_some() {
        let button = ui.small_button("Embed");
        let help = "Puts the set into the space of this model";
        if button.on_hover_text(help).clicked() {
            commands.push(Command::Latent(Latent::Use(source)));
        }
    } else if state.scores.is_active(&source) {
        ui.label(weak(ui, "active"));
    } else if ui.small_button("Use").clicked() {
        commands.push(Command::FineTune(FineTune::Use(source)));
    }
}
