//! Fine-tune: one button; then what was gained, what was lost, what changed, and the way back.

use egui::{Button, DragValue, Grid, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use egui_plot::{Line, Plot, Points};

use super::update::{DomainFigures, FineTuneNews, FineTuneStatus, KeptVersion, ModelVersion};
use crate::{
    domain::{
        Objection,
        share::{self, Style},
    },
    features::{
        adaptation::{command::FineTune, state::FineTuningPane},
        evaluation::plot_view::plot_ui,
        latent::command::Latent,
        training::view::alarm,
    },
    tasks::Running,
    text,
    widgets::{
        followed::follow_pointer,
        pane::pane_ui,
        spoken,
        theme::{self, weak},
    },
    workspace::{
        action::Action,
        command::{Command, Session},
        shared::Shared,
    },
};

/// Width of the window, points.
const WIDTH: f32 = 470.0;

pub fn fine_tune_ui(
    ui: &Ui,
    fine_tuning: &FineTuningPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<FineTune> + From<Latent>>,
) {
    pane_ui(
        ui,
        (text!("Fine-tune"), WIDTH),
        Action::FineTune,
        commands,
        |ui, commands| {
            status_ui(ui, fine_tuning, shared, commands);
            curve_ui(ui, fine_tuning, commands);
            let versions = shared.versions.all();
            if !versions.is_empty() {
                ui.separator();
                versions_ui(ui, shared, versions, commands);
            }
        },
    );
}

fn status_ui(
    ui: &mut Ui,
    fine_tuning: &FineTuningPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<FineTune>>,
) {
    let pane = fine_tuning;
    match pane.status() {
        FineTuneStatus::Idle => start_ui(ui, fine_tuning, shared, commands),
        FineTuneStatus::Failed(why) => {
            alarm(ui, why);
            ui.add_space(theme::GRID);
            start_ui(ui, fine_tuning, shared, commands);
        }
        FineTuneStatus::Preparing | FineTuneStatus::Running | FineTuneStatus::Stopping => {
            under_way_ui(ui, fine_tuning, commands);
        }
        FineTuneStatus::Finished(trained) => {
            fine_tuned_ui(ui, fine_tuning, shared, trained, commands);
            ui.separator();
            start_ui(ui, fine_tuning, shared, commands);
        }
    }
}

/// What will happen, and the button.
fn start_ui(
    ui: &mut Ui,
    fine_tuning: &FineTuningPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<FineTune>>,
) {
    let plan = fine_tuning.fine_tuning_plan(shared);
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
        let button =
            Button::new(RichText::new(text!("Fine-tune")).strong()).min_size(vec2(120.0, 30.0));
        if ui.add_enabled(plan.is_ok(), button).clicked() {
            commands.push(FineTune::Start.into());
        }
        let is_measuring = fine_tuning.is_measuring();
        let button = Button::new(text!("Learning curve")).min_size(vec2(120.0, 30.0));
        let help = text!(
            "Trains the model repeatedly with more and more of the labels, in your order \
                    and by chance: are more labels worth the time? Takes some minutes"
        );
        let button = ui.add_enabled(plan.is_ok() && !is_measuring, button);
        if button.on_hover_text(help).clicked() {
            commands.push(FineTune::Curve.into());
        }
    });
    if crate::features::adaptation::update::can_have_new_classes(shared) {
        let mut has = fine_tuning.has_new_classes;
        let text = text!("labels that the model has no class for become new classes");
        let help = text!("Otherwise they are left out and counted");
        if ui.checkbox(&mut has, text).on_hover_text(help).changed() {
            commands.push(FineTune::NewClasses(has).into());
        }
    }
    limit_ui(ui, shared, commands);
}

/// What the old sky may lose.
fn limit_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let mut settings = shared.settings.clone();
    ui.horizontal(|ui| {
        let label = ui.label(weak(
            ui,
            text!("Do not activate if recall on simulated data drops by more than"),
        ));
        let limit = DragValue::new(&mut settings.most_forgotten_percent)
            .range(0.0..=100.0)
            .speed(0.1)
            .suffix(text!(" points"));
        ui.add(limit).labelled_by(label.id);
    });
    if settings != shared.settings {
        commands.push(Command::Session(Session::Settings(Box::new(settings))).into());
    }
}

