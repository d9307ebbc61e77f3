//! Labels of a new sky and examples of the old one, learned from together, so that nothing of the old
//! is forgotten (replay).

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use burn::tensor::Tensor;

use super::{Compute, Dataset, LearnError, Network, TrainingBatch};

/// Two sets in one: the labelled examples come first, then those that are replayed. In each batch both
/// parts weigh the same, however many examples they have.
pub struct Mixed {
    labelled: Arc<dyn Dataset>,
    replayed: Arc<dyn Dataset>,
    classes: Vec<u8>,
    log_prior: Option<Vec<f32>>,
    is_turned: bool,
}

/// The least share of a class: the logarithm of none would be no number.
const LEAST_SHARE: f64 = 1e-4;

impl Mixed {
    /// Both together.
    pub fn new(labelled: Arc<dyn Dataset>, replayed: Arc<dyn Dataset>) -> Self {
        let classes = [labelled.classes(), replayed.classes()].concat();
        Self {
            labelled,
            replayed,
            classes,
            log_prior: None,
            is_turned: true,
        }
    }

    /// The same, learned as if all of so many classes were shown equally often: where few are labelled,
    /// the others would be thought rare, and forgotten. `is_balanced` says that labelled classes are.
    #[must_use]
    pub fn without_prior(mut self, classes: usize, is_balanced: bool) -> Self {
        let labelled = shares(self.labelled.classes(), classes, is_balanced);
        let replayed = shares(self.replayed.classes(), classes, false);
        let parts: Vec<_> = [labelled, replayed].into_iter().flatten().collect();
        let share = |class: usize| {
            let all: f64 = parts.iter().map(|shares| shares[class]).sum();
            all / parts.len().max(1) as f64
        };
        let log = |class| share(class).max(LEAST_SHARE).ln() as f32;
        self.log_prior = Some((0..classes).map(log).collect());
        self
    }

    /// The same, every example shown as it is, in one orientation only.
    #[must_use]
    pub const fn without_turns(mut self) -> Self {
        self.is_turned = false;
        self
    }
}

/// The share of each class; none where there is no example. Balanced, all that there are have one share.
fn shares(shown: &[u8], classes: usize, is_balanced: bool) -> Option<Vec<f64>> {
    let mut counts = vec![0.0; classes];
    for class in shown {
        if let Some(count) = counts.get_mut(usize::from(*class)) {
            *count = if is_balanced { 1.0 } else { *count + 1.0 };
        }
    }
    let all: f64 = counts.iter().sum();
    (all > 0.0).then(|| counts.into_iter().map(|count| count / all).collect())
}

impl Dataset for Mixed {
    fn len(&self) -> usize {
        self.classes.len()
    }

    fn classes(&self) -> &[u8] {
        &self.classes
    }

    fn loss(&self, network: &Network, batch: &TrainingBatch<'_>) -> Result<Tensor<1>, LearnError> {
        let first = self.labelled.len();
        let (labelled, replayed): (Vec<usize>, Vec<usize>) =
            batch.chosen.iter().partition(|at| **at < first);
        let replayed: Vec<usize> = replayed.into_iter().map(|at| at - first).collect();
        let parts = [(&self.labelled, &labelled), (&self.replayed, &replayed)];
        let mut losses = Vec::with_capacity(2);
        for (set, chosen) in parts {
            if !chosen.is_empty() {
                let part = TrainingBatch {
                    log_prior: self.log_prior.as_deref(),
                    is_turned: self.is_turned,
                    ..batch.of(chosen)
                };
                losses.push(set.loss(network, &part)?);
            }
        }
        let count = losses.len() as f64;
        let sum = losses.into_iter().reduce(|sum, loss| sum + loss);
        let sum = sum.ok_or_else(|| LearnError::Training("there is nothing to learn from".into()));
        Ok(sum?.div_scalar(count))
    }

    fn classify(
        &self,
        network: &Network,
        range: Range<usize>,
        compute: &Compute,
    ) -> Result<Vec<f32>, LearnError> {
        let first = self.labelled.len();
        let labelled = range.start.min(first)..range.end.min(first);
        let replayed = range.start.max(first) - first..range.end.max(first) - first;
        let mut predicted = Vec::new();
        for (set, range) in [(&self.labelled, labelled), (&self.replayed, replayed)] {
            if !range.is_empty() {
                predicted.extend(set.classify(network, range, compute)?);
            }
        }
        Ok(predicted)
    }

