//! All scores of the opened set, in blocks that copies share: a worker gets a copy for next to nothing.

use std::{collections::BTreeMap, sync::Arc};

use super::{CandidateIx, ModelId, Prediction, Predictions};

/// Candidates of a block: what is copied at most when a score comes to a book that was copied.
const BLOCK: usize = 256;

type Block = Arc<[Option<Predictions>; BLOCK]>;

/// What one model says, by candidate.
#[derive(Clone, Debug, Default)]
struct OfModel {
    blocks: Vec<Block>,
    count: usize,
}

impl OfModel {
    fn put(&mut self, CandidateIx(ix): CandidateIx, predictions: Predictions) {
        let (at, within) = (ix as usize / BLOCK, ix as usize % BLOCK);
        while self.blocks.len() <= at {
            self.blocks.push(Arc::new([const { None }; BLOCK]));
        }
        let before = Arc::make_mut(&mut self.blocks[at])[within].replace(predictions);
        self.count += usize::from(before.is_none());
    }

    fn forget(&mut self, CandidateIx(ix): CandidateIx) {
        if self.get(CandidateIx(ix)).is_some() {
            Arc::make_mut(&mut self.blocks[ix as usize / BLOCK])[ix as usize % BLOCK] = None;
            self.count -= 1;
        }
    }

    fn get(&self, CandidateIx(ix): CandidateIx) -> Option<&Predictions> {
        let block = self.blocks.get(ix as usize / BLOCK)?;
        block[ix as usize % BLOCK].as_ref()
    }
}

/// All scores of the opened set.
#[derive(Clone, Debug, Default)]
pub struct ScoreBook {
    models: BTreeMap<ModelId, OfModel>,
}

impl ScoreBook {
    /// Keeps what a model says of a candidate; an earlier word of the same model is replaced.
    pub fn put(&mut self, model: &ModelId, candidate: CandidateIx, predictions: Predictions) {
        if !self.models.contains_key(model) {
            self.models.insert(model.clone(), OfModel::default());
        }
        if let Some(scores) = self.models.get_mut(model) {
            scores.put(candidate, predictions);
        }
    }

    /// What a model says of a candidate.
    pub fn get(&self, model: &ModelId, candidate: CandidateIx) -> Option<&Predictions> {
        self.models.get(model)?.get(candidate)
    }

    /// Takes all that another book has, in the place of what models of it have here.
    pub fn overlay(&mut self, other: &Self) {
        let models = other.models.iter();
        self.models
            .extend(models.map(|(id, of_model)| (id.clone(), of_model.clone())));
    }

    /// Forgets what a model said.
    pub fn forget(&mut self, model: &ModelId) {
        self.models.remove(model);
    }

    /// Forgets what all models said of a candidate.
    pub fn forget_candidate(&mut self, candidate: CandidateIx) {
        for scores in self.models.values_mut() {
            scores.forget(candidate);
        }
    }

    /// The models that scored anything, by name.
    pub fn models(&self) -> impl Iterator<Item = &ModelId> {
        self.models.keys()
    }

    /// Candidates that a model has scored or refused.
    pub fn count(&self, model: &ModelId) -> usize {
        self.models.get(model).map_or(0, |scores| scores.count)
    }

    /// The largest probability of a class over a candidate's epochs: one number to sort by.
    pub fn highest(&self, model: &ModelId, candidate: CandidateIx, class: usize) -> Option<f32> {
        let predictions = self.get(model, candidate)?;
        let known = predictions
            .iter()
            .filter_map(|prediction: &Prediction| prediction.probability(class));
        known.max_by(f32::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_as_real_as_its_best_epoch() {
        let (model, candidate) = (ModelId::new("cap", 0), CandidateIx(3));
        let mut book = ScoreBook::default();
        let predicted = [
            Prediction::Probabilities([0.9, 0.1].into()),
            Prediction::Refused("has no reference".into()),
            Prediction::Probabilities([0.4, 0.6].into()),
        ];
        book.put(&model, candidate, predicted.into());
        assert_eq!(book.highest(&model, candidate, 1), Some(0.6));
        assert_eq!(book.highest(&model, CandidateIx(0), 1), None);
        assert_eq!(book.count(&model), 1);
    }

    fn predicted(real: f32) -> Predictions {
        [Prediction::Probabilities([1.0 - real, real].into())].into()
    }

    #[test]
    fn a_copy_shares_what_has_not_changed_since() {
        let model = ModelId::new("cap", 0);
        let mut book = ScoreBook::default();
        for ix in 0..1000 {
            book.put(&model, CandidateIx(ix), predicted(0.5));
        }
        let copy = book.clone();
        book.put(&model, CandidateIx(3), predicted(0.9));
        book.put(&model, CandidateIx(1000), predicted(0.1));
        let highest = |book: &ScoreBook, ix| book.highest(&model, CandidateIx(ix), 1);
        assert_eq!(
            (highest(&book, 3), highest(&copy, 3)),
            (Some(0.9), Some(0.5))
        );
        assert_eq!((book.count(&model), copy.count(&model)), (1001, 1000));
        assert_eq!(highest(&copy, 1000), None);
        let blocks = |book: &ScoreBook| book.models[&model].blocks.clone();
        let pairs: Vec<_> = blocks(&book).into_iter().zip(blocks(&copy)).collect();
        let shared = pairs.iter().filter(|(a, b)| Arc::ptr_eq(a, b));
        assert_eq!((pairs.len(), shared.count()), (4, 2));
    }
}
