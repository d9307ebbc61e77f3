//! How well models judge, as the window shows it: which truths, which models, the newest report.

use std::{path::Path, sync::Arc};

pub use super::{Report, evaluator::TruthSource};
use super::{
    Request,
    evaluator::{Judge, WriteEvaluation},
    sets::SetsAtHand,
    where_to_stop::WhereToStop,
};
use crate::{
    domain::{Judged, JudgedAt, ModelFacts, ModelId, ScoreBook},
    features::{
        evaluation::command::Evaluate, file_dialog::pick::PickFor, labelling::truths::TruthsAtHand,
    },
    tasks::{Running, TaskEvent, next_event, to_the_end::ToTheEnd},
    text,
    workspace::{
        context::Context, queue::order::Shortlist, request, scores::shares::SharesKey,
        screen::Screen, shared::Shared,
    },
};

/// What a report depends on: where this has changed, models are judged anew.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    generation: u64,
    candidates: usize,
    labels: u64,
    scored: Vec<usize>,
    truth: TruthSource,
    at: Option<JudgedAt>,
    thresholds: Vec<(ModelId, f64)>,
    /// Corrections that are in force.
    shares: Vec<SharesKey>,
    /// The level of sets of classes, and how many candidates were looked at for detections.
    sets: (f64, u64),
}

/// The state of the screen.
#[derive(Debug, Default)]
pub struct EvaluationPane {
    /// Where truths come from, as chosen.
    chosen: Option<TruthSource>,
    /// Which epochs are judged; none for what is usual.
    at: Option<JudgedAt>,
    report: Option<Arc<Report>>,
    fault: Option<String>,
    key: Option<Key>,
    /// The scores of that key.
    scores: Arc<ScoreBook>,
    judging: Option<Running<Judge>>,
    writing: ToTheEnd<WriteEvaluation>,
    /// Where to stop, for the foot of the queue.
    pub where_to_stop: WhereToStop,
}

impl EvaluationPane {
    /// The newest report.
    pub const fn report(&self) -> Option<&Arc<Report>> {
        self.report.as_ref()
    }

    /// Why there is none.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// True while models are being judged.
    pub const fn is_under_way(&self) -> bool {
        self.judging.is_some()
    }

    /// True while figures of this set are being written.
    pub const fn is_writing(&self) -> bool {
        self.writing.is_awaited()
    }

    /// True while work of any kind is under way, also what is written of a set that was left.
    pub const fn is_busy(&self) -> bool {
        self.is_under_way() || self.writing.is_any_running() || self.where_to_stop.is_busy()
    }

    /// Which epochs are judged; none for what is usual for a model.
    pub const fn at(&self) -> Option<JudgedAt> {
        self.at
    }

    /// Forgets what was found of a set that is left; figures that are being written come whole.
    pub(crate) fn forget(&mut self) {
        self.writing.leave();
        *self = Self {
            at: self.at,
            writing: std::mem::take(&mut self.writing),
            ..Self::default()
        };
    }

    fn take_reports(&mut self) {
        while let Some(event) = next_event(&mut self.judging) {
            match event {
                TaskEvent::Finished(report) => {
                    self.fault = None;
                    self.report = Some(report);
                }
                TaskEvent::Failed(why) => {
                    self.fault = Some(why);
                    self.report = None;
                }
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }
}

/// What was judged, as a list to look at. Of several epochs of one object the first is shown.
pub fn shortlist<'a>(title: String, judged: impl IntoIterator<Item = &'a Judged>) -> Shortlist {
    let mut shortlist = Shortlist {
        title,
        ..Shortlist::default()
    };
    for judged in judged {
        let epoch = judged.epoch as usize;
        let known = shortlist.candidates.entry(judged.candidate);
        known.or_insert(epoch);
    }
    shortlist
}

impl EvaluationPane {
    /// Where truths come from: as chosen, else labels where there are any or the data have none.
    pub fn truth_source(&self, shared: &Shared) -> TruthSource {
        self.chosen.unwrap_or_else(|| {
            if shared.labelled() == 0 && has_truth(shared) {
                TruthSource::Data
            } else {
                TruthSource::Labels
            }
        })
    }

    pub(crate) fn apply_evaluate(&mut self, shared: &mut Shared, evaluate: Evaluate, cx: &Context) {
        match evaluate {
            Evaluate::Truth(truth) => self.chosen = Some(truth),
            Evaluate::At(at) => self.at = at,
            Evaluate::WhereToStop => {
                self.chosen = Some(TruthSource::Labels);
                shared.show(Screen::Evaluate);
            }
            Evaluate::Open(shortlist) => shared.open_shortlist(shortlist, cx),
        }
    }

