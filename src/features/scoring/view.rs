//! The bar of scores: which model, its threshold with live counts, what labels show of it, and the
//! switch that hides it all.

use egui::{Align, DragValue, Layout, RichText, Slider, Ui};

use super::{
    badge::class_title,
    state::{ScoringStatus, ShownModel},
};
use crate::{
    features::inspect::view::weak,
    widgets::{cells, theme},
    window::{
        command::{Command, Scoring},
        state::AppState,
    },
    workspace::action::Action,
};

/// The bar.
pub fn score_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        models_ui(ui, state, commands);
        if state.is_blind() {
            let why = if state.scores.is_hidden {
                "scores and truth are hidden: labels are blind"
            } else {
                "repeat check: scores and truth are hidden until it is done"
            };
            ui.label(weak(ui, why));
            if !state.scores.is_hidden {
                return;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                action_button(ui, state, Action::HideScores, "Show scores", commands);
            });
            return;
        }
        if state.scores.active().predicts_classes() {
            ui.label(class_counts(state)).on_hover_text(
                "Candidates by their likeliest class after the last epoch. Not scored: an image \
                 or a zero point is missing, or scoring has not come so far.",
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                end_ui(ui, state, commands);
            });
            return;
        }
        threshold_ui(ui, state, commands);
        ui.label(counts(state)).on_hover_text(
            "Candidates on either side of the threshold, by their best epoch. Not scored: an \
             image that the model needs is missing, or scoring has not come so far.",
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            end_ui(ui, state, commands);
            recall_ui(ui, state, commands);
        });
    });
}

/// The right-hand end, from right to left.
fn end_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    action_button(ui, state, Action::HideScores, "Hide", commands);
    if state.scores.shown().len() > 1 {
        let name = Action::Disagreements.info().title;
        action_button(ui, state, Action::Disagreements, name, commands);
    }
    status_ui(ui, state, commands);
}

/// "112 RR Lyrae · 33 supernova · 4 not scored".
fn class_counts(state: &AppState) -> String {
    let model = state.scores.active();
    let counts = model.class_counts();
    let rest = state.catalogue.len().saturating_sub(model.tally.scored());
    let named = counts.iter().filter(|(_, count)| *count > 0);
    let mut words: Vec<String> = named
        .map(|(class, count)| format!("{count} {}", class_title(state, class)))
        .collect();
    words.push(format!("{rest} not scored"));
    words.join(" · ")
}

fn action_button(
    ui: &mut Ui,
    state: &AppState,
    action: Action,
    text: &str,
    commands: &mut Vec<Command>,
) {
    let help = format!(
        "{} ({})",
        action.info().help,
        state.settings.keys.hint(action)
    );
    if ui.button(text).on_hover_text(help).clicked() {
        commands.push(Command::Do(action));
    }
}

/// The models side by side: ticked ones are shown, the marked one is active.
fn models_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let scores = &state.scores;
    let others = scores.shown().len() - 1;
    let title = match others {
        0 => scores.active().name().to_owned(),
        _ => format!("{} + {others}", scores.active().name()),
    };
    ui.label(weak(ui, "model"));
    let menu = ui.menu_button(format!("{title} ⏷"), |ui| {
        for source in state.known_models() {
            model_row(ui, state, &source, commands);
        }
        ui.separator();
        let add = Action::AddModel;
        let button = egui::Button::new(add.info().title);
        let button = button.shortcut_text(state.settings.keys.hint(add));
        if ui.add(button).on_hover_text(add.info().help).clicked() {
            commands.push(Command::Do(add));
            ui.close();
        }
    });
    menu.response
        .on_hover_text("The model whose scores are shown; several can stand side by side");
}

fn model_row(
    ui: &mut Ui,
    state: &AppState,
    source: &std::sync::Arc<str>,
    commands: &mut Vec<Command>,
) {
    let mut shown = state.scores.shown().iter();
    let shown = shown.find(|model| model.source == *source);
    let fresh = ShownModel::new(source.clone());
    let name = shown.map_or_else(|| fresh.name(), |model| state.scores.name_of(model));
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
            commands.push(Command::Scoring(if is_shown {
                Scoring::Show(source)
            } else {
                Scoring::Drop(source)
            }));
        }
        let about = shown.and_then(|model| model.ready.as_ref());
        let about = about.map_or_else(
            || source.to_string(),
            |ready| format!("{}\n{}\n{source}", ready.card.about, ready.id),
        );
        let label = ui.selectable_label(state.scores.is_active(source), name);
        if label.on_hover_text(about).clicked() {
            let source = source.clone();
            commands.push(Command::Scoring(match shown {
                Some(_) => Scoring::Activate(source),
                None => Scoring::Show(source),
            }));
            ui.close();
        }
    });
}