    fn validated_at_once(&self) -> usize {
        self.labelled.validated_at_once()
    }
}

/// Examples for one step: `labelled` of the first `classes.len()` examples, balanced each class as often
/// as any other, then `replayed` of the `others` that come after them.
pub fn batch_of(
    classes: &[u8],
    is_balanced: bool,
    others: usize,
    [labelled, replayed]: [usize; 2],
    mut chance: impl FnMut() -> u64,
) -> Vec<usize> {
    let mut by_class: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (at, class) in classes.iter().enumerate() {
        let group = if is_balanced { *class } else { 0 };
        by_class.entry(group).or_default().push(at);
    }
    let by_class: Vec<Vec<usize>> = by_class.into_values().collect();
    let mut batch = Vec::with_capacity(labelled + replayed);
    // Where the classes do not divide the batch, another one is first each time.
    let start = if by_class.is_empty() {
        0
    } else {
        chance() as usize % by_class.len()
    };
    for order in 0..labelled {
        let Some(places) = by_class.get((start + order) % by_class.len().max(1)) else {
            break;
        };
        batch.push(places[chance() as usize % places.len()]);
    }
    if others > 0 {
        batch.extend((0..replayed).map(|_| classes.len() + chance() as usize % others));
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Role, SequenceForm, SequencePlan},
        imaging::sequence_input::CalibratedEpoch,
        learn::{Sequence, Sequences},
    };

    fn of_classes(classes: &[u8]) -> Arc<dyn Dataset> {
        let plan = SequencePlan {
            role: Role::Science,
            form: SequenceForm::RunningDifference,
            side_px: 21,
        };
        let sequences = classes.iter().map(|class| Sequence {
            epochs: vec![CalibratedEpoch {
                pixels: vec![0.0; 21 * 21],
                noise: 1.0,
                mjd: 57_000.0,
                fwhm_px: 3.0,
                band: None,
            }],
            class: *class,
        });
        Arc::new(Sequences::new(&plan, sequences))
    }

    #[test]
    fn classes_that_are_not_labelled_are_not_thought_rare() {
        let labelled = of_classes(&[0, 0, 0, 1]);
        let replayed = of_classes(&[0, 1, 2, 3]);
        let shares = |is_balanced| {
            let mixed =
                Mixed::new(labelled.clone(), replayed.clone()).without_prior(4, is_balanced);
            mixed
                .log_prior
                .unwrap()
                .into_iter()
                .map(f32::exp)
                .collect::<Vec<_>>()
        };
        let expected = [
            (true, [0.375, 0.375, 0.125, 0.125]),
            (false, [0.5, 0.25, 0.125, 0.125]),
        ];
        for (is_balanced, expected) in expected {
            for (found, expected) in shares(is_balanced).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
        let alone = Mixed::new(of_classes(&[1]), of_classes(&[])).without_prior(2, true);
        let shares = alone.log_prior.unwrap();
        assert!(shares[0].is_finite() && shares[0] < -9.0 && shares[1].abs() < 1e-6);
    }

    #[test]
    fn every_class_is_shown_as_often_whatever_their_numbers() {
        let mut classes = vec![0_u8; 90];
        classes.extend([1, 1, 4]);
        let mut state = 1_u64;
        let mut chance = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> 33
        };
        let mut counts = [0; 5];
        let mut others = 0;
        for _ in 0..100 {
            for at in batch_of(&classes, true, 7, [16, 32], &mut chance) {
                if let Some(class) = classes.get(at) {
                    counts[usize::from(*class)] += 1;
                } else {
                    assert!(at < classes.len() + 7);
                    others += 1;
                }
            }
        }
        assert_eq!(others, 3200);
        for class in [0, 1, 4] {
            assert!((480..590).contains(&counts[class]), "{counts:?}");
        }
        let plain = batch_of(&classes, false, 7, [1_000, 0], &mut chance);
        let first = plain.iter().filter(|at| classes[**at] == 0).count();
        assert!(
            (930..1_000).contains(&first),
            "90 of 93 are of class 0: {first}"
        );
        assert!(batch_of(&[], true, 0, [16, 32], &mut chance).is_empty());
    }
}
