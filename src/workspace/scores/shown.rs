//! Scores in the window: the models side by side, what they predict, and on which side of their
//! thresholds it falls.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    shares::{Corrected, FoundShares, SharesOfSet},
    tally::{Counts, Tally},
};
use crate::{
    domain::{
        CandidateIx, Detections, LatentMembership, ModelCard, ModelId, Prediction, Predictions,
        ScoreBook,
        certainty::{Certainty, USUAL_LEVEL},
    },
    workspace::models,
};

/// Recall that a threshold is chosen for unless the user wants another.
const USUAL_RECALL: f32 = 0.95;
/// Threshold while a model's card is not read yet.
const USUAL_THRESHOLD: f32 = 0.5;

/// How far a model is with the opened set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScoringStatus {
    /// Candidates are still being found, or there are none.
    #[default]
    Waiting,
    /// The model is being read, or the scores that the project holds.
    Reading,
    Scoring,
    /// Every candidate is scored or refused.
    Done,
    /// The user stopped it.
    Stopped,
    /// It cannot score: why.
    Failed(Arc<str>),
}

impl ScoringStatus {
    /// True while something is under way.
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Reading | Self::Scoring)
    }
}

#[derive(Clone, Debug)]
pub struct ReadyModel {
    pub id: ModelId,
    pub card: Arc<ModelCard>,
    /// Position of the class `real` among its outputs; none for a model that predicts other classes.
    pub real: Option<usize>,
    /// Identifiers of the objects whose labels it has learned: what it predicts of them proves nothing.
    pub learned: Arc<HashSet<Arc<str>>>,
}

impl ReadyModel {
    pub fn new(id: ModelId, card: Arc<ModelCard>) -> Self {
        Self {
            real: card.positive_class(),
            learned: Arc::new(card.training.learned.iter().cloned().collect()),
            id,
            card,
        }
    }
}

/// A model whose scores are shown.
#[derive(Clone, Debug)]
pub struct ShownModel {
    /// The name of one that comes with the program, or a file.
    pub source: Arc<str>,
    /// Version and card; none before it was read.
    pub ready: Option<ReadyModel>,
    pub status: ScoringStatus,
    /// One number a candidate.
    pub tally: Tally,
    /// Scores of this session by where they came from.
    pub counts: Counts,
    /// Epochs that were scored from one orientation only.
    pub one_view: usize,
    /// The user's threshold; none for that of the card.
    pub(crate) chosen: Option<f32>,
    /// The version that the user's threshold was chosen for; none where it was chosen in this
    /// session.
    pub(crate) chosen_for: Option<ModelId>,
    /// What was found of the class shares.
    pub(crate) shares: Option<Arc<FoundShares>>,
    /// What is shown in the place of its own predictions.
    pub(crate) corrected: Option<Corrected>,
}

impl ShownModel {
    /// A model that is not read yet.
    pub fn new(source: Arc<str>) -> Self {
        Self {
            source,
            ready: None,
            status: ScoringStatus::default(),
            tally: Tally::default(),
            counts: Counts::default(),
            one_view: 0,
            chosen: None,
            chosen_for: None,
            shares: None,
            corrected: None,
        }
    }

    /// Its name for the user: that of its card, else of its file.
    pub fn name(&self) -> &str {
        if let Some(ready) = &self.ready {
            return ready.id.name();
        }
        // A version goes by its own name, not by that of its project.
        if let Some((_, version)) = self.source.rsplit_once('#') {
            return version;
        }
        let stem = std::path::Path::new(&*self.source).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or(&self.source)
    }

    /// From this score on a candidate is called real.
    pub fn threshold(&self) -> f32 {
        let of_card = self.ready.as_ref().map(|ready| ready.card.threshold);
        self.followed_threshold()
            .or(self.chosen)
            .or(of_card)
            .unwrap_or(USUAL_THRESHOLD)
    }

    /// True where its threshold is the user's own.
    pub const fn is_threshold_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    fn side_of(&self, value: f32) -> Reading<'static> {
        Reading::Score {
            value,
            is_real: self.is_real(value),
            threshold: self.threshold(),
        }
    }

    /// True where that score is on the side of the real ones.
    pub fn is_real(&self, score: f32) -> bool {
        score >= self.threshold()
    }
}

