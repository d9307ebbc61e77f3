//! Class shares of the opened set in the window: found by a task whenever a model has scored the set or another
//! choice was made, and put in the place of what the model itself predicts.

use std::sync::Arc;

use super::{
    class_shares::{Corrected, label_counts, latest_rows},
    fusing::calibrated,
};
use crate::{
    domain::{
        CandidateIx, Catalogue, LabelBook, Prediction, Predictions, ScoreBook, SetCalibration,
    },
    features::labelling::{
        label_sets::{labelled, with_labels},
        truths::Truths,
    },
    learn::shares::{ClassShares, ShareSource, estimate, from_labels},
    tasks::{Running, Task, TaskContext, TaskEvent, next_event},
    text,
    workspace::{
        context::Context,
        scores::{
            shares::{FoundShares, SharesKey, SharesResult},
            shown::{ReadyModel, ScoringStatus, ShownModel},
            tally::Tally,
        },
        shared::Shared,
    },
};

/// Finds the class shares of a set for one model, and corrects its predictions where they are to be.
pub struct FindShares {
    pub model: ReadyModel,
    pub key: SharesKey,
    pub catalogue: Arc<Catalogue>,
    /// What models predict.
    pub scores: ScoreBook,
    /// Labels, which shares can be taken from.
    pub labels: Arc<LabelBook>,
}

impl Task for FindShares {
    const NAME: &'static str = "class shares";
    type Update = ();
    type Output = SharesResult;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<SharesResult> {
        cx.abandonable("class shares", move || self.find())
    }
}

impl FindShares {
    fn find(&self) -> SharesResult {
        let card = &self.model.card;
        let nothing: Predictions = Arc::from([]);
        let all = (0..self.catalogue.len()).map(|at| {
            let known = self.scores.get(&self.model.id, CandidateIx(at as u32));
            known.cloned().unwrap_or_else(|| nothing.clone())
        });
        let own: Vec<Predictions> = all.collect();
        let calibrated = calibrated(&self.model.id, &own);
        let calibrated = calibrated.as_deref().unwrap_or(&own);
        let trained = card.trained_shares();
        let estimated = estimate(&latest_rows(calibrated), &trained);
        let chosen = &self.key.chosen;
        let used = match chosen.source {
            ShareSource::Trained | ShareSource::Estimated => estimated.clone(),
            ShareSource::Labels => {
                let truths = Truths::Labels(&self.labels);
                from_labels(
                    &label_counts(&self.catalogue, truths, &card.classes),
                    &trained,
                )
            }
            ShareSource::ByHand => {
                let share = |class: &String| chosen.by_hand.get(class).copied().unwrap_or(0.0);
                let shares: Vec<f64> = card.classes.iter().map(share).collect();
                if shares.iter().sum::<f64>() > 0.0 {
                    ClassShares::by_hand(&shares)
                } else {
                    ClassShares::trained(&trained)
                }
            }
        };
        let both = [&own[..], calibrated];
        let corrected = Corrected::of(used.clone(), chosen.decision, card, both);
        let threshold = corrected.threshold.map(|threshold| threshold as f32);
        let changed = match (self.model.real, threshold) {
            (Some(real), Some(threshold)) => moved(&own, real, [card.threshold, threshold]),
            _ => corrected
                .changed
                .iter()
                .map(|(at, change)| (CandidateIx(*at as u32), *change))
                .collect(),
        };
        let found = FoundShares {
            key: self.key.clone(),
            trained,
            estimated,
            used,
            changed,
            threshold,
            sets: self.sets(&own),
        };
        let is_shown = found.is_in_force() && threshold.is_none();
        SharesResult {
            corrected: is_shown.then(|| self.shown(&corrected.predictions)),
            found,
        }
    }

    /// What sets of classes follow from by the labels, where there are enough of a class.
    fn sets(&self, own: &[Predictions]) -> Option<Arc<SetCalibration>> {
        let ReadyModel { id, card, .. } = &self.model;
        let sets = card.sets_of(id).filter(|_| self.model.real.is_none())?;
        let of = |ix: CandidateIx| own.get(ix.0 as usize);
        let learned = card.training.learned.iter().cloned().collect();
        let model = (&card.classes[..], &learned);
        let known = labelled(model, &self.catalogue, Truths::Labels(&self.labels), of);
        let known = known.iter().map(|(_, one)| one);
        with_labels(sets, (id, &card.classes), known).map(Arc::new)
    }

