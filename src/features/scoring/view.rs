//! The bar of scores: which model, its threshold with live counts, what labels show of it, and the
//! switch that hides it all.

use egui::{Align, DragValue, Layout, RichText, Slider, Ui};

use super::shares_view::shares_line_ui;
use crate::{
    widgets::{
        cells,
        theme::{self, weak},
    },
    workspace::{
        action::Action,
        command::{Command, Scoring},
        scores::shown::{ScoringStatus, ShownModel},
        shared::Shared,
    },
};

/// The bar, and a line below it where class shares change something.
pub fn score_bar_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    bar_ui(ui, shared, commands);
    if !shared.is_blind() {
        shares_line_ui(ui, shared, commands);
    }
}

/// A narrower bar takes two lines, so that nothing of it is cut off; points.
const ONE_LINE: f32 = 840.0;
/// A bar that is narrower has a short slider; points.
const LONG_SLIDER: f32 = 1100.0;
const SLIDERS: [f32; 2] = [70.0, 130.0];

fn bar_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    if shared.is_blind() {
        blind_ui(ui, shared, commands);
        return;
    }
    let has_classes = shared.scores.active().predicts_classes();
    let [short, long] = SLIDERS;
    let width = ui.available_width();
    let slider = if width < LONG_SLIDER { short } else { long };
    if width < ONE_LINE {
        ui.horizontal_wrapped(|ui| {
            models_ui(ui, shared, commands);
            if has_classes {
                let words = class_counts(shared).join(BETWEEN);
                ui.label(words).on_hover_text(CLASS_COUNTS);
            } else {
                threshold_ui(ui, shared, slider, commands);
                ui.label(counts(shared).join(BETWEEN)).on_hover_text(COUNTS);
                recall_ui(ui, shared, 0.0, commands);
            }
            end_ui(ui, shared, commands);
        });
        return;
    }
    ui.horizontal(|ui| {
        models_ui(ui, shared, commands);
        if !has_classes {
            threshold_ui(ui, shared, slider, commands);
        }
        let (counts, help) = if has_classes {
            (class_counts(shared), CLASS_COUNTS)
        } else {
            (counts(shared), COUNTS)
        };
        // The buttons first, from the right: what is left for the counts is seen then.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            end_ui(ui, shared, commands);
            if !has_classes {
                let kept = text_width(ui, &counts.join(BETWEEN), theme::TEXT);
                recall_ui(ui, shared, kept, commands);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                counts_ui(ui, &counts, help);
            });
        });
    });
}

/// What stands in place of scores while labels are blind.
fn blind_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let why = if shared.scores.is_hidden && shared.queue.gives_away() {
        "scores and truth are hidden, but still sort or filter the queue: labels are not blind"
    } else if shared.scores.is_hidden {
        "scores and truth are hidden: labels are blind"
    } else if shared.repeat_check.is_practice() {
        "practice: labels, scores and truth are hidden until it is over"
    } else {
        "repeat check: scores and truth are hidden until it is done"
    };
    let show = |ui: &mut Ui, commands: &mut Vec<_>| {
        if shared.scores.is_hidden {
            action_button(ui, shared, Action::HideScores, "Show scores", commands);
        }
    };
    if ui.available_width() < ONE_LINE {
        ui.horizontal_wrapped(|ui| {
            models_ui(ui, shared, commands);
            ui.label(weak(ui, why));
            show(ui, commands);
        });
        return;
    }
    ui.horizontal(|ui| {
        models_ui(ui, shared, commands);
        ui.label(weak(ui, why));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            show(ui, commands);
        });
    });
}

const BETWEEN: &str = " · ";
const COUNTS: &str = "Candidates on either side of the threshold, by their best epoch. Not scored: an image that the \
                      model needs is missing, or scoring has not come so far.";
const CLASS_COUNTS: &str = "Candidates by their likeliest class after the last epoch, those among them of which nothing is \
                            seen yet: no epoch, and not all together, is four standard deviations above the sky. Not \
                            scored: an image or a zero point is missing, or scoring has not come so far.";

fn text_width(ui: &Ui, text: &str, size: f32) -> f32 {
    let font = egui::FontId::proportional(size);
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, theme::caption_color(ui));
    galley.size().x
}

/// As many counts as there is room for, as a whole; all of them are in the tooltip and are read aloud.
fn counts_ui(ui: &mut Ui, counts: &[String], help: &str) {
    let all = counts.join(BETWEEN);
    let room = ui.available_width();
    let shown = (0..=counts.len()).rev().map(|count| {
        let words = counts[..count].join(BETWEEN);
        // That nothing is left out need not be named.
        if counts[count..].iter().all(|left| left.starts_with("0 ")) {
            words
        } else {
            format!("{words} …")
        }
    });
    let mut shown = shown.filter(|words| text_width(ui, words, theme::TEXT) <= room);
    let words = shown.next().unwrap_or_default();
    let label = cells::named(
        ui.add(egui::Label::new(words).extend()),
        egui::Role::Label,
        &all,
    );
    label.on_hover_text(format!("{all}\n{help}"));
}