/// What can stand where a score belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading<'a> {
    Score {
        /// The probability of the class `real`.
        value: f32,
        /// On which side of the threshold.
        is_real: bool,
        /// The threshold of its model.
        threshold: f32,
    },
    /// The likeliest class, of a model that predicts more than real and bogus.
    Class {
        class: &'a str,
        probability: f32,
        /// How much that is worth.
        certainty: Certainty,
    },
    /// Why there is none, and never will be.
    Refused(&'a str),
    /// Not there yet.
    Pending,
}

impl Reading<'_> {
    /// True where a model predicts something.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Score { .. } | Self::Class { .. })
    }
}

/// Everything about scores of the opened set. A copy, for work on another thread, shares what models predict and copies the
/// numbers that are sorted by: some 40 bytes a candidate.
#[derive(Clone, Debug)]
pub struct Scores {
    /// What every model predicts for every epoch.
    pub book: ScoreBook,
    /// Blind labelling: no trace of a score is on the screen.
    pub is_hidden: bool,
    /// The recall that a threshold is chosen for, 0 to 1.
    pub wanted_recall: f32,
    pub(crate) shown: Vec<ShownModel>,
    pub(crate) active: usize,
    /// True until the user has chosen which models are shown.
    pub(crate) is_usual: bool,
    pub(crate) revision: u64,
    /// What the latent model predicts for each candidate.
    pub latent: LatentMembership,
    /// How much each candidate is like the examples of *More like this*; NaN without a stamp.
    pub(crate) likeness: std::sync::Arc<[f32]>,
    /// Class shares that predictions are corrected for.
    pub(crate) chosen_shares: SharesOfSet,
    /// Whether anything is seen of each candidate.
    pub detections: Detections,
    /// The share of objects of each class whose set of classes is to hold it, 0 to 1.
    pub(crate) level: f64,
}

impl Default for Scores {
    fn default() -> Self {
        Self {
            book: ScoreBook::default(),
            is_hidden: false,
            wanted_recall: USUAL_RECALL,
            shown: vec![ShownModel::new(models::DEFAULT.into())],
            active: 0,
            is_usual: true,
            revision: 0,
            latent: LatentMembership::default(),
            likeness: std::sync::Arc::new([]),
            chosen_shares: SharesOfSet::default(),
            detections: Detections::default(),
            level: USUAL_LEVEL,
        }
    }
}

impl Scores {
    /// The models side by side; never empty.
    pub fn shown(&self) -> &[ShownModel] {
        &self.shown
    }

