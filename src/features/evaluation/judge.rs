//! Judging: which epochs of a candidate count, what the model calls them, and what they are.

use std::collections::BTreeMap;

use super::Request;
use crate::{
    domain::{
        CandidateIx, Catalogue, Judged, JudgedAt, ModelFacts, Prediction, ScoreBook,
        evaluation::LeftOut, likeliest,
    },
    english,
    features::labelling::truths::{Classes, Truths},
};

/// Before the reason why a model refused an epoch.
pub(crate) const REFUSED: &str = "cannot be scored: ";

/// Why objects that a compared model has learned are left out.
pub(crate) const LEARNED: &str = english!("a compared model has learned its label");

/// Why epochs of an object with one label are left out where each epoch is judged for itself.
const OTHER_EPOCH: &str = english!("with a label of another epoch");

/// A model is judged where at most this share of the labels is of classes that it does not have (our choice). Above it its figures
/// would be those of a part that was chosen by the truth: the supernovae among the artefacts of a survey, say.
const MOST_OF_OTHER_CLASSES: f64 = 0.25;

/// Why what is of its classes is left out there.
const OTHER_CLASSES: &str = english!(
    "of its classes, but more than a quarter of the labels are of classes that it does not have"
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Objects {
    /// Those that no compared model has learned.
    Unseen,
    /// The others.
    Seen,
}

/// Everything that was judged, with the probabilities of all classes one after the other.
#[derive(Debug, Default)]
pub(crate) struct Judgements {
    pub judged: Vec<Judged>,
    pub probabilities: Vec<f32>,
    reasons: BTreeMap<String, usize>,
    /// How many have labels that mean something, and no class of the model.
    of_other_classes: usize,
}

/// What a model predicts of an epoch.
struct EpochPrediction<'a> {
    epoch: usize,
    probabilities: &'a [f32],
}

impl Judgements {
    /// Judges those candidates.
    pub fn of(
        objects: Objects,
        catalogue: &Catalogue,
        truths: Truths<'_>,
        scores: &ScoreBook,
        facts: &ModelFacts,
        request: &Request,
    ) -> Self {
        let mut judgements = Self::default();
        let at = request.at.unwrap_or_else(|| facts.usual_at());
        let mut classes = Classes::new(truths, &facts.classes);
        for (ix, candidate) in catalogue.iter() {
            let is_seen = facts.learned.contains(&candidate.id);
            if !is_seen && objects == Objects::Seen {
                continue;
            }
            if is_seen && objects == Objects::Unseen {
                let objects = if at == JudgedAt::Each {
                    candidate.epochs.len()
                } else {
                    1
                };
                judgements.leave_out(LEARNED, objects);
                continue;
            }
            let Some(predictions) = scores.get(&facts.id, ix) else {
                let missing = if at == JudgedAt::Each {
                    candidate.epochs.len()
                } else {
                    1
                };
                judgements.leave_out(english!("not scored by this model"), missing);
                continue;
            };
            let predicted = match at {
                JudgedAt::Each => judgements.each(predictions),
                JudgedAt::Last => judgements.one(predictions, newest_epoch(predictions)),
                JudgedAt::Highest => {
                    judgements.one(predictions, likeliest_epoch(predictions, facts))
                }
            };
            // The label of an object is about one of its epochs: before an explosion nothing is to be seen.
            let of = (at == JudgedAt::Each)
                .then(|| truths.labelled_epoch(candidate))
                .flatten();
            for predicted in predicted {
                if of.is_some_and(|of| of != predicted.epoch) {
                    judgements.leave_out(OTHER_EPOCH, 1);
                    continue;
                }
                let truth = classes.of(candidate, predicted.epoch);
                judgements.of_other_classes +=
                    usize::from(classes.is_of_another_class(candidate, predicted.epoch));
                judgements.judge(ix, &predicted, truth, facts, request);
            }
        }
        judgements.unless_of_other_classes()
    }

