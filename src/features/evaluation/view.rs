//! Evaluate: how well models judge candidates whose truth is known.

use std::{borrow::Cow, collections::BTreeMap};

use egui::{Grid, RichText, ScrollArea, Ui};

use super::{
    judge::{LEARNED, REFUSED},
    matrix_view::{matrix_ui, needed_width},
    plot_view::plots_ui,
    state::{Report, TruthSource, shortlist},
};
use crate::{
    domain::{
        Evaluation, JudgedAt, Measure, ModelComparison,
        set_figures::SetFigures,
        share::{self, Style},
        words::counted,
    },
    features::evaluation::{command::Evaluate, state::EvaluationPane},
    language::{translated, translated_static},
    text,
    widgets::{
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the table and the matrix, points, where they need no more; and the share of the window that they take at most by themselves.
const LEFT: f32 = 430.0;
const MOST_LEFT: f32 = 0.56;
/// Room for the comparison below the plot, points.
const BELOW: f32 = 84.0;
/// Below this many of a class its figures mean little (our choice).
const FEW: u64 = 10;
/// The numbers that stand large.
const HEADLINE: [Measure; 4] = [
    Measure::Accuracy,
    Measure::Precision,
    Measure::Recall,
    Measure::F1,
];

pub fn evaluate_ui(
    ui: &mut Ui,
    evaluation: &EvaluationPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command> + From<Evaluate>>,
) {
    if shared.is_blind() {
        let key = shared.settings.keys.hint(Action::HideScores);
        let why = if shared.scores.is_hidden {
            text!(
                "Labels are blind. Show the scores ({key}) to evaluate models.",
                key
            )
        } else {
            text!("Labels are blind until the repeat check or the practice is over.").into()
        };
        ui.centered_and_justified(|ui| ui.label(weak(ui, why)));
        return;
    }
    bar_ui(ui, evaluation, shared, commands);
    ui.separator();
    let report = evaluation.report();
    let judged = report.filter(|report| report.models.iter().any(|model| model.n > 0));
    let Some(report) = judged else {
        let why = why_empty(evaluation, shared);
        ui.centered_and_justified(|ui| ui.label(weak(ui, why)));
        return;
    };
    let shape = (report.models.len(), most_classes(report));
    // Each number of models and classes has a width of its own.
    egui::Panel::left(("figures", shape))
        .default_size(left_width(shape).min(MOST_LEFT * ui.available_width()))
        .size_range(320.0..=900.0)
        .show(ui, |ui| {
            ScrollArea::both()
                .id_salt("figures")
                .auto_shrink(false)
                .show(ui, |ui| figures_ui(ui, shared, report, memory, commands));
        });
    egui::CentralPanel::default().show(ui, |ui| {
        let below = BELOW * f32::from(u8::from(!report.comparisons.is_empty()));
        plots_ui(ui, &report.plots, &mut memory.plot, below);
        for comparison in &report.comparisons {
            comparison_ui(ui, comparison, commands);
        }
    });
}

fn most_classes(report: &Report) -> usize {
    let classes = report.models.iter().map(|model| model.classes.len());
    classes.max().unwrap_or(0)
}

/// The width that the table of so many models and the matrix of so many classes need, points.
fn left_width((models, classes): (usize, usize)) -> f32 {
    /// The names of measures; a name of a model with its colour; margins and a scroll bar.
    const MEASURES: f32 = 150.0;
    const MODEL: f32 = 185.0;
    const MARGINS: f32 = 28.0;
    let table = MEASURES + models as f32 * MODEL;
    LEFT.max(table + MARGINS)
        .max(needed_width(classes) + MARGINS)
}

/// What belongs here, and what brings it.
fn why_empty(evaluation: &EvaluationPane, shared: &Shared) -> String {
    if let Some(fault) = evaluation.fault() {
        return fault.into();
    }
    if evaluation.is_under_way() {
        return text!("Judging…").into();
    }
    // Compared models leave out the same, for the same reasons.
    let mut reasons = BTreeMap::<&str, usize>::new();
    let models = evaluation.report().map(|report| &report.models[..]);
    for left in models
        .unwrap_or_default()
        .iter()
        .flat_map(|model| &model.left_out)
    {
        let most = reasons.entry(&left.why).or_default();
        *most = left.n.max(*most);
    }
    let learned = reasons.get(LEARNED).copied().unwrap_or(0);
    let what = match evaluation.truth_source(shared) {
        TruthSource::Labels if learned > 0 => {
            text!(
                "One of the compared models has learned all labels that could judge here: label others, or show only models that have not learned them (the list of models, above)"
            )
        }
        TruthSource::Labels => {
            text!("Label some candidates (keys 1, 2, …), or import labels (Ctrl+I)")
        }
        TruthSource::Data => text!("The data do not say of any scored candidate what it is"),
    };
    let left_out: Vec<_> = reasons
        .iter()
        .map(|(why, count)| left_out_words(*count, why))
        .collect();
    match evaluation.report() {
        Some(_) => text!(
            "{what}: then models are judged here.\nLeft out: {reasons}",
            what,
            reasons = left_out.join("; ")
        ),
        None => text!(
            "{what}: models that have scored the set are judged here.",
            what
        ),
    }
}

fn bar_ui(
    ui: &mut Ui,
    evaluation: &EvaluationPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Command> + From<Evaluate>>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.label(weak(ui, text!("truth")));
        let mut truth = evaluation.truth_source(shared);
        let labels = text!("labels ({count})", count = shared.labelled());
        ui.selectable_value(&mut truth, TruthSource::Labels, labels)
            .on_hover_text(text!("What people labelled in this project"));
        ui.add_enabled_ui(
            crate::features::evaluation::state::has_truth(shared),
            |ui| {
                ui.selectable_value(&mut truth, TruthSource::Data, text!("in the data"))
                    .on_hover_text(text!("The class that the files give (CLASS)"));
            },
        );
        if truth != evaluation.truth_source(shared) {
            commands.push(Evaluate::Truth(truth).into());
        }
        ui.separator();
        at_ui(ui, evaluation, commands);
        ui.separator();
        let export = Action::ExportEvaluation;
        let has_report = evaluation.report().is_some();
        let button = ui.add_enabled(has_report, egui::Button::new(text!("Export…")));
        let help = format!(
            "{} ({})",
            export.info().help(),
            shared.settings.keys.hint(export)
        );
        if button.on_hover_text(help).clicked() {
            commands.push(Command::Do(export).into());
        }
        if evaluation.is_under_way() {
            ui.label(weak(ui, text!("judging…")));
        }
    });
}