/// What each label brings, as far as it is known.
fn curve_ui(ui: &mut Ui, fine_tuning: &FineTuningPane, commands: &mut Vec<impl From<FineTune>>) {
    let progress = fine_tuning.measuring.as_ref().map(Running::progress);
    if let Some(progress) = progress {
        ui.separator();
        ui.horizontal(|ui| {
            let share = progress.done as f32 / progress.total.max(1) as f32;
            let bar = ProgressBar::new(share).desired_width(WIDTH - 90.0);
            ui.add(bar.text(text!("learning curve")));
            if ui.button(text!("Cancel")).clicked() {
                commands.push(FineTune::StopCurve.into());
            }
        });
    } else if fine_tuning.curve().is_some() {
        ui.separator();
    }
    if let Some(curve) = fine_tuning.curve() {
        plot_ui(ui, &curve.plot(), 210.0);
        let in_words = fine_tuning.learning_curve_in_words();
        ui.add(Label::new(weak(ui, in_words)).wrap());
    }
}

fn under_way_ui(
    ui: &mut Ui,
    fine_tuning: &FineTuningPane,
    commands: &mut Vec<impl From<FineTune>>,
) {
    let pane = fine_tuning;
    ui.add(Label::new(pane.plan()).wrap());
    notes_ui(ui, fine_tuning);
    ui.add_space(theme::GRID);
    let news = pane.news();
    let progress = pane.fine_tuning.as_ref().map(Running::progress);
    let share = progress.map_or(0.0, |job| job.done as f32 / job.total.max(1) as f32);
    let left = fine_tuning.fine_tuning_time_left().unwrap_or_default();
    ui.add(ProgressBar::new(share).text(left));
    if let Some(news) = news {
        losses_ui(ui, news);
    }
    let is_asked = *pane.status() == FineTuneStatus::Stopping;
    let cancel = ui.add_enabled(!is_asked, Button::new(text!("Cancel")));
    if cancel
        .on_hover_text(text!("Leaves everything as it was"))
        .clicked()
    {
        commands.push(FineTune::Stop.into());
    }
}

/// What was left out of the labels, and why.
fn notes_ui(ui: &mut Ui, fine_tuning: &FineTuningPane) {
    for note in fine_tuning.notes() {
        ui.add(Label::new(weak(ui, note.shown())).wrap());
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
    let shown = Plot::new("fine-tuning losses")
        .sense(egui::Sense::hover())
        .height(110.0)
        .show_crosshair(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(egui::Vec2b::FALSE)
        .include_x(0.0)
        .include_x(news.steps as f64)
        .include_y(0.0)
        .y_axis_label(text!("loss"))
        .grid_color(theme::grid_color(ui))
        .show(ui, |plot| {
            plot.line(Line::new(text!("loss"), points()).color(theme::model_color(0)));
            plot.points(
                Points::new(text!("loss"), points())
                    .color(theme::model_color(0))
                    .radius(1.5),
            );
        });
    follow_pointer(ui.ctx(), shown.response.rect);
    spoken::picture(&shown.response, text!("fine-tuning losses"), || {
        news.losses.last().map_or_else(
            || text!("nothing yet").into(),
            |last| {
                text!(
                    "{loss} at step {step} of {steps}",
                    loss = format_args!("{:.4}", last.loss),
                    step = last.step,
                    steps = news.steps
                )
            },
        )
    });
}

fn fine_tuned_ui(
    ui: &mut Ui,
    fine_tuning: &FineTuningPane,
    shared: &Shared,
    trained: &KeptVersion,
    commands: &mut Vec<impl From<FineTune>>,
) {
    let id = &trained.version.id;
    let is_active = shared.scores.is_active(&trained.source);
    match (&trained.objection, is_active) {
        (_, true) => {
            ui.label(RichText::new(text!("{id} is active", id)).strong());
            if let Some(found) = &trained.figures.target_domain {
                let [gain, error] = found.gain_in_points();
                let words = text!(
                    "It gains {gain} ± {error} points of mean recall on {examples} held-out labels{surer}{few}.",
                    gain,
                    error,
                    examples = found.examples,
                    surer = found.surer_behind(),
                    few = found.few_behind()
                );
                ui.add(Label::new(words).wrap());
            }
        }
        (Some(Objection { why, is_loss }), false) => {
            let words = text!("{id} is kept, but not active: {why}.", id, why);
            if *is_loss {
                alarm(ui, &words);
            } else {
                ui.add(Label::new(words).wrap());
            }
        }
        (None, false) => {
            ui.label(text!("{id} is kept, but not active.", id));
        }
    }
    ui.add_space(theme::GRID);
    gained_ui(ui, trained);
    notes_ui(ui, fine_tuning);
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let changed = crate::features::adaptation::changed_decisions::changed_decisions(shared);
        let count = changed.as_ref().map_or(0, std::collections::BTreeMap::len);
        let text = text!("What changed ({count})", count);
        let help = text!(
            "The candidates that are decided otherwise than before, the largest changes first"
        );
        let button = ui.add_enabled(count > 0, Button::new(text));
        if button.on_hover_text(help).clicked() {
            commands.push(FineTune::Changes.into());
        }
        if is_active {
            let key = shared.settings.keys.hint(Action::RollBack);
            let back = ui.button(text!("Roll back ({key})", key));
            if back
                .on_hover_text(text!(
                    "The model before is active again; the version stays in the project"
                ))
                .clicked()
            {
                commands.push(FineTune::RollBack.into());
            }
        } else if ui.button(text!("Use it")).clicked() {
            commands.push(FineTune::Use(trained.source.clone()).into());
        }
    });
}