    /// Nothing where too many labels are of classes that the model does not have.
    fn unless_of_other_classes(mut self) -> Self {
        let of_its_classes = self.judged.len();
        let all = (of_its_classes + self.of_other_classes) as f64;
        if self.of_other_classes as f64 > MOST_OF_OTHER_CLASSES * all {
            self.leave_out(OTHER_CLASSES, of_its_classes);
            self.judged.clear();
            self.probabilities.clear();
        }
        self
    }

    /// What was not judged, most frequent reason first.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let reasons = self.reasons.iter();
        let mut left_out: Vec<_> = reasons
            .map(|(why, n)| LeftOut {
                why: why.clone(),
                n: *n,
            })
            .collect();
        left_out.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.why.cmp(&b.why)));
        left_out
    }

    fn leave_out(&mut self, why: &str, count: usize) {
        if count > 0 {
            *self.reasons.entry(why.into()).or_insert(0) += count;
        }
    }

    /// Every epoch that was scored.
    fn each<'a>(&mut self, predictions: &'a [Prediction]) -> Vec<EpochPrediction<'a>> {
        let mut all = Vec::with_capacity(predictions.len());
        for (epoch, prediction) in predictions.iter().enumerate() {
            match usable(prediction) {
                Ok(probabilities) => all.push(EpochPrediction {
                    epoch,
                    probabilities,
                }),
                Err(why) => self.leave_out(&why, 1),
            }
        }
        all
    }

    /// The epoch that was found, or why there is none.
    fn one<'a>(
        &mut self,
        predictions: &'a [Prediction],
        found: Option<(usize, &'a [f32])>,
    ) -> Vec<EpochPrediction<'a>> {
        if found.is_none() {
            let why = predictions
                .iter()
                .find_map(|prediction| usable(prediction).err());
            self.leave_out(&why.unwrap_or_else(|| english!("has no epoch").into()), 1);
        }
        let found = found.map(|(epoch, probabilities)| EpochPrediction {
            epoch,
            probabilities,
        });
        found.into_iter().collect()
    }

    fn judge(
        &mut self,
        ix: CandidateIx,
        predicted: &EpochPrediction<'_>,
        truth: Result<usize, String>,
        facts: &ModelFacts,
        request: &Request,
    ) {
        if predicted.probabilities.len() != facts.classes.len() {
            self.leave_out(english!("scored with another number of classes"), 1);
            return;
        }
        let truth = match truth {
            Ok(truth) => truth,
            Err(why) => return self.leave_out(&why, 1),
        };
        let (called, score) = call(predicted.probabilities, facts, request);
        self.judged.push(Judged {
            candidate: ix,
            epoch: predicted.epoch as u32,
            truth: truth as u8,
            predicted: called as u8,
            score,
        });
        self.probabilities
            .extend_from_slice(predicted.probabilities);
    }
}

/// The last epoch that was scored, with its probabilities.
pub(crate) fn newest_epoch(predictions: &[Prediction]) -> Option<(usize, &[f32])> {
    scored_epochs(predictions).last()
}

/// The scored epoch with the highest score, the last among equals; without a positive class the one of which the model
/// is most certain.
pub(crate) fn likeliest_epoch<'a>(
    predictions: &'a [Prediction],
    facts: &ModelFacts,
) -> Option<(usize, &'a [f32])> {
    let worth = |probabilities: &[f32]| match facts.positive {
        Some(positive) => probabilities.get(positive).copied().unwrap_or(0.0),
        None => probabilities.iter().copied().fold(0.0, f32::max),
    };
    scored_epochs(predictions).max_by(|(_, a), (_, b)| worth(a).total_cmp(&worth(b)))
}

fn scored_epochs(predictions: &[Prediction]) -> impl Iterator<Item = (usize, &[f32])> {
    let all = predictions.iter().enumerate();
    all.filter_map(|(epoch, prediction)| Some((epoch, usable(prediction).ok()?)))
}

fn usable(prediction: &Prediction) -> Result<&[f32], String> {
    match prediction {
        Prediction::Probabilities(all) if all.iter().all(|p| p.is_finite()) => Ok(all),
        Prediction::Probabilities(_) => Err(english!("has a score that is no number").into()),
        Prediction::Refused(why) => Err(format!("{REFUSED}{why}")),
    }
}