fn at_ui(ui: &mut Ui, evaluation: &EvaluationPane, commands: &mut Vec<impl From<Evaluate>>) {
    ui.label(weak(ui, text!("scored on")));
    let mut at = evaluation.at();
    for (value, name, help) in [
        (
            None,
            text!("default epoch"),
            text!("Each epoch for real or bogus, the last one for classes of sequences"),
        ),
        (
            Some(JudgedAt::Each),
            text!("each epoch"),
            text!("Every epoch for itself"),
        ),
        (
            Some(JudgedAt::Last),
            text!("last"),
            text!("The last epoch of an object that was scored"),
        ),
        (
            Some(JudgedAt::Highest),
            text!("highest"),
            text!("The epoch of an object with the highest score"),
        ),
    ] {
        ui.selectable_value(&mut at, value, name)
            .on_hover_text(help);
    }
    if at != evaluation.at() {
        commands.push(Evaluate::At(at).into());
    }
}

fn figures_ui(
    ui: &mut Ui,
    shared: &Shared,
    report: &Report,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let last = report.models.len().saturating_sub(1);
    memory.judged_model = memory.judged_model.min(last);
    let Some(model) = report.models.get(memory.judged_model) else {
        return;
    };
    let width = ui.available_width();
    headline_ui(ui, model);
    ui.add_space(theme::GRID);
    table_ui(ui, report, &mut memory.judged_model);
    ui.label(weak(
        ui,
        text!("± or from … to: one standard deviation, by bootstrap over the objects"),
    ));
    few_ui(ui, shared, model);
    ui.add_space(theme::GRID);
    matrix_ui(ui, shared, model, width, commands);
    ui.add_space(theme::GRID);
    // Below a wide table too, sentences end where the panel ends.
    ui.scope(|ui| {
        ui.set_max_width(width);
        rest_ui(ui, shared, model);
    });
}

