//! Train: one sentence, one button; while it runs, the curve.

use egui::{Button, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};

use super::{
    form_view::form_ui,
    plan::of_sequences,
    plot_view::curves_ui,
    state::{LearnFrom, TrainingNews, TrainingStatus},
};
use crate::{
    domain::words::{duration, thousands},
    features::{
        simulation::state::SimulationPane,
        training::{command::Train, state::TrainingPane},
    },
    text,
    widgets::theme::{self, weak},
    workspace::shared::Shared,
};

/// Width of the form, points.
const LEFT: f32 = 390.0;

/// The screen. Widgets edit a copy of the form; where it differs, one command carries it.
pub fn train_ui(
    ui: &mut Ui,
    training: &TrainingPane,
    simulation: &SimulationPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Train>>,
) {
    egui::Panel::left("order for a network")
        .default_size(LEFT)
        .size_range(LEFT..=560.0)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let is_of_sequences = training.form.network.is_recurrent();
                ui.heading(if is_of_sequences {
                    text!("Train a network of image sequences")
                } else {
                    text!("Train a real/bogus network")
                });
                if let Some(text) = of_sequences(shared) {
                    ui.add(Label::new(weak(ui, text)).wrap());
                }
                ui.add_space(theme::GRID);
                let mut form = training.form.clone();
                ui.add_enabled_ui(!training.is_under_way(), |ui| {
                    form_ui(ui, training, simulation, shared, &mut form, commands);
                });
                if form != training.form {
                    commands.push(Train::Form(Box::new(form)).into());
                }
                ui.add_space(theme::GRID);
                plan_ui(ui, training, shared);
                ui.add_space(theme::GRID);
                buttons_ui(ui, training, shared, commands);
                ui.add_space(theme::GRID);
                status_ui(ui, training);
            });
        });
    egui::CentralPanel::default().show(ui, |ui| {
        if let Some(news) = training.news() {
            progress_ui(ui, training, news);
            ui.add_space(theme::GRID);
            curves_ui(ui, news);
            return;
        }
        let why = if *training.status() == TrainingStatus::Preparing {
            text!("Examples are being prepared…")
        } else {
            text!("How it learns is drawn here while it runs: loss and accuracy by step.")
        };
        ui.centered_and_justified(|ui| ui.label(weak(ui, why)));
    });
}

/// What is known, and what will happen.
fn plan_ui(ui: &mut Ui, training: &TrainingPane, shared: &Shared) {
    if training.form.from == LearnFrom::Labels {
        labels_ui(ui, crate::features::training::plan::labelled_sides(shared));
    }
    match training.training_plan(shared) {
        Ok(plan) => ui.add(Label::new(plan).wrap()),
        Err(why) => alarm(ui, &why),
    };
}

/// Labels of each class as bars.
fn labels_ui(ui: &mut Ui, counts: [usize; 2]) {
    const WIDTH: f32 = 220.0;
    let most = counts[0].max(counts[1]).max(1) as f32;
    for (name, count, is_real) in [("real", counts[0], true), ("bogus", counts[1], false)] {
        ui.horizontal(|ui| {
            ui.add_sized([44.0, 16.0], Label::new(name));
            let width = WIDTH * count as f32 / most;
            let (rect, _) = ui.allocate_exact_size(vec2(width, 10.0), egui::Sense::hover());
            ui.painter()
                .rect_filled(rect, 2.0, theme::side_color(is_real));
            ui.label(thousands(count as u64));
        });
    }
}

