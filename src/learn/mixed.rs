//! Labels of a new sky and examples of the old one, learned from together, so that nothing of the old
//! is forgotten (replay).

use std::{ops::Range, sync::Arc};

use burn::tensor::Tensor;

use super::{Compute, LearnError, Lesson, Lessons, Network};

/// Two sets in one: the labelled examples come first, then those that are replayed. In each batch both
/// parts weigh the same, however many examples they have.
pub struct Mixed {
    labelled: Arc<dyn Lessons>,
    replayed: Arc<dyn Lessons>,
    classes: Vec<u8>,
}

impl Mixed {
    /// Both together.
    pub fn new(labelled: Arc<dyn Lessons>, replayed: Arc<dyn Lessons>) -> Self {
        let classes = [labelled.classes(), replayed.classes()].concat();
        Self {
            labelled,
            replayed,
            classes,
        }
    }
}

impl Lessons for Mixed {
    fn len(&self) -> usize {
        self.classes.len()
    }

    fn classes(&self) -> &[u8] {
        &self.classes
    }

    fn loss(&self, network: &Network, lesson: &Lesson<'_>) -> Result<Tensor<1>, LearnError> {
        let first = self.labelled.len();
        let (labelled, replayed): (Vec<usize>, Vec<usize>) =
            lesson.chosen.iter().partition(|at| **at < first);
        let replayed: Vec<usize> = replayed.into_iter().map(|at| at - first).collect();
        let parts = [(&self.labelled, &labelled), (&self.replayed, &replayed)];
        let mut losses = Vec::with_capacity(2);
        for (set, chosen) in parts {
            if !chosen.is_empty() {
                losses.push(set.loss(network, &lesson.of(chosen))?);
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
        let mut said = Vec::new();
        for (set, range) in [(&self.labelled, labelled), (&self.replayed, replayed)] {
            if !range.is_empty() {
                said.extend(set.classify(network, range, compute)?);
            }
        }
        Ok(said)
    }

    fn validated_at_once(&self) -> usize {
        self.labelled.validated_at_once()
    }
}

/// Examples for one step: `labelled` of the first `classes.len()` examples, each class as often as any
/// other, then `replayed` of the `others` that come after them.
pub fn balanced_batch(
    classes: &[u8],
    others: usize,
    [labelled, replayed]: [usize; 2],
    mut chance: impl FnMut() -> u64,
) -> Vec<usize> {
    let mut known: Vec<u8> = classes.to_vec();
    known.sort_unstable();
    known.dedup();
    let by_class: Vec<Vec<usize>> = known
        .iter()
        .map(|class| {
            let places = classes.iter().enumerate();
            places
                .filter(|(_, of)| *of == class)
                .map(|(at, _)| at)
                .collect()
        })
        .collect();
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
            for at in balanced_batch(&classes, 7, [16, 32], &mut chance) {
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
        assert!(balanced_batch(&[], 0, [16, 32], &mut chance).is_empty());
    }
}