/// The numbers that stand large, and of how few they are.
fn headline_ui(ui: &mut Ui, model: &Evaluation) {
    ui.horizontal(|ui| {
        for measure in HEADLINE {
            ui.vertical(|ui| {
                let number = model.figures.get(measure);
                let number = number.map_or_else(|| "–".into(), |n| format!("{:.1} %", 100.0 * n));
                ui.label(RichText::new(number).size(22.0));
                ui.label(weak(ui, translated_static(measure.title())));
            });
            ui.add_space(theme::GRID);
        }
    });
    let learned = model.left_out.iter().find(|left| left.why == LEARNED);
    if let Some(words) = of_few(model.objects as u64, learned.map(|left| left.n)) {
        ui.label(RichText::new(words).color(theme::accent_text(ui)));
    }
}

/// "of 1 unseen label: a compared model has learned the other 50": where fewer than ten objects are judged.
fn of_few(objects: u64, learned: Option<usize>) -> Option<String> {
    if !(1..FEW).contains(&objects) {
        return None;
    }
    Some(match learned {
        Some(learned) => text!(
            "of {labels}: a compared model has learned the other {learned}",
            labels = counted(objects, "unseen label"),
            learned
        ),
        None => text!("of {objects} only", objects = counted(objects, "object")),
    })
}

/// Figures of a handful mean little, and say so. Of many classes some may be absent; of two both are
/// needed.
fn few_ui(ui: &mut Ui, shared: &Shared, model: &Evaluation) {
    if model.n == 0 {
        return;
    }
    let may_be_absent = model.classes.len() > 2;
    let few = model.per_class.iter().filter(|class| class.n < FEW);
    for class in few.filter(|class| class.n > 0 || !may_be_absent) {
        let text = text!(
            "{count} of class {class}: its figures mean little",
            count = class.n,
            class = shared.class_title(&class.class)
        );
        ui.label(RichText::new(text).color(theme::accent_text(ui)));
    }
}

/// Models in columns; a click on a name shows its matrix.
fn table_ui(ui: &mut Ui, report: &Report, shown: &mut usize) {
    Grid::new("figures table").striped(true).show(ui, |ui| {
        ui.label("");
        for (at, model) in report.models.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.colored_label(theme::model_color(at), "■");
                ui.selectable_value(shown, at, model.model.to_string())
                    .on_hover_text(text!("Show the confusion matrix of this model"));
            });
        }
        ui.end_row();
        for measure in Measure::ALL {
            ui.label(translated_static(measure.title()));
            for model in &report.models {
                ui.label(RichText::new(figure(model, measure)).monospace());
            }
            ui.end_row();
        }
        ui.label(text!("scored"));
        for model in &report.models {
            if model.n == 0 {
                ui.label(RichText::new("–").monospace())
                    .on_hover_text(why_not_judged(model));
                continue;
            }
            let n = if model.n as u64 == model.objects as u64 {
                counted(model.objects as u64, "object")
            } else {
                text!(
                    "{epochs} of {objects}",
                    epochs = counted(model.n as u64, "epoch"),
                    objects = counted(model.objects as u64, "object")
                )
            };
            ui.label(RichText::new(n).monospace());
        }
        ui.end_row();
    });
}

/// Why a model has no figures.
fn why_not_judged(model: &Evaluation) -> String {
    let reasons = model.left_out.iter();
    let reasons: Vec<_> = reasons
        .map(|left| left_out_words(left.n, &left.why))
        .collect();
    text!("Not judged: {reasons}", reasons = reasons.join("; "))
}

/// "3 not labelled".
fn left_out_words(count: usize, why: &str) -> String {
    text!("{count} {reason}", count, reason = reason(why))
}

/// A reason of the report, which is in English, in the language of the window; what a model gives as its own stays.
fn reason(why: &str) -> Cow<'_, str> {
    match why.strip_prefix(REFUSED) {
        Some(why) => text!("cannot be scored: {why}", why).into(),
        None => translated(why),
    }
}

fn figure(model: &Evaluation, measure: Measure) -> String {
    let Some(value) = model.figures.get(measure) else {
        return "–".into();
    };
    share::in_words(value, model.uncertainty.get(measure), Style::of(measure))
}

