//! Class shares on the screen: bars of trained and estimated shares, the choice between them, what it changes,
//! and the way back; and the same in one line above the stamps.

use egui::{
    Align, Align2, DragValue, FontId, Grid, Label, Layout, Rect, RichText, Sense, Stroke,
    StrokeKind, Ui, pos2, vec2,
};

use super::badge::class_color;
use crate::{
    domain::share::{self, Style},
    learn::shares::{ClassShares, Decision, ShareSource},
    widgets::{
        cells,
        pane::pane_ui,
        theme::{self, weak},
    },
    workspace::{
        action::Action,
        command::{Command, Scoring, Session},
        scores::{
            shares::{ChosenShares, FoundShares},
            shown::{ReadyModel, ShownModel},
        },
        shared::Shared,
    },
};

/// Width of the window, of the names of classes, and of the bars, points.
const WIDTH: f32 = 560.0;
const NAMES: f32 = 126.0;
const BARS: f32 = 220.0;
/// Height of a row, points.
const ROW: f32 = 24.0;
/// Where the line above the stamps is narrower, it names only what changes; points.
const BOTH: f32 = 1000.0;

pub(crate) fn class_shares_ui(ui: &Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    pane_ui(
        ui,
        ("Class shares", WIDTH),
        Action::ClassShares,
        commands,
        |ui, commands| {
            let model = shared.scores.active();
            let known = model.ready.as_ref().zip(model.shares());
            if shared.is_blind() {
                ui.label(weak(ui, "scores are hidden: labels are blind"));
            } else if let Some((ready, found)) = known {
                found_ui(ui, shared, model, ready, found, commands);
            } else {
                let text = format!("{} has not scored the set yet", model.name());
                ui.label(weak(ui, text));
            }
        },
    );
}

fn found_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &ShownModel,
    ready: &ReadyModel,
    found: &FoundShares,
    commands: &mut Vec<impl From<Command>>,
) {
    let mut chosen = shared.scores.chosen_shares(ready).clone();
    ui.label(format!(
        "{} predicts as if classes occurred as often as in its training. Where they do not, its \
         predictions are corrected for the shares of this set.",
        ready.id
    ));
    ui.add_space(theme::GRID);
    source_ui(ui, shared, ready, found, &mut chosen);
    ui.horizontal(|ui| {
        ui.label(weak(ui, "decide so that"));
        for decision in Decision::ALL {
            let words = match decision {
                Decision::EveryClass => "every class is found equally well",
                Decision::MostRight => "most objects are right",
            };
            ui.radio_value(&mut chosen.decision, decision, words);
        }
    });
    ui.add_space(theme::GRID);
    bars_ui(ui, shared, ready, found, &mut chosen);
    ui.add_space(theme::GRID);
    sets_ui(ui, shared, model, commands);
    for note in notes(ready, found) {
        ui.add(Label::new(weak(ui, note)).wrap());
    }
    change_ui(ui, shared, model, found, commands);
    if chosen != *shared.scores.chosen_shares(ready) {
        commands.push(Command::Scoring(Scoring::Shares(Box::new(chosen))).into());
    }
}

/// The level of the sets of classes, as in the settings.
fn sets_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &ShownModel,
    commands: &mut Vec<impl From<Command>>,
) {
    if !model.predicts_classes() {
        return;
    }
    if model.sets().is_none() {
        let text = "This version was not calibrated for sets of classes: `destello models calibrate` does that.";
        ui.add(Label::new(weak(ui, text)).wrap());
        return;
    }
    ui.horizontal(|ui| {
        ui.label(weak(ui, "sets of classes hold the true one of"));
        let mut settings = shared.settings.clone();
        let field = DragValue::new(&mut settings.class_set_percent)
            .range(50.0..=99.0)
            .speed(0.2)
            .max_decimals(1)
            .suffix(" %");
        let field = cells::named(
            ui.add(field),
            egui::Role::SpinButton,
            "Level of sets of classes",
        );
        field.on_hover_text("Where one class alone would be right less often, several are named");
        ui.label(weak(ui, "of the objects of each class"));
        if settings != shared.settings {
            commands.push(Command::Session(Session::Settings(Box::new(settings))).into());
        }
    });
}

fn source_ui(
    ui: &mut Ui,
    shared: &Shared,
    ready: &ReadyModel,
    found: &FoundShares,
    chosen: &mut ChosenShares,
) {
    ui.horizontal(|ui| {
        ui.label(weak(ui, "shares"));
        let before = chosen.source;
        for (source, words, help) in [
            (
                ShareSource::Trained,
                "as trained",
                "What the model itself predicts",
            ),
            (
                ShareSource::Estimated,
                "estimated",
                "From the predictions of this set, without labels (expectation maximisation)",
            ),
            (
                ShareSource::Labels,
                "from my labels",
                "From the classes of what was labelled in this project",
            ),
            (ShareSource::ByHand, "by hand", "As you set them below"),
        ] {
            let is_possible = source != ShareSource::Labels || shared.labelled() > 0;
            ui.add_enabled_ui(is_possible, |ui| {
                ui.radio_value(&mut chosen.source, source, words)
                    .on_hover_text(help);
            });
        }
        let is_first = chosen.source == ShareSource::ByHand && chosen.by_hand.is_empty();
        if before != chosen.source && is_first {
            // A beginning that can be changed.
            let classes = ready.card.classes.iter().cloned();
            chosen.by_hand = classes
                .zip(found.estimated.shares.iter().copied())
                .collect();
        }
    });
}