    /// Predictions to be shown, and a number for each candidate.
    fn shown(&self, predictions: &[Predictions]) -> (ScoreBook, Tally) {
        let (mut book, mut tally) = (ScoreBook::default(), Tally::default());
        let mut numbers = Vec::with_capacity(predictions.len());
        for ((ix, _), predictions) in self.catalogue.iter().zip(predictions) {
            if self.scores.get(&self.model.id, ix).is_some() {
                numbers.push((ix, tally.number_of(&self.model, predictions)));
                book.put(&self.model.id, ix, predictions.clone());
            }
        }
        tally.put(numbers);
        (book, tally)
    }
}

/// Candidates that two thresholds call differently, by their best epoch as everywhere in the window.
fn moved(
    predictions: &[Predictions],
    real: usize,
    thresholds: [f32; 2],
) -> std::collections::BTreeMap<CandidateIx, [usize; 2]> {
    let best = |predictions: &Predictions| {
        let all = predictions.iter();
        let all = all.filter_map(|prediction: &Prediction| prediction.probability(real));
        all.max_by(f32::total_cmp)
    };
    let all = predictions.iter().enumerate();
    all.filter_map(|(at, predictions)| {
        let score = best(predictions)?;
        let change = thresholds.map(|threshold| if score >= threshold { real } else { 1 - real });
        (change[0] != change[1]).then_some((CandidateIx(at as u32), change))
    })
    .collect()
}

/// What finds class shares: one model at a time.
#[derive(Debug, Default)]
pub struct SharesTasks {
    running: Option<Running<FindShares>>,
    /// The model that it is about, and what is looked for.
    of: Option<(Arc<str>, SharesKey)>,
    /// What could not be found is not tried again.
    failed: Option<(Arc<str>, SharesKey)>,
}

impl SharesTasks {
    /// True while a task runs.
    pub const fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Of another set: nothing is looked for.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn poll(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.running) {
            let Some((source, key)) = self.of.take() else {
                continue;
            };
            match event {
                TaskEvent::Finished(result) => {
                    let model = shared
                        .scores
                        .shown()
                        .iter()
                        .find(|model| model.source == source);
                    if model.and_then(|model| wanted(shared, model)).as_ref() == Some(&key) {
                        shared.scores.take_shares(&source, result);
                        shared.after_scores_changed();
                    }
                }
                TaskEvent::Failed(why) => {
                    shared.warn(text!("class shares: {why}", why), cx.now);
                    self.failed = Some((source, key));
                }
                TaskEvent::Update(()) => self.of = Some((source, key)),
                TaskEvent::Cancelled => {}
            }
        }
    }

    /// Has the shares of the next model found that has scored the set and whose shares are not known.
    pub fn want(&mut self, shared: &Shared, cx: &Context) {
        if self.is_busy() {
            return;
        }
        for model in shared.scores.shown() {
            let Some((key, ready)) = wanted(shared, model).zip(model.ready.clone()) else {
                continue;
            };
            let is_known = model.shares().is_some_and(|found| found.key == key);
            let of = (model.source.clone(), key);
            if is_known || self.failed.as_ref() == Some(&of) {
                continue;
            }
            self.running = Some(cx.tasks.start(FindShares {
                model: ready,
                key: of.1.clone(),
                catalogue: shared.catalogue.clone(),
                scores: shared.scores.book.clone(),
                labels: shared.book.clone(),
            }));
            self.of = Some(of);
            return;
        }
    }
}

/// From what the shares of a model are to be found; none before it has scored the set.
fn wanted(shared: &Shared, model: &ShownModel) -> Option<SharesKey> {
    let is_done = matches!(model.status, ScoringStatus::Done | ScoringStatus::Stopped);
    let ready = model.ready.as_ref().filter(|_| is_done)?;
    let scored = shared.scores.book.count(&ready.id);
    let chosen = shared.scores.chosen_shares(ready).clone();
    let labels = (chosen.source == ShareSource::Labels).then(|| shared.book.revision());
    (scored > 0 && !shared.is_indexing()).then_some(SharesKey {
        chosen,
        scored,
        labels,
        tens_of_labels: if ready.real.is_none() {
            shared.labelled() / 10
        } else {
            0
        },
    })
}