/// Thresholds for recalls, kinds, and what was left out.
fn rest_ui(ui: &mut Ui, shared: &Shared, model: &Evaluation) {
    for point in &model.at_recall {
        let rejects = point.specificity.map_or_else(
            || text!("no bogus to reject").into(),
            |share| {
                text!(
                    "{share} % of bogus rejected",
                    share = format_args!("{:.0}", 100.0 * share)
                )
            },
        );
        ui.label(text!(
            "Threshold {threshold}: {recall} % recall, {rejects}",
            threshold = format_args!("{:.3}", point.threshold),
            recall = format_args!("{:.0}", 100.0 * point.wanted),
            rejects
        ));
    }
    if let Some(workload) = &model.workload {
        ui.add_space(theme::GRID);
        ui.strong(text!("How many to look at")).on_hover_text(
            text!("What the labels of some candidates let one expect of all of them, in the order of this model's scores"),
        );
        for sentence in workload.in_words() {
            ui.add(egui::Label::new(sentence).wrap());
        }
        ui.add(egui::Label::new(weak(ui, workload.basis())).wrap());
    }
    if !model.by_kind.is_empty() {
        ui.add_space(theme::GRID);
        Grid::new("kinds").striped(true).show(ui, |ui| {
            for kind in &model.by_kind {
                let class = shared.class_title(&kind.class);
                ui.label(format!("{class} {}", kind.kind));
                let recall = text!(
                    "{share} % right of {count}",
                    share = format_args!("{:6.1}", 100.0 * kind.recall.unwrap_or(f64::NAN)),
                    count = kind.n
                );
                ui.label(RichText::new(recall).monospace());
                ui.end_row();
            }
        });
    }
    for (number, sets) in model.sets.iter().enumerate() {
        sets_ui(ui, shared, sets, number);
    }
    if let Some(seen) = &model.seen {
        ui.label(weak(ui, seen.in_words())).on_hover_text(text!(
            "Apart from the figures above: it flatters the model that has learned them"
        ));
    }
    for left in &model.left_out {
        let words = text!(
            "left out: {count} {reason}",
            count = left.n,
            reason = reason(&left.why)
        );
        ui.label(weak(ui, words));
    }
}

/// How often sets of classes hold the true one; classes that miss it by more than two standard errors are marked.
fn sets_ui(ui: &mut Ui, shared: &Shared, sets: &SetFigures, number: usize) {
    ui.add_space(theme::GRID);
    ui.add(egui::Label::new(sets.in_words()).wrap());
    Grid::new(("sets of classes", number))
        .striped(true)
        .show(ui, |ui| {
            for class in &sets.classes {
                let Some(words) = class.in_words() else {
                    continue;
                };
                ui.label(shared.class_title(&class.class));
                let words = RichText::new(words);
                ui.label(if class.is_short_of(sets.level) {
                    words.color(theme::accent_text(ui))
                } else {
                    words
                });
                ui.end_row();
            }
        });
}

/// "0.13", "2e-5".
fn probability(p: f64) -> String {
    if p < 0.001 {
        format!("{p:.0e}")
    } else {
        format!("{p:.2}")
    }
}

fn comparison_ui(
    ui: &mut Ui,
    comparison: &ModelComparison,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let [first, second] = &comparison.models;
    ui.horizontal_wrapped(|ui| {
        let conclusion = if comparison.mcnemar_p_value < 0.05 {
            text!("significant")
        } else {
            text!("not significant")
        };
        ui.label(text!(
            "{one} right only with {first}, {two} only with {second}: {conclusion} (McNemar p = {p})",
            one = comparison.only_first_right,
            first,
            two = comparison.only_second_right,
            second,
            conclusion,
            p = probability(comparison.mcnemar_p_value)
        ))
        .on_hover_text(text!("Epochs of one object count each, which makes p too small."));
        let count = comparison.differ.len();
        let title = text!(
            "{count} judged differently by {first} and {second}",
            count,
            first,
            second
        );
        let button = egui::Button::new(text!("Open {count} that differ", count));
        if ui
            .add_enabled(!comparison.differ.is_empty(), button)
            .clicked()
        {
            let judged = comparison.differ.iter().map(|[first, _]| first);
            commands.push(Evaluate::Open(shortlist(title, judged)).into());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_few_name_their_number() {
        assert_eq!(
            of_few(1, Some(50)).as_deref(),
            Some("of 1 unseen label: a compared model has learned the other 50")
        );
        assert_eq!(of_few(9, None).as_deref(), Some("of 9 objects only"));
        assert_eq!((of_few(0, Some(50)), of_few(10, Some(50))), (None, None));
    }
}
