//! Where to stop, as a line at the foot of the queue: the estimate of *Evaluate* from the labels of the project,
//! kept while a person labels.

use std::sync::Arc;

use egui::{CursorIcon, Panel, RichText, Sense, Ui};

use super::{
    Request, command::Evaluate, plots::WORKLOAD, state::EvaluationPane, workload::ranked_of,
};
use crate::{
    domain::{Catalogue, LabelBook, ModelFacts, ModelId, ScoreBook, Timestamp, workload::Workload},
    features::labelling::truths::Truths,
    learn::metrics::workload::{LEAST_LABELS, workload},
    tasks::{Running, Task, TaskContext, TaskEvent, next_event},
    text,
    widgets::{cells, theme},
    workspace::{
        action::Action, context::Context, queue::column::Column, scores::shares::SharesKey,
        screen::Screen, shared::Shared,
    },
};

/// An estimate is made anew after so many times the time that it took, so that it costs a tenth of a core at most.
const REST: i64 = 10;

/// Estimates how many candidates must be looked at.
pub struct EstimateWorkload {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    pub book: Arc<LabelBook>,
    pub scores: ScoreBook,
    /// The model that ranks them.
    pub facts: ModelFacts,
}

impl Task for EstimateWorkload {
    const NAME: &'static str = "where to stop";
    type Update = ();
    /// None where the labels are too few, or none is of a real one.
    type Output = Option<Workload>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Option<Workload>> {
        cx.check()?;
        cx.abandonable(Self::NAME, move || {
            let truths = Truths::Labels(&self.book);
            let ranked = ranked_of(&self.catalogue, truths, &self.scores, &self.facts, None)?;
            // The next label need not copy them.
            drop(self.book);
            workload(&ranked, Request::default().seed)
        })
    }
}

/// What an estimate depends on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    labels: u64,
    candidates: usize,
    model: ModelId,
    scored: usize,
    /// The correction that is in force.
    shares: Option<SharesKey>,
}

/// The estimate, and what runs.
#[derive(Debug, Default)]
pub struct WhereToStop {
    key: Option<Key>,
    estimating: Option<Running<EstimateWorkload>>,
    /// When it was begun, and how long it took, microseconds.
    begun: Option<Timestamp>,
    took_us: i64,
    found: Option<Workload>,
}

impl WhereToStop {
    /// The newest estimate.
    pub const fn found(&self) -> Option<&Workload> {
        self.found.as_ref()
    }

    /// True while one is being made.
    pub const fn is_busy(&self) -> bool {
        self.estimating.is_some()
    }

    /// Estimates anew where labels, candidates or scores have changed; not while scores still come in.
    pub(crate) fn want(&mut self, shared: &Shared, cx: &Context) {
        let has_queue = matches!(
            shared.screen,
            Screen::Inspect | Screen::Mosaic | Screen::Latent
        );
        let is_still = shared.scores.is_busy() || shared.is_indexing();
        if !has_queue || is_still || shared.is_blind() || self.is_busy() {
            return;
        }
        let model = shared.scores.active();
        let ready = model.ready.as_ref().filter(|ready| ready.real.is_some());
        let Some(ready) = ready.filter(|_| shared.labelled() >= LEAST_LABELS) else {
            (self.key, self.found) = (None, None);
            return;
        };
        let key = Key {
            labels: shared.book.revision(),
            candidates: shared.catalogue.len(),
            scored: shared.scores.book.count(&ready.id),
            model: ready.id.clone(),
            shares: model.shares_in_force().map(|found| found.key.clone()),
        };
        let since = self.begun.map_or(i64::MAX, |begun| cx.now.0 - begun.0);
        if self.key.as_ref() == Some(&key) || since < (REST + 1) * self.took_us {
            return;
        }
        if self.key.as_ref().is_some_and(|old| old.model != key.model) {
            self.found = None;
        }
        self.key = Some(key);
        self.begun = Some(cx.now);
        self.estimating = Some(cx.tasks.start(EstimateWorkload {
            catalogue: shared.catalogue.clone(),
            book: shared.book.clone(),
            scores: shared.scores.shown_book(),
            facts: ModelFacts::of(&ready.id, &ready.card),
        }));
    }

    pub(crate) fn poll(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.estimating) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(found) => {
                    self.took_us = self.begun.map_or(0, |begun| cx.now.0 - begun.0);
                    self.found = found;
                }
                TaskEvent::Failed(why) => {
                    log::warn!("{}: {why}", EstimateWorkload::NAME);
                    self.found = None;
                }
            }
        }
    }
}

/// Room for two lines, and for three where the queue is narrow; points.
const TWO_LINES: f32 = 34.0;
const THREE_LINES: f32 = 48.0;
const NARROW: f32 = 200.0;

/// The foot of the queue, with the line in it. Its place is there before the estimate is, so that nothing moves under the
/// pointer when it comes; models without a class of real ones have none.
pub(crate) fn foot_ui(
    ui: &mut Ui,
    evaluation: &EvaluationPane,
    shared: &Shared,
    plot: &mut Option<usize>,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let ready = shared.scores.active().ready.as_ref();
    if shared.is_blind() || ready.is_none_or(|ready| ready.real.is_none()) {
        return;
    }
    let height = if ui.available_width() < NARROW {
        THREE_LINES
    } else {
        TWO_LINES
    };
    Panel::bottom("where to stop")
        .exact_size(height)
        .resizable(false)
        .show_separator_line(false)
        .frame(egui::Frame::NONE)
        .show(ui, |ui| {
            ui.add_space(theme::GRID / 2.0);
            where_to_stop_ui(ui, evaluation, shared, plot, commands);
        });
}

/// The line; a click leads to the plot in *Evaluate*. Nothing without an estimate.
fn where_to_stop_ui(
    ui: &mut Ui,
    evaluation: &EvaluationPane,
    shared: &Shared,
    plot: &mut Option<usize>,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let found = evaluation.where_to_stop.found();
    // While another model becomes the active one, the estimate is still of the one before.
    let of = evaluation.where_to_stop.key.as_ref();
    let active = shared.scores.active().ready.as_ref();
    let is_of_active = of
        .zip(active)
        .is_some_and(|(key, ready)| key.model == ready.id);
    let found = found.filter(|_| is_of_active);
    let Some((found, line)) = found.and_then(|found| Some((found, found.in_short()?))) else {
        return;
    };
    let text = RichText::new(&line)
        .size(theme::CAPTION)
        .color(theme::accent_text(ui))
        .underline();
    let label = egui::Label::new(text)
        .wrap()
        .selectable(false)
        .sense(Sense::click());
    let key = shared.settings.keys.hint(Action::Evaluate);
    let mut help = text!(
        "A click opens the plot in Evaluate ({key}). By the scores of {model}, highest first: {basis}.",
        key,
        model = shared.scores.active().name(),
        basis = found.basis()
    );
    if shared.queue.spec().column != Column::Score {
        help.push(' ');
        help.push_str(text!("The queue has another order now: sort it by score."));
    }
    let response = cells::named(ui.add(label), egui::Role::Link, &line)
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(help);
    if response.clicked() {
        *plot = Some(WORKLOAD);
        commands.push(Evaluate::WhereToStop.into());
    }
}