/// The right-hand end, from right to left.
fn end_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    action_button(ui, shared, Action::HideScores, "Hide scores", commands);
    if shared.scores.shown().len() > 1 {
        let name = Action::Disagreements.info().title();
        action_button(ui, shared, Action::Disagreements, name, commands);
    }
    status_ui(ui, shared, commands);
}

/// "112 RR Lyrae", "33 supernova", "4 not scored".
fn class_counts(shared: &Shared) -> Vec<String> {
    let model = shared.scores.active();
    let counts = model.class_counts();
    let rest = shared.catalogue.len().saturating_sub(model.tally.scored());
    let named = counts.iter().filter(|(_, count)| *count > 0);
    let mut words: Vec<String> = named
        .map(|(class, count)| format!("{count} {}", shared.class_title(class)))
        .collect();
    let unseen = shared.scores.detections.unseen();
    if unseen > 0 {
        words.push(format!("nothing seen yet of {unseen}"));
    }
    words.push(format!("{rest} not scored"));
    words
}

fn action_button(
    ui: &mut Ui,
    shared: &Shared,
    action: Action,
    text: &str,
    commands: &mut Vec<impl From<Command>>,
) {
    let help = format!(
        "{} ({})",
        action.info().help(),
        shared.settings.keys.hint(action)
    );
    if ui.button(text).on_hover_text(help).clicked() {
        commands.push(Command::Do(action).into());
    }
}

/// The models side by side: ticked ones are shown, the marked one is active.
fn models_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let scores = &shared.scores;
    let others = scores.shown().len() - 1;
    let title = match others {
        0 => scores.active().name().to_owned(),
        _ => format!("{} + {others}", scores.active().name()),
    };
    ui.label(weak(ui, "model"));
    let menu = ui.menu_button(format!("{title} ⏷"), |ui| {
        for source in shared.known_models() {
            model_row(ui, shared, &source, commands);
        }
        ui.separator();
        let add = Action::AddModel;
        let button = egui::Button::new(add.info().title());
        let button = button.shortcut_text(shared.settings.keys.hint(add));
        if ui.add(button).on_hover_text(add.info().help()).clicked() {
            commands.push(Command::Do(add).into());
            ui.close();
        }
    });
    menu.response
        .on_hover_text("The model whose scores are shown; several can stand side by side");
}

fn model_row(
    ui: &mut Ui,
    shared: &Shared,
    source: &std::sync::Arc<str>,
    commands: &mut Vec<impl From<Command>>,
) {
    let mut shown = shared.scores.shown().iter();
    let shown = shown.find(|model| model.source == *source);
    let fresh = ShownModel::new(source.clone());
    let name = shown.map_or_else(|| fresh.name(), |model| shared.scores.name_of(model));
    ui.horizontal(|ui| {
        let mut is_shown = shown.is_some();
        let tick = ui.checkbox(&mut is_shown, "");
        let tick = cells::named(
            tick,
            egui::Role::CheckBox,
            &format!("Show scores of {name}"),
        );
        if tick.on_hover_text("Show its scores").changed() {
            let source = source.clone();
            commands.push(
                Command::Scoring(if is_shown {
                    Scoring::Show(source)
                } else {
                    Scoring::Drop(source)
                })
                .into(),
            );
        }
        let about = shown.and_then(|model| model.ready.as_ref());
        let about = about.map_or_else(
            || source.to_string(),
            |ready| format!("{}\n{}\n{source}", ready.card.about, ready.id),
        );
        let label = ui.selectable_label(shared.scores.is_active(source), name);
        if label.on_hover_text(about).clicked() {
            let source = source.clone();
            commands.push(
                Command::Scoring(match shown {
                    Some(_) => Scoring::Activate(source),
                    None => Scoring::Show(source),
                })
                .into(),
            );
            ui.close();
        }
    });
}