/// A row for each class: its trained share as an outline, the other as a bar with its uncertainty.
fn bars_ui(
    ui: &mut Ui,
    shared: &Shared,
    ready: &ReadyModel,
    found: &FoundShares,
    chosen: &mut ChosenShares,
) {
    let shares = &found.used;
    let largest = shares.shares.iter().chain(&found.trained).copied();
    let most = largest.fold(0.05, f64::max) * 1.1;
    let is_by_hand = chosen.source == ShareSource::ByHand;
    Grid::new("class shares")
        .spacing(vec2(10.0, 2.0))
        .min_row_height(ROW)
        .show(ui, |ui| {
            let used = if found.is_in_force() {
                found.used.source.name()
            } else {
                "estimated"
            };
            for head in ["", "", "trained", used] {
                ui.label(weak(ui, head));
            }
            ui.end_row();
            for (at, class) in ready.card.classes.iter().enumerate() {
                let title = shared.class_title(class);
                let (name, _) = ui.allocate_exact_size(vec2(NAMES, ROW), Sense::hover());
                name_ui(ui, name, shared, class, &title);
                let (area, response) = ui.allocate_exact_size(vec2(BARS, ROW), Sense::hover());
                let trained = found.trained.get(at).copied().unwrap_or(0.0);
                bar_ui(ui, area, shared, class, [trained, most], (shares, at));
                let text = format!(
                    "{title}: trained {:.1} %, {used} {}",
                    100.0 * trained,
                    share_words(shares, at)
                );
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
                response.on_hover_text(text);
                ui.label(RichText::new(format!("{:.1} %", 100.0 * trained)).monospace());
                if is_by_hand {
                    by_hand_ui(ui, class, &title, chosen);
                } else {
                    ui.label(RichText::new(share_words(shares, at)).monospace());
                }
                ui.end_row();
            }
        });
}

fn by_hand_ui(ui: &mut Ui, class: &str, title: &str, chosen: &mut ChosenShares) {
    let present = chosen.by_hand.get(class).copied().unwrap_or(0.0);
    let mut percent = 100.0 * present;
    let field = DragValue::new(&mut percent)
        .range(0.0..=100.0)
        .speed(0.2)
        .max_decimals(1)
        .suffix(" %");
    let field = cells::named(
        ui.add(field),
        egui::Role::SpinButton,
        &format!("Share of {title}"),
    );
    if field.changed() {
        chosen.by_hand.insert(class.to_owned(), percent / 100.0);
    }
}

/// "12.3 ± 1.5 %", or that a class is left out.
fn share_words(shares: &ClassShares, at: usize) -> String {
    let number = |all: &[f64]| 100.0 * all.get(at).copied().unwrap_or(0.0);
    let (share, error) = (number(&shares.shares), number(&shares.errors));
    if shares.occurs.get(at) == Some(&false) {
        return format!("left out (< {:.1} %)", share + 2.0 * error);
    }
    let error = (error > 0.0).then_some(error / 100.0);
    share::in_words(share / 100.0, error, Style::PERCENT)
}

fn name_ui(ui: &Ui, area: Rect, shared: &Shared, class: &str, title: &str) {
    let chip = Rect::from_center_size(pos2(area.left() + 5.0, area.center().y), vec2(9.0, 9.0));
    let painter = ui.painter_at(area);
    theme::swatch(ui, &painter, chip, class_color(shared, class));
    painter.text(
        pos2(area.left() + 14.0, area.center().y),
        Align2::LEFT_CENTER,
        title,
        FontId::proportional(theme::TEXT),
        ui.visuals().text_color(),
    );
}

fn bar_ui(
    ui: &Ui,
    area: Rect,
    shared: &Shared,
    class: &str,
    [trained, most]: [f64; 2],
    (shares, at): (&ClassShares, usize),
) {
    let painter = ui.painter_at(area);
    let x = |share: f64| area.left() + (share / most).clamp(0.0, 1.0) as f32 * area.width();
    let inner = area.shrink2(vec2(0.0, 4.0));
    let share = shares.shares.get(at).copied().unwrap_or(0.0);
    let error = shares.errors.get(at).copied().unwrap_or(0.0);
    let color = class_color(shared, class);
    let has_it = shares.occurs.get(at).copied().unwrap_or(true);
    let fill = if has_it {
        color
    } else {
        color.gamma_multiply(0.3)
    };
    painter.rect_filled(inner.with_max_x(x(share)), 1.0, fill);
    let outline = Stroke::new(1.0, ui.visuals().text_color());
    let of_training = inner.shrink2(vec2(0.0, 3.0)).with_max_x(x(trained));
    painter.rect_stroke(of_training, 0.0, outline, StrokeKind::Inside);
    if error > 0.0 {
        let stroke = Stroke::new(1.5, ui.visuals().strong_text_color());
        let ends = [share - error, share + error].map(x);
        painter.hline(ends[0]..=ends[1], inner.center().y, stroke);
        for end in ends {
            painter.vline(end, inner.center().y - 3.0..=inner.center().y + 3.0, stroke);
        }
    }
}