fn buttons_ui(
    ui: &mut Ui,
    training: &TrainingPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Train>>,
) {
    let status = training.status();
    let is_under_way = training.is_under_way();
    ui.horizontal(|ui| {
        let text = if training.goes_on(shared) {
            text!("Go on")
        } else {
            text!("Train")
        };
        let button = Button::new(RichText::new(text).strong()).min_size(vec2(120.0, 32.0));
        let is_possible = !is_under_way && training.training_order(shared).is_ok();
        if ui.add_enabled(is_possible, button).clicked() {
            commands.push(Train::Start.into());
        }
        if is_under_way {
            let is_asked = *status == TrainingStatus::Stopping;
            let cancel = ui.add_enabled(!is_asked, Button::new(text!("Cancel")));
            let help = text!("Saves what was learned so far; the same order goes on from there");
            if cancel.on_hover_text(help).clicked() {
                commands.push(Train::Stop.into());
            }
        }
        let may_be_anew = matches!(
            status,
            TrainingStatus::Stopped(..) | TrainingStatus::Failed(_)
        );
        if may_be_anew {
            let help = text!("Throws away what an unfinished training has learned for this file");
            let anew = ui.add_enabled(is_possible, Button::new(text!("Start anew")));
            if anew.on_hover_text(help).clicked() {
                commands.push(Train::StartAnew.into());
            }
        }
    });
}

/// How it stands, in a sentence.
fn status_ui(ui: &mut Ui, training: &TrainingPane) {
    let pane = &training;
    match pane.status() {
        TrainingStatus::Idle => {}
        TrainingStatus::Preparing => wrapped(ui, text!("Examples are being prepared…")),
        TrainingStatus::Running => match pane.begun_at() {
            0 => {}
            step => wrapped(
                ui,
                &text!("Goes on from step {step}.", step = thousands(step)),
            ),
        },
        TrainingStatus::Stopping => wrapped(ui, text!("What was learned is being saved…")),
        TrainingStatus::Stopped(..) => {
            let step = pane.news().map_or(0, |news| news.step);
            let text = match step {
                0 => text!("Stopped before the first step.").into(),
                _ => text!(
                    "Stopped after {steps} steps and saved: the same order goes on from there.",
                    steps = thousands(step)
                ),
            };
            wrapped(ui, &text);
        }
        TrainingStatus::Finished(text) => {
            let text = RichText::new(text).color(theme::accent_text(ui)).strong();
            ui.add(Label::new(text).wrap());
            wrapped(
                ui,
                text!(
                    "Shown beside the active model; scoring started. Choose it in the model menu to use it."
                ),
            );
        }
        TrainingStatus::Failed(why) => {
            alarm(ui, why);
        }
    }
    for note in pane.notes() {
        ui.add(Label::new(weak(ui, note.shown())).wrap());
    }
}

fn wrapped(ui: &mut Ui, text: &str) {
    ui.add(Label::new(text).wrap());
}

/// A sentence in the colour of faults.
pub(crate) fn alarm(ui: &mut Ui, why: &str) -> egui::Response {
    let text = RichText::new(why).color(theme::alarm_text(ui));
    ui.add(Label::new(text).wrap())
}

/// Which step, how fast, how long.
fn progress_ui(ui: &mut Ui, training: &TrainingPane, news: &TrainingNews) {
    let share = news.step as f32 / news.steps.max(1) as f32;
    let text = text!(
        "step {step} of {steps}",
        step = thousands(news.step),
        steps = thousands(news.steps)
    );
    ui.add(ProgressBar::new(share).text(text));
    let mut words = Vec::new();
    if let Some(form) = training.ordered() {
        words.push(form.name_or_usual());
    }
    if !training.device().is_empty() {
        words.push(text!("on the {device}", device = training.device()));
    }
    if news.examples_per_s > 0.0 {
        let rate = thousands(news.examples_per_s.round() as u64);
        words.push(text!("{rate} examples/s", rate));
    }
    let left = news.seconds_left.filter(|_| training.is_under_way());
    if let Some(left) = left.filter(|_| news.step < news.steps) {
        words.push(text!("{time} left", time = duration(left)));
    } else if news.step == news.steps && training.is_under_way() {
        words.push(text!("being validated").into());
    }
    if let Some(last) = news.curve.last() {
        words.push(text!(
            "{share} % of the validation right",
            share = format_args!("{:.1}", 100.0 * last.validation_accuracy)
        ));
    }
    ui.label(words.join("  ·  "));
}