fn threshold_ui(
    ui: &mut Ui,
    shared: &Shared,
    slider_width: f32,
    commands: &mut Vec<impl From<Command>>,
) {
    let present = shared.scores.active().threshold();
    let mut threshold = present;
    ui.label(weak(ui, "threshold"));
    ui.spacing_mut().slider_width = slider_width;
    // A threshold that was chosen for a recall has more digits than the slider shows: it is
    // rounded where a person moves it, not where it is drawn.
    let slider = Slider::new(&mut threshold, 0.0..=1.0)
        .clamping(egui::SliderClamping::Edits)
        .fixed_decimals(3)
        .step_by(0.001);
    let keys = &shared.settings.keys;
    let help = format!(
        "Scores at or above this count as real ({} and {} adjust it)",
        keys.hint(Action::LowerThreshold),
        keys.hint(Action::RaiseThreshold)
    );
    let slider = cells::named(ui.add(slider), egui::Role::Slider, "Threshold");
    let is_moved = slider.changed();
    slider.on_hover_text(help);
    if is_moved && (threshold - present).abs() > 1e-6 {
        commands.push(Command::Scoring(Scoring::Threshold(threshold)).into());
    }
}

/// "312 real", "58 bogus", "4 not scored".
fn counts(shared: &Shared) -> Vec<String> {
    let model = shared.scores.active();
    let real = model.tally.real(model.threshold());
    let bogus = model.tally.scored() - real;
    let rest = shared.catalogue.len().saturating_sub(model.tally.scored());
    vec![
        format!("{real} real"),
        format!("{bogus} bogus"),
        format!("{rest} not scored"),
    ]
}

/// What is shown where not all is scored.
fn status_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let model = shared.scores.active();
    let tally = &model.tally;
    let show = |ui: &mut Ui, text: String, color| {
        let text = RichText::new(text).color(color);
        ui.add(egui::Label::new(text).truncate());
    };
    match &model.status {
        ScoringStatus::Failed(why) => {
            let color = theme::alarm_text(ui);
            show(ui, why.to_string(), color);
        }
        ScoringStatus::Stopped => {
            let rest = Action::ScoreAgain;
            action_button(ui, shared, rest, rest.info().title(), commands);
        }
        ScoringStatus::Reading | ScoringStatus::Scoring => {
            if ui.button("Stop").on_hover_text("Stop scoring").clicked() {
                commands.push(Command::Scoring(Scoring::Stop).into());
            }
            ui.label(weak(ui, "scoring…"));
        }
        ScoringStatus::Done if tally.scored() == 0 => {
            let why = tally.first_refusal().unwrap_or("there is nothing to score");
            let text = format!("{} can score none of these candidates: {why}", model.name());
            let color = theme::accent_text(ui);
            show(ui, text, color);
        }
        ScoringStatus::Done if model.one_view > 0 => {
            let all = (model.counts.computed + model.counts.kept).max(1);
            let share = 100.0 * (all - model.one_view.min(all)) as f64 / all as f64;
            ui.label(weak(ui, format!("{share:.0} % in full"))).on_hover_text(
                "The rest was scored from one of four orientations, which decided at the threshold that was set \
                 then. Settings (Scores of large sets) switch that off.",
            );
        }
        ScoringStatus::Done | ScoringStatus::Waiting => {}
    }
}

/// The threshold for a wanted recall, where labels allow one, and what they show of the one in force: as far as there is room
/// beside `kept` points.
fn recall_ui(ui: &mut Ui, shared: &Shared, kept: f32, commands: &mut Vec<impl From<Command>>) {
    let evidence = shared.evidence();
    if shared.scores.active().tally.scored() == 0 {
        return;
    }
    if evidence.real > 0 {
        let present = (shared.scores.wanted_recall * 100.0).round();
        let mut wanted = present;
        let field = DragValue::new(&mut wanted)
            .range(1.0..=100.0)
            .speed(0.2)
            .suffix(" %");
        let field = cells::named(ui.add(field), egui::Role::SpinButton, "Wanted recall");
        field.on_hover_text("Share of the labelled real candidates that must be found");
        if (wanted - present).abs() > 0.01 {
            let wanted = Scoring::WantedRecall(wanted / 100.0);
            commands.push(Command::Scoring(wanted).into());
        }
        let choose = Action::ChooseThreshold;
        action_button(ui, shared, choose, choose.info().title(), commands);
    }
    let rejection = evidence.rejection_words();
    let found = evidence.recall().map(|_| {
        let (found, real) = (evidence.found, evidence.real);
        format!("{rejection}; finds {found} of {real} labelled real")
    });
    let full = found.unwrap_or_else(|| rejection.clone());
    let short = evidence.rejection_in_short();
    let room = ui.available_width() - kept - theme::GRID;
    let fits = |text: &&String| text_width(ui, text, theme::CAPTION) <= room;
    // The counts come first: where nothing fits beside them, Evaluate has it.
    let Some(text) = [&full, &rejection, &short].into_iter().find(fits) else {
        return;
    };
    ui.label(weak(ui, text)).on_hover_text(&full);
}