    /// The name of a shown model, with its version where another one is called the same.
    pub fn name_of<'a>(&self, model: &'a ShownModel) -> &'a str {
        let name = model.name();
        let alike = self.shown.iter().filter(|shown| shown.name() == name);
        match &model.ready {
            Some(ready) if alike.count() > 1 => ready.id.text(),
            _ => name,
        }
    }

    /// The model whose scores stand on the stamps.
    pub fn active(&self) -> &ShownModel {
        &self.shown[self.active.min(self.shown.len() - 1)]
    }

    /// True where this is the active model.
    pub fn is_active(&self, source: &str) -> bool {
        *self.active().source == *source
    }

    /// The model of another source that is the very same version.
    pub(crate) fn twin(&self, source: &str, id: &ModelId) -> Option<&ShownModel> {
        self.shown.iter().find(|model| {
            let is_it = model.ready.as_ref().is_some_and(|ready| ready.id == *id);
            is_it && *model.source != *source
        })
    }

    /// True while any model is being read or scores.
    pub fn is_busy(&self) -> bool {
        self.shown.iter().any(|model| model.status.is_busy())
    }

    /// Grows with every change of scores, models and thresholds.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) const fn touch(&mut self) {
        self.revision += 1;
    }

    /// The score of a candidate by the active model: that of its best epoch.
    pub fn score(&self, candidate: CandidateIx) -> Option<f32> {
        self.active().tally.score(candidate)
    }

    /// The score of a candidate by the shown model of that name.
    pub fn score_of(&self, name: &str, candidate: CandidateIx) -> Option<f32> {
        let mut shown = self.shown.iter();
        let model = shown.find(|model| model.name().eq_ignore_ascii_case(name))?;
        model.tally.score(candidate)
    }

    /// What stands for one epoch of a candidate.
    pub fn of_epoch<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
        epoch: usize,
    ) -> Reading<'a> {
        let certainty = self.certainty(model, candidate, Some(epoch));
        self.read(model, candidate, |ready, predictions| {
            let prediction = predictions.get(epoch).ok_or(None)?;
            match (prediction, ready.real) {
                (Prediction::Refused(why), _) => Err(Some(&**why)),
                (prediction, Some(real)) => {
                    let value = prediction.probability(real).ok_or(None)?;
                    Ok(model.side_of(value))
                }
                (Prediction::Probabilities(row), None) => {
                    let likely = ready.likeliest(row).ok_or(None)?;
                    Ok(Reading::of(likely, certainty))
                }
            }
        })
    }

    /// What stands for a whole candidate.
    pub fn of_candidate<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
    ) -> Reading<'a> {
        self.read(model, candidate, |ready, predictions| {
            let refused = || predictions.first().and_then(refusal);
            if ready.real.is_some() {
                let score = model.tally.score(candidate).ok_or_else(refused)?;
                return Ok(model.side_of(score));
            }
            let likeliest = ready.predictions(predictions).likeliest();
            let certainty = || self.certainty(model, candidate, None);
            let reading = likeliest.map(|likely| Reading::of(likely, certainty()));
            reading.ok_or_else(refused)
        })
    }

    fn read<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
        of: impl FnOnce(&'a ReadyModel, &'a Predictions) -> Result<Reading<'a>, Option<&'a str>>,
    ) -> Reading<'a> {
        if let ScoringStatus::Failed(why) = &model.status {
            return Reading::Refused(why);
        }
        let Some(ready) = &model.ready else {
            return Reading::Pending;
        };
        let Some(predictions) = self.predictions(model, candidate) else {
            return Reading::Pending;
        };
        of(ready, predictions).unwrap_or_else(|why| Reading::Refused(why.unwrap_or("has no score")))
    }

    /// What a model predicts for a candidate, corrected where it is to be.
    pub fn predictions<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
    ) -> Option<&'a Predictions> {
        let id = &model.ready.as_ref()?.id;
        let corrected = model.corrected_book();
        let corrected = corrected.and_then(|book| book.get(id, candidate));
        corrected.or_else(|| self.book.get(id, candidate))
    }

    /// Forgets what models predict of these candidates, which have other epochs now, of so many.
    pub(crate) fn forget_predictions(
        &mut self,
        renewed: &BTreeMap<CandidateIx, Vec<usize>>,
        candidates: usize,
    ) {
        for ix in renewed.keys() {
            self.book.forget_candidate(*ix);
            self.detections.forget(*ix);
        }
        let book = &self.book;
        for model in &mut self.shown {
            model.uncorrect();
            let Some(ready) = &model.ready else { continue };
            let mut tally = Tally::default();
            let all = (0..candidates).filter_map(|at| {
                let ix = CandidateIx(at as u32);
                Some((ix, tally.number_of(ready, book.get(&ready.id, ix)?)))
            });
            let all: Vec<_> = all.collect();
            tally.put(all);
            model.tally = tally;
        }
        self.touch();
    }

    pub(crate) fn find(&mut self, source: &str) -> Option<&mut ShownModel> {
        self.shown.iter_mut().find(|model| *model.source == *source)
    }

    /// Takes in what a model predicts.
    pub(crate) fn take(&mut self, source: &str, scores: Vec<(CandidateIx, Predictions)>) {
        let mut shown = self.shown.iter_mut();
        let book = &mut self.book;
        let Some(model) = shown.find(|model| *model.source == *source) else {
            return;
        };
        let Some(ready) = model.ready.clone() else {
            return;
        };
        // What comes is not corrected yet.
        model.uncorrect();
        let id = &ready.id;
        let mut news = Vec::with_capacity(scores.len());
        for (candidate, predictions) in scores {
            // One that came before counts already.
            if book.get(id, candidate).is_some() {
                continue;
            }
            news.push((candidate, model.tally.number_of(&ready, &predictions)));
            book.put(id, candidate, predictions);
        }
        model.tally.put(news);
        self.revision += 1;
    }
}

pub(super) fn refusal(prediction: &Prediction) -> Option<&str> {
    match prediction {
        Prediction::Refused(why) => Some(why),
        Prediction::Probabilities(_) => None,
    }
}
