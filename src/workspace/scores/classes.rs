//! What a model of several classes predicts for a candidate as its epochs come: the likeliest class, how
//! unsure it is, what the last epoch changed.

use std::sync::Arc;

use super::shown::{Reading, ReadyModel, Scores, ShownModel};
use crate::domain::{CandidateIx, Prediction, certainty::Certainty, likeliest};

/// Class probabilities of one candidate, epoch by epoch.
#[derive(Clone, Copy, Debug)]
pub struct ClassPredictions<'a> {
    /// Names of the classes, in the order of the probabilities.
    pub classes: &'a [String],
    /// One for each epoch.
    pub predictions: &'a [Prediction],
}

/// The likeliest class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelyClass<'a> {
    pub class: &'a str,
    pub probability: f32,
}

impl Scores {
    /// The model whose classes are shown: the active one where it knows more than real and bogus, else
    /// the first shown one that does.
    pub fn class_model(&self) -> Option<&ShownModel> {
        let active = std::iter::once(self.active());
        let mut all = active.chain(self.shown());
        all.find(|model| model.predicts_classes())
    }

    /// What that model predicts for a candidate; none before it has scored it.
    pub fn classes(&self, candidate: CandidateIx) -> Option<ClassPredictions<'_>> {
        self.classes_of(self.class_model()?, candidate)
    }

    /// What a model predicts for the classes of a candidate.
    pub fn classes_of<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
    ) -> Option<ClassPredictions<'a>> {
        let ready = model.ready.as_ref()?;
        Some(ready.predictions(self.predictions(model, candidate)?))
    }
}

impl ReadyModel {
    /// Predictions of this model with the names of its classes.
    pub fn predictions<'a>(&'a self, predictions: &'a [Prediction]) -> ClassPredictions<'a> {
        ClassPredictions {
            classes: &self.card.classes,
            predictions,
        }
    }

    pub(crate) fn likeliest(&self, row: &[f32]) -> Option<LikelyClass<'_>> {
        let at = likeliest(row)?;
        Some(LikelyClass {
            class: self.card.classes.get(at)?,
            probability: row[at],
        })
    }
}

impl<'a> Reading<'a> {
    /// The likeliest class, and how much it is worth.
    pub(crate) const fn of(likely: LikelyClass<'a>, certainty: Certainty) -> Self {
        Self::Class {
            class: likely.class,
            probability: likely.probability,
            certainty,
        }
    }
}

impl<'a> ClassPredictions<'a> {
    /// The probabilities of an epoch, in the order of the classes; none where it was refused.
    pub fn row(&self, epoch: usize) -> Option<&'a [f32]> {
        match self.predictions.get(epoch)? {
            Prediction::Probabilities(row) => Some(row),
            Prediction::Refused(_) => None,
        }
    }

    /// The probabilities after the last epoch that was not refused.
    pub fn last(&self) -> Option<&'a [f32]> {
        self.rows().next_back()
    }

    /// The probabilities up to an epoch: its own, or those of the last one before it that was not
    /// refused.
    pub fn until(&self, epoch: usize) -> Option<&'a [f32]> {
        (0..=epoch).rev().find_map(|at| self.row(at))
    }

    fn rows(&self) -> impl DoubleEndedIterator<Item = &'a [f32]> + use<'a> {
        self.predictions
            .iter()
            .filter_map(|prediction| match prediction {
                Prediction::Probabilities(row) => Some(&row[..]),
                Prediction::Refused(_) => None,
            })
    }

    /// The classes of a row from the likeliest on.
    pub fn ranked(&self, row: &[f32]) -> Vec<LikelyClass<'a>> {
        let pairs = self.classes.iter().zip(row);
        let mut ranked: Vec<_> = pairs
            .map(|(class, probability)| LikelyClass {
                class,
                probability: *probability,
            })
            .collect();
        ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        ranked
    }

    /// The likeliest class after the last epoch.
    pub fn likeliest(&self) -> Option<LikelyClass<'a>> {
        self.ranked(self.last()?).first().copied()
    }

    /// How far the likeliest class lies before the next one, after the last epoch.
    pub fn lead(&self) -> Option<f32> {
        let ranked = self.ranked(self.last()?);
        let second = ranked.get(1).map_or(0.0, |likely| likely.probability);
        Some(ranked.first()?.probability - second)
    }

    /// The probability of a class after the last epoch.
    pub fn probability(&self, class: usize) -> Option<f32> {
        self.last()?.get(class).copied()
    }

    /// How unsure the model is after the last epoch: Shannon's entropy over that of knowing nothing,
    /// 0 to 1.
    pub fn entropy(&self) -> Option<f32> {
        let row = self.last()?;
        let terms = row.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln());
        let most = (row.len() as f32).ln();
        (most > 0.0).then(|| (terms.sum::<f32>() / most).clamp(0.0, 1.0))
    }

    /// How much the last epoch changed: half the sum of the absolute differences to the verdict before,
    /// 0 to 1 (total variation distance). None where there is one verdict only.
    pub fn change(&self) -> Option<f32> {
        let mut rows = self.rows().rev();
        let (last, before) = (rows.next()?, rows.next()?);
        let pairs = last.iter().zip(before);
        Some(pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / 2.0)
    }
}