/// What must be known of the estimate, and the threshold that follows.
fn notes(ready: &ReadyModel, found: &FoundShares) -> Vec<String> {
    let mut notes = Vec::new();
    match found.used.source {
        ShareSource::Estimated => notes.push(format!(
            "Estimated from the predictions for {} objects at their latest epochs.",
            found.used.objects
        )),
        ShareSource::Labels => notes.push(format!("From {} labels.", found.used.objects)),
        ShareSource::Trained | ShareSource::ByHand => {}
    }
    notes.extend(found.used.shrunk.map(|why| {
        let why = why.in_words();
        let mut letters = why.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string());
        format!("{}{}.", first.unwrap_or_default(), letters.as_str())
    }));
    if let Some(threshold) = found.threshold {
        let trained = ready.card.threshold;
        notes.push(match found.key.chosen.decision {
            Decision::MostRight => format!(
                "Scores stay; real from a score of {threshold:.3}, as trained {trained:.3}."
            ),
            Decision::EveryClass => format!(
                "Scores stay, and so does the threshold, {trained:.3}: it follows the share of bogus where most \
                 objects are to be right."
            ),
        });
    }
    notes
}

/// What changes, the candidates, and the way back.
fn change_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &ShownModel,
    found: &FoundShares,
    commands: &mut Vec<impl From<Command>>,
) {
    let words = shared.shares_in_words(model, found);
    ui.add(Label::new(RichText::new(format!("{words}.")).strong()).wrap());
    if !found.is_in_force() {
        return;
    }
    ui.horizontal(|ui| buttons_ui(ui, shared, found, commands));
}

fn buttons_ui(
    ui: &mut Ui,
    shared: &Shared,
    found: &FoundShares,
    commands: &mut Vec<impl From<Command>>,
) {
    let keys = &shared.settings.keys;
    let count = found.changed.len();
    let changed = egui::Button::new(format!("What changed ({count})"));
    let help = format!(
        "These candidates alone ({})",
        keys.hint(Action::WhatChanged)
    );
    if ui
        .add_enabled(count > 0, changed)
        .on_hover_text(help)
        .clicked()
    {
        commands.push(Command::Do(Action::WhatChanged).into());
    }
    let back = format!("Take back ({})", keys.hint(Action::RollBack));
    if ui.button(back).on_hover_text("As trained again").clicked() {
        commands.push(Command::Do(Action::RollBack).into());
    }
}

/// Class shares in one line: what they change, or would. Nothing where there is too little to say so.
pub(crate) fn shares_line_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let model = shared.scores.active();
    let known = model.ready.as_ref().zip(model.shares());
    let Some((ready, found)) = known.filter(|(_, found)| is_worth_a_line(found)) else {
        return;
    };
    let source = if found.is_in_force() {
        format!("class shares {}", found.used.source.name())
    } else {
        "class shares as trained; estimated ones differ".into()
    };
    let words = shared.shares_in_words(model, found);
    ui.horizontal(|ui| {
        let is_narrow = ui.available_width() < BOTH;
        // The buttons first, from the right: the words take what is left.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let title = Action::ClassShares.info().title();
            let help = format!(
                "{} ({})",
                Action::ClassShares.info().help(),
                shared.settings.keys.hint(Action::ClassShares)
            );
            if ui.button(title).on_hover_text(help).clicked() {
                commands.push(Command::Do(Action::ClassShares).into());
            }
            if found.is_in_force() {
                buttons_ui(ui, shared, found, commands);
            } else if ui
                .button("Use estimated shares")
                .on_hover_text("Predictions are corrected for the class shares of this set")
                .clicked()
            {
                let chosen = ChosenShares {
                    source: ShareSource::Estimated,
                    ..shared.scores.chosen_shares(ready).clone()
                };
                commands.push(Command::Scoring(Scoring::Shares(Box::new(chosen))).into());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let both = format!("{source}: {words}");
                if !is_narrow {
                    ui.label(weak(ui, source));
                }
                // One explanation on hover, not the label's own besides.
                let label = Label::new(words).truncate().show_tooltip_when_elided(false);
                ui.add(label).on_hover_text(both);
            });
        });
    });
}

/// True where a correction is in force, or one that rests on enough objects would change something.
fn is_worth_a_line(found: &FoundShares) -> bool {
    let is_known = found.estimated.shrunk.is_none();
    found.is_in_force() || is_known && !found.changed.is_empty()
}
