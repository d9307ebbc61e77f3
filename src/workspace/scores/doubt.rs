//! How sure models are of a candidate: margins, disagreement, and doubts about labels.

use std::sync::Arc;

use super::shown::Scores;
use crate::domain::{CandidateIx, class_of};

impl Scores {
    /// How far the score is from the threshold, or the likeliest class before the next one: the least
    /// sure candidates have the least.
    pub fn margin(&self, candidate: CandidateIx) -> Option<f32> {
        let active = self.active();
        if active.predicts_classes() {
            return self.classes(candidate)?.lead();
        }
        Some((active.tally.score(candidate)? - active.threshold()).abs())
    }

    /// How much surer the active model is of another class than of those of a label, -1 to 1; none where
    /// it knows none of them, has learned this very label (then it doubts nothing), or predicts nothing.
    pub fn doubt(&self, (candidate, id): (CandidateIx, &str), labels: &[Arc<str>]) -> Option<f32> {
        let active = self.active();
        let ready = active.ready.as_ref()?;
        let score = active
            .tally
            .score(candidate)
            .filter(|_| !ready.learned.contains(id))?;
        let row = match ready.real {
            Some(real) => {
                let mut row = vec![1.0 - score; ready.card.classes.len()];
                row[real] = score;
                row
            }
            None => self.classes_of(active, candidate)?.last()?.to_vec(),
        };
        let classes = &ready.card.classes;
        let given: Vec<usize> = labels
            .iter()
            .filter_map(|label| class_of(label, classes))
            .collect();
        let largest = |is_given: bool| {
            let all = row.iter().enumerate();
            let all = all.filter(|(at, _)| given.contains(at) == is_given);
            all.map(|(_, probability)| *probability)
                .max_by(f32::total_cmp)
        };
        Some(largest(false)? - largest(true)?)
    }

    /// The largest difference between the scores of any two shown models; none below two scores.
    pub fn disagreement(&self, candidate: CandidateIx) -> Option<f32> {
        let models = self.shown.iter().filter(|model| !model.predicts_classes());
        let scores = models.filter_map(|model| model.tally.score(candidate));
        let (count, low, high) = scores.fold((0, f32::MAX, f32::MIN), |(count, low, high), s| {
            (count + 1, low.min(s), high.max(s))
        });
        (count > 1).then_some(high - low)
    }

    /// True where two shown models put a candidate on different sides of their thresholds, or two that
    /// predict classes call it differently.
    pub fn disagrees(&self, candidate: CandidateIx) -> bool {
        let classes = self.shown.iter().filter_map(|model| {
            let likely = self.classes_of(model, candidate)?.likeliest()?;
            model.predicts_classes().then_some(likely.class)
        });
        let mut classes = classes.peekable();
        let first = classes.peek().copied();
        if classes.any(|class| Some(class) != first) {
            return true;
        }
        let models = self.shown.iter().filter(|model| !model.predicts_classes());
        let sides = models.filter_map(|model| {
            let score = model.tally.score(candidate)?;
            Some(model.is_real(score))
        });
        let [mut has_real, mut has_bogus] = [false; 2];
        for is_real in sides {
            has_real |= is_real;
            has_bogus |= !is_real;
        }
        has_real && has_bogus
    }
}