impl ShownModel {
    /// Candidates by the class that they are called after their last epoch, in the order of the classes;
    /// none for a model of real and bogus.
    pub fn class_counts(&self) -> Vec<(&str, usize)> {
        let ready = self.ready.iter().filter(|ready| ready.real.is_none());
        let names = ready.flat_map(|ready| &ready.card.classes).enumerate();
        names
            .map(|(at, class)| (class.as_str(), self.tally.called(at)))
            .collect()
    }

    /// True where it was read and predicts other classes than real and bogus.
    pub fn predicts_classes(&self) -> bool {
        let ready = self.ready.as_ref();
        ready.is_some_and(|ready| ready.real.is_none())
    }
}

/// The position of a class that a user names in any spelling of its vocabulary.
pub fn class_named(name: &str, classes: &[String]) -> Option<usize> {
    let place = |name: &str| {
        classes
            .iter()
            .position(|class| class.eq_ignore_ascii_case(name))
    };
    place(name).or_else(|| {
        let vocabularies = crate::domain::Vocabulary::built_ins();
        let mut known = vocabularies.iter().filter_map(|vocabulary| {
            let class: &Arc<str> = &vocabulary.class(name)?.name;
            place(class)
        });
        known.next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions() -> Vec<Prediction> {
        vec![
            Prediction::Probabilities([0.5, 0.25, 0.25].into()),
            Prediction::Refused("has no usable zero point".into()),
            Prediction::Probabilities([0.1, 0.8, 0.1].into()),
            Prediction::Refused("has no usable zero point".into()),
        ]
    }

    #[test]
    fn the_last_epoch_that_was_not_refused_counts() {
        let classes = ["supernova", "rr_lyrae", "galaxy"].map(String::from);
        let predictions = predictions();
        let predicted = ClassPredictions {
            classes: &classes,
            predictions: &predictions,
        };
        let likeliest = predicted.likeliest().unwrap();
        assert_eq!(likeliest.class, "rr_lyrae");
        assert!((likeliest.probability - 0.8).abs() < 1e-6);
        assert!(predicted.row(1).is_none());
        assert_eq!(predicted.until(1), predicted.row(0));
        assert!((predicted.change().unwrap() - 0.55).abs() < 1e-6);
        assert!(predicted.entropy().unwrap() < 0.7);
        assert!((predicted.probability(2).unwrap() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn no_prediction_is_nothing_known() {
        let classes = ["supernova".to_owned()];
        let refused = [Prediction::Refused("has no time".into())];
        let predicted = ClassPredictions {
            classes: &classes,
            predictions: &refused,
        };
        assert_eq!(predicted.likeliest(), None);
        assert_eq!(predicted.entropy(), None);
        assert_eq!(predicted.change(), None);
    }

    #[test]
    fn classes_are_found_by_any_spelling() {
        let classes = ["supernova", "rr_lyrae"].map(String::from);
        assert_eq!(class_named("SN", &classes), Some(0));
        assert_eq!(class_named("RR Lyrae", &classes), Some(1));
        assert_eq!(class_named("galaxy", &classes), None);
    }
}