/// Mean recall of both domains before and after.
fn gained_ui(ui: &mut Ui, trained: &KeptVersion) {
    Grid::new("what was gained")
        .spacing(vec2(18.0, 4.0))
        .show(ui, |ui| {
            let heads = [
                text!("mean recall"),
                text!("before"),
                text!("after"),
                text!("examples"),
            ];
            for head in heads {
                ui.label(weak(ui, head));
            }
            ui.end_row();
            let skies = [
                (
                    text!("this survey, held-out labels"),
                    trained.figures.target_domain,
                ),
                (text!("simulated data"), trained.figures.source_domain),
            ];
            for (name, figures) in skies {
                ui.label(name);
                domain_ui(ui, figures);
                ui.end_row();
            }
        });
}

fn domain_ui(ui: &mut Ui, figures: Option<DomainFigures>) {
    let Some(figures) = figures else {
        ui.label(weak(ui, text!("not measured")));
        return;
    };
    let percent = |at: usize| {
        let (recall, error) = (figures.mean_recall[at], figures.error[at]);
        share::in_words(recall, Some(error), Style::PERCENT)
    };
    ui.label(percent(0));
    ui.label(RichText::new(percent(1)).strong());
    ui.label(figures.examples.to_string());
}

/// The versions of the project, the newest first.
fn versions_ui(
    ui: &mut Ui,
    shared: &Shared,
    versions: &[ModelVersion],
    commands: &mut Vec<impl From<FineTune> + From<Latent>>,
) {
    ui.label(weak(ui, text!("versions of this project")));
    ScrollArea::vertical().max_height(140.0).show(ui, |ui| {
        Grid::new("versions")
            .striped(true)
            .spacing(vec2(14.0, 4.0))
            .show(ui, |ui| {
                for version in versions.iter().rev() {
                    version_ui(ui, shared, version, commands);
                    ui.end_row();
                }
            });
    });
}

fn version_ui(
    ui: &mut Ui,
    shared: &Shared,
    version: &ModelVersion,
    commands: &mut Vec<impl From<FineTune> + From<Latent>>,
) {
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
        .on_hover_text(text!("mean recall on held-out labels of this survey"));
    let Some(source) = shared.source_of(version) else {
        return;
    };
    if version.card.latent.is_some() {
        let button = ui.small_button(text!("Embed"));
        let help = text!("Puts the set into the space of this model");
        if button.on_hover_text(help).clicked() {
            commands.push(Latent::Use(source).into());
        }
    } else if shared.scores.is_active(&source) {
        ui.label(weak(ui, text!("active")));
    } else if ui.small_button(text!("Use")).clicked() {
        commands.push(FineTune::Use(source).into());
    }
}