fn threshold_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let present = state.scores.active().threshold();
    let mut threshold = present;
    ui.label(weak(ui, "threshold"));
    ui.spacing_mut().slider_width = 130.0;
    // A threshold that was chosen for a recall has more digits than the slider shows: it is
    // rounded where a person moves it, not where it is drawn.
    let slider = Slider::new(&mut threshold, 0.0..=1.0)
        .clamping(egui::SliderClamping::Edits)
        .fixed_decimals(3)
        .step_by(0.001);
    let keys = &state.settings.keys;
    let help = format!(
        "From this score on a candidate is called real ({} and {} move it)",
        keys.hint(Action::LowerThreshold),
        keys.hint(Action::RaiseThreshold)
    );
    let slider = cells::named(ui.add(slider), egui::Role::Slider, "Threshold");
    let is_moved = slider.changed();
    slider.on_hover_text(help);
    if is_moved && (threshold - present).abs() > 1e-6 {
        commands.push(Command::Scoring(Scoring::Threshold(threshold)));
    }
}

/// "312 real · 58 bogus · 4 not scored".
fn counts(state: &AppState) -> String {
    let model = state.scores.active();
    let real = model.tally.real(model.threshold());
    let bogus = model.tally.scored() - real;
    let rest = state.catalogue.len().saturating_sub(model.tally.scored());
    format!("{real} real · {bogus} bogus · {rest} not scored")
}

/// What is shown where not all is scored.
fn status_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let model = state.scores.active();
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
            action_button(ui, state, rest, rest.info().title, commands);
        }
        ScoringStatus::Reading | ScoringStatus::Scoring => {
            if ui.button("Stop").on_hover_text("Stop scoring").clicked() {
                commands.push(Command::Scoring(Scoring::Stop));
            }
            ui.label(weak(ui, "scoring…"));
        }
        ScoringStatus::Done if tally.scored() == 0 => {
            let why = tally.first_refusal().unwrap_or("there is nothing to score");
            let text = format!("{} can score none of these candidates: {why}", model.name());
            let color = theme::accent_text(ui);
            show(ui, text, color);
        }
        ScoringStatus::Done | ScoringStatus::Waiting => {}
    }
}

/// The threshold for a wanted recall, where labels allow one, and what they say.
fn recall_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let evidence = state.evidence();
    if state.scores.active().tally.scored() == 0 {
        return;
    }
    if evidence.real > 0 {
        let present = (state.scores.wanted_recall * 100.0).round();
        let mut wanted = present;
        let field = DragValue::new(&mut wanted)
            .range(1.0..=100.0)
            .speed(0.2)
            .suffix(" %");
        let field = cells::named(ui.add(field), egui::Role::SpinButton, "Wanted recall");
        field.on_hover_text("Share of the labelled real candidates that must be found");
        if (wanted - present).abs() > 0.01 {
            let wanted = Scoring::WantedRecall(wanted / 100.0);
            commands.push(Command::Scoring(wanted));
        }
        let choose = Action::ChooseThreshold;
        action_button(ui, state, choose, choose.info().title, commands);
    }
    let rejection = evidence.rejection_words();
    let found = evidence.recall().map(|_| {
        let (found, real) = (evidence.found, evidence.real);
        format!("{rejection}; finds {found} of {real} labelled real")
    });
    let full = found.unwrap_or_else(|| rejection.clone());
    let short = evidence.rejection_in_short();
    let fits = |text: &&String| {
        let font = egui::FontId::proportional(theme::CAPTION);
        let color = theme::caption_color(ui);
        let galley = ui.painter().layout_no_wrap((*text).clone(), font, color);
        galley.size().x <= ui.available_width()
    };
    let text = [&full, &rejection].into_iter().find(fits).unwrap_or(&short);
    let text = weak(ui, text);
    ui.add(egui::Label::new(text).truncate())
        .on_hover_text(full);
}