/// The class that is said, and the score: by threshold where there is a positive class, else the
/// likeliest.
fn call(probabilities: &[f32], facts: &ModelFacts, request: &Request) -> (usize, f32) {
    if let Some(positive) = facts.positive {
        let score = probabilities[positive];
        // As single numbers: a score that is the threshold counts as the window counts it.
        let threshold = request.threshold.unwrap_or(facts.threshold) as f32;
        let is_positive = score >= threshold;
        let called = if is_positive { positive } else { 1 - positive };
        return (called, score);
    }
    let called = likeliest(probabilities).unwrap_or(0);
    (called, probabilities.get(called).copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{Candidate, Epoch, ModelId},
        features::labelling::truth_table::TruthTable,
    };

    fn facts(classes: &[&str]) -> ModelFacts {
        ModelFacts {
            id: ModelId::new("m", 0),
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            positive: classes.iter().position(|class| *class == "real"),
            threshold: 0.5,
            learned: Arc::default(),
            sets: None,
        }
    }

    fn judged_at(at: JudgedAt, facts: &ModelFacts, predictions: Vec<Prediction>) -> Judgements {
        let mut catalogue = Catalogue::default();
        let ix = catalogue.absorb(Candidate {
            id: "a".into(),
            epochs: vec![Epoch::default(); predictions.len()],
            truth: Some("SN".into()),
            ..Candidate::default()
        });
        catalogue.absorb(Candidate {
            id: "b".into(),
            epochs: vec![Epoch::default(); 2],
            ..Candidate::default()
        });
        let mut scores = ScoreBook::default();
        scores.put(&facts.id, ix, predictions.into());
        let request = Request {
            at: Some(at),
            ..Request::default()
        };
        let all = (Truths::Data, &scores);
        Judgements::of(Objects::Unseen, &catalogue, all.0, all.1, facts, &request)
    }

    fn predicted(probabilities: &[f32]) -> Prediction {
        Prediction::Probabilities(probabilities.into())
    }

    fn epochs(judgements: &Judgements) -> Vec<(u32, u8, u8)> {
        let of = |judged: &Judged| (judged.epoch, judged.truth, judged.predicted);
        judgements.judged.iter().map(of).collect()
    }

    #[test]
    fn an_object_is_judged_at_each_the_last_or_its_highest_epoch() {
        let facts = facts(&["bogus", "real"]);
        let predictions = || {
            vec![
                predicted(&[0.1, 0.9]),
                predicted(&[0.8, 0.2]),
                predicted(&[f32::NAN, 0.2]),
                Prediction::Refused(Arc::from("has no reference")),
            ]
        };
        let each = judged_at(JudgedAt::Each, &facts, predictions());
        // The label of an object is about the epoch that is looked at first.
        assert_eq!(epochs(&each), [(0, 1, 1)]);
        let reasons: Vec<_> = each
            .left_out()
            .into_iter()
            .map(|left| (left.n, left.why))
            .collect();
        assert_eq!(reasons[0], (2, "not scored by this model".into()));
        assert!(reasons.contains(&(1, OTHER_EPOCH.into())));
        assert!(reasons.contains(&(1, "cannot be scored: has no reference".into())));
        assert!(reasons.contains(&(1, "has a score that is no number".into())));
        let last = judged_at(JudgedAt::Last, &facts, predictions());
        assert_eq!(epochs(&last), [(1, 1, 0)]);
        let highest = judged_at(JudgedAt::Highest, &facts, predictions());
        assert_eq!(epochs(&highest), [(0, 1, 1)]);
        assert_eq!(highest.left_out()[0].n, 1);
    }

    #[test]
    fn labels_of_epochs_judge_each_epoch_and_those_of_objects_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("labels.csv");
        let table = |text: &str| {
            std::fs::write(&file, text).unwrap();
            TruthTable::read(&file).unwrap()
        };
        let facts = facts(&["bogus", "real"]);
        let mut catalogue = Catalogue::default();
        let epoch = |candid: &str, mag: f32| Epoch {
            candid: Some(candid.into()),
            mag: Some(mag),
            ..Epoch::default()
        };
        // Before the explosion, at the brightest, after it.
        let ix = catalogue.absorb(Candidate {
            id: "sn".into(),
            epochs: vec![epoch("1", 22.0), epoch("2", 18.0), epoch("3", 20.0)],
            ..Candidate::default()
        });
        let mut scores = ScoreBook::default();
        let rows = [[0.9, 0.1], [0.1, 0.9], [0.8, 0.2]];
        scores.put(&facts.id, ix, rows.map(|row| predicted(&row)).into());
        let judged = |table: &TruthTable, at| {
            let request = Request {
                at: Some(at),
                ..Request::default()
            };
            let truths = Truths::Table(table);
            Judgements::of(
                Objects::Unseen,
                &catalogue,
                truths,
                &scores,
                &facts,
                &request,
            )
        };
        let of_object = table("id,label\nsn,SN\n");
        let each = judged(&of_object, JudgedAt::Each);
        // Without stamps nothing shows which was looked at: the first.
        assert_eq!(epochs(&each), [(0, 1, 0)]);
        assert_eq!(
            (each.left_out()[0].n, &*each.left_out()[0].why),
            (2, OTHER_EPOCH)
        );
        assert_eq!(epochs(&judged(&of_object, JudgedAt::Last)), [(2, 1, 0)]);
        let of_epochs = table("candid,label\n1,bogus\n2,SN\n3,SN\n");
        let each = judged(&of_epochs, JudgedAt::Each);
        assert_eq!(epochs(&each), [(0, 0, 0), (1, 1, 1), (2, 1, 0)]);
        assert!(each.left_out().is_empty());
    }

    #[test]
    fn labels_of_other_classes_are_no_test_of_a_model() {
        let seven = facts(&["supernova", "galaxy", "asteroid"]);
        let judged = |labels: &[&str]| {
            let mut catalogue = Catalogue::default();
            let mut scores = ScoreBook::default();
            for (at, label) in labels.iter().enumerate() {
                let ix = catalogue.absorb(Candidate {
                    id: format!("c{at}").into(),
                    epochs: vec![Epoch::default()],
                    truth: Some((*label).into()),
                    ..Candidate::default()
                });
                scores.put(&seven.id, ix, [predicted(&[0.6, 0.3, 0.1])].into());
            }
            let request = Request::default();
            let of = Objects::Unseen;
            Judgements::of(of, &catalogue, Truths::Data, &scores, &seven, &request)
        };
        // Of real and bogus it knows the real ones only.
        let of_survey = judged(&["SN", "asteroid", "SN", "bogus", "artefact"]);
        assert!(of_survey.judged.is_empty() && of_survey.probabilities.is_empty());
        let left_out = of_survey.left_out();
        let why = |why: &str| left_out.iter().find(|left| left.why.contains(why));
        assert_eq!(why(OTHER_CLASSES).unwrap().n, 3);
        assert_eq!(why("labelled \"artefact\"").unwrap().n, 1);
        // A few of others, and remarks that mean no class, leave it its figures.
        let with_one = judged(&["SN", "asteroid", "SN", "TDE", "likely real", "to be seen"]);
        assert_eq!((with_one.judged.len(), with_one.left_out().len()), (3, 3));
    }

    #[test]
    fn of_several_classes_the_likeliest_is_said() {
        let facts = facts(&["supernova", "galaxy", "asteroid"]);
        let predictions = vec![predicted(&[0.2, 0.5, 0.3]), predicted(&[0.5, 0.4, 0.1])];
        let last = judged_at(JudgedAt::Last, &facts, predictions);
        assert_eq!(epochs(&last), [(1, 0, 0)]);
        let strange = vec![predicted(&[0.4, 0.6])];
        let refused = judged_at(JudgedAt::Last, &facts, strange);
        assert!(refused.judged.is_empty() && refused.left_out().len() == 2);
    }
}