    /// Judges anew where anything has changed that a report depends on. One report at a time: what
    /// changes meanwhile is judged when it is there.
    pub(crate) fn want_evaluation(&mut self, shared: &mut Shared, cx: &Context) {
        self.where_to_stop.want(shared, cx);
        let is_looked_at = shared.screen == Screen::Evaluate && !shared.is_blind();
        if !is_looked_at || self.is_under_way() {
            return;
        }
        let models = models_to_judge(shared);
        if models.is_empty() {
            return;
        }
        let thresholds = models
            .iter()
            .map(|model| (model.id.clone(), model.threshold));
        let key = Key {
            generation: shared.generation,
            candidates: shared.catalogue.len(),
            labels: shared.book.revision(),
            scored: scored_counts(shared, &models),
            truth: self.truth_source(shared),
            at: self.at,
            thresholds: thresholds.collect(),
            shares: shares_in_force(shared),
            sets: (shared.scores.level(), shared.scores.detections.revision()),
        };
        let before = self.key.as_ref();
        if before == Some(&key) {
            return;
        }
        // A copy for the task, which shares its blocks; a threshold that moves needs none.
        let has_same_scores = before.is_some_and(|before| {
            let models = |key: &Key| {
                key.thresholds
                    .iter()
                    .map(|(id, _)| id.clone())
                    .collect::<Vec<_>>()
            };
            before.scored == key.scored
                && before.shares == key.shares
                && before.generation == key.generation
                && models(before) == models(&key)
        });
        if !has_same_scores {
            self.scores = Arc::new(shared.scores.shown_book());
        }
        let truths = match key.truth {
            TruthSource::Labels => TruthsAtHand::Labels(shared.book.clone()),
            TruthSource::Data => TruthsAtHand::Data,
        };
        self.key = Some(key);
        self.judging = Some(cx.tasks.start(Judge {
            catalogue: shared.catalogue.clone(),
            truths,
            scores: self.scores.clone(),
            models,
            request: Request {
                at: self.at,
                ..Request::default()
            },
            sets: SetsAtHand {
                own: Arc::new(shared.scores.book.clone()),
                detections: Arc::new(shared.scores.detections.clone()),
                level: shared.scores.level(),
            },
        }));
    }

    /// Takes in what the tasks of evaluation report.
    pub(crate) fn poll_evaluation(&mut self, shared: &mut Shared, cx: &Context) {
        self.take_reports();
        self.where_to_stop.poll(cx);
        while let Some(event) = self.writing.next_event() {
            match event {
                TaskEvent::Finished((folder, files)) => {
                    let text = text!(
                        "{files} files written to {folder}",
                        files,
                        folder = folder.display()
                    );
                    shared.report(text, cx.now);
                }
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }

    pub(crate) fn pick_evaluation_folder(&mut self, shared: &mut Shared, cx: &Context) {
        if self.report.is_none() {
            shared.warn(
                text!("there is no evaluation yet: open its screen first"),
                cx.now,
            );
            return;
        }
        shared.ask(request::Request::Pick(PickFor::EvaluationFolder));
    }

    pub(crate) fn write_evaluation(&mut self, shared: &mut Shared, folder: &Path, cx: &Context) {
        if let Some(report) = self.report.clone() {
            self.writing.add(cx.tasks.start(WriteEvaluation {
                folder: folder.to_owned(),
                report,
                catalogue: shared.catalogue.clone(),
            }));
        }
    }
}

/// True where the data say of a candidate what it is. Sets say it of all or of none, or of
/// some among the first.
pub fn has_truth(shared: &Shared) -> bool {
    const LOOKED_AT: usize = 1000;
    let mut candidates = shared.catalogue.iter().take(LOOKED_AT);
    candidates.any(|(_, candidate)| candidate.truth.is_some())
}

/// What is judged.
/// The models that are shown and read, the active one first, with the thresholds in force.
fn models_to_judge(shared: &Shared) -> Vec<ModelFacts> {
    let active = &shared.scores.active().source;
    let mut shown: Vec<_> = shared.scores.shown().iter().collect();
    shown.sort_by_key(|model| model.source != *active);
    let facts = shown.into_iter().filter_map(|model| {
        let ready = model.ready.as_ref()?;
        // By its decimals, so that what the slider shows is what counts.
        let threshold = model.threshold().to_string().parse();
        Some(ModelFacts {
            threshold: threshold.unwrap_or_else(|_| f64::from(model.threshold())),
            ..ModelFacts::of(&ready.id, &ready.card)
        })
    });
    facts.collect()
}

/// What the shown models are corrected for.
fn shares_in_force(shared: &Shared) -> Vec<SharesKey> {
    let found = shared.scores.shown().iter();
    let found = found.filter_map(|model| model.shares_in_force());
    found.map(|found| found.key.clone()).collect()
}

/// How many candidates each model has judged: where that has changed there are new scores.
fn scored_counts(shared: &Shared, models: &[ModelFacts]) -> Vec<usize> {
    let counts = models.iter();
    counts
        .map(|model| shared.scores.book.count(&model.id))
        .collect()
}
