//! What models say of candidates: class probabilities at every epoch.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{CandidateIx, ModelId};

/// What one model says of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// A probability for every class, in the order of the model's card; they sum to 1.
    Probabilities(Arc<[f32]>),
    /// Why it cannot be scored: "has no reference".
    Refused(Arc<str>),
}

impl Verdict {
    /// The probability of a class; none where the epoch was refused.
    pub fn probability(&self, class: usize) -> Option<f32> {
        match self {
            Self::Probabilities(all) => all.get(class).copied(),
            Self::Refused(_) => None,
        }
    }
}

/// What one model says of one candidate, epoch by epoch in time order.
pub type Verdicts = Arc<[Verdict]>;

/// All scores of the opened set.
#[derive(Clone, Debug, Default)]
pub struct ScoreBook {
    models: BTreeMap<ModelId, HashMap<CandidateIx, Verdicts>>,
}

impl ScoreBook {
    /// Keeps what a model says of a candidate; an earlier word of the same model is replaced.
    pub fn put(&mut self, model: &ModelId, candidate: CandidateIx, verdicts: Verdicts) {
        if !self.models.contains_key(model) {
            self.models.insert(model.clone(), HashMap::new());
        }
        if let Some(scores) = self.models.get_mut(model) {
            scores.insert(candidate, verdicts);
        }
    }

    /// What a model says of a candidate.
    pub fn get(&self, model: &ModelId, candidate: CandidateIx) -> Option<&Verdicts> {
        self.models.get(model)?.get(&candidate)
    }

    /// The models that scored anything, by name.
    pub fn models(&self) -> impl Iterator<Item = &ModelId> {
        self.models.keys()
    }

    /// Candidates that a model has scored or refused.
    pub fn count(&self, model: &ModelId) -> usize {
        self.models.get(model).map_or(0, HashMap::len)
    }

    /// The largest probability of a class over a candidate's epochs: one number to sort by.
    pub fn highest(&self, model: &ModelId, candidate: CandidateIx, class: usize) -> Option<f32> {
        let verdicts = self.get(model, candidate)?;
        let known = verdicts
            .iter()
            .filter_map(|verdict| verdict.probability(class));
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
        let said = [
            Verdict::Probabilities([0.9, 0.1].into()),
            Verdict::Refused("has no reference".into()),
            Verdict::Probabilities([0.4, 0.6].into()),
        ];
        book.put(&model, candidate, said.into());
        assert_eq!(book.highest(&model, candidate, 1), Some(0.6));
        assert_eq!(book.highest(&model, CandidateIx(0), 1), None);
        assert_eq!(book.count(&model), 1);
    }
}
