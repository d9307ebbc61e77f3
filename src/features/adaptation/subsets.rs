//! Which labels the points of a learning curve are learned from.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::bail;

use super::{material::is_learned, order::FineTuneOrder};
use crate::{
    domain::{Candidate, LearningPoint, ModelCard, fnv},
    features::training::{
        input_memory::InputMemory,
        label_source::OpenedLabels,
        labelled_set::Sources,
        labels::{part_of, several_classes},
        note::Note,
    },
    io::Decoder,
    learn::Dataset,
    tasks::cancel::CancelToken,
};

/// Labels that the first point has.
const FIRST: usize = 8;
/// Most points of a curve.
const MOST_POINTS: usize = 6;
/// Draws by chance for every point but the last, which has all labels.
const DRAWS: u64 = 2;
/// One labelled object in so many is held out for all points.
const HELD_OUT: u64 = 4;

/// One training of a curve.
pub(crate) struct Subset {
    pub point: usize,
    /// True for the first labels of a person, false for labels by chance.
    pub is_in_order: bool,
    pub dataset: Arc<dyn Dataset>,
}

/// All trainings, and what they are measured with.
pub(crate) struct Subsets {
    pub points: Vec<LearningPoint>,
    pub all: Vec<Subset>,
    pub held_out: Arc<dyn Dataset>,
    pub notes: Vec<Note>,
}

/// The numbers of labels: the first, then growing by one factor up to all.
fn sizes(all: usize) -> Vec<usize> {
    let steps = (all as f64 / FIRST as f64).log2().ceil().max(1.0) as usize;
    let steps = steps.min(MOST_POINTS - 1);
    let size = |step: usize| {
        let share = step as f64 / steps as f64;
        (FIRST as f64 * (all as f64 / FIRST as f64).powf(share)).round() as usize
    };
    (0..=steps).map(size).collect()
}

/// By chance, but always the same.
fn shuffled<'a>(pool: &[&'a Candidate], seed: u64) -> Vec<&'a Candidate> {
    let mut shuffled = pool.to_vec();
    let number = |one: &Candidate| fnv::drawn(seed.to_le_bytes().into_iter().chain(one.id.bytes()));
    shuffled.sort_by_cached_key(|one| number(one));
    shuffled
}

impl Subsets {
    /// Divides the labels.
    ///
    /// # Errors
    /// Where there are too few, or it was stopped.
    pub fn gather(
        order: &FineTuneOrder,
        card: &ModelCard,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<Self> {
        let memory = InputMemory::default();
        let sources = Sources {
            decoder,
            cancel,
            memory: &memory,
        };
        let opened = OpenedLabels::open(&order.labels, sources)?;
        let is_held_out = |candidate: &Candidate| {
            part_of(candidate, HELD_OUT) == 0 && !is_learned(card, candidate)
        };
        let known = opened.in_order(card);
        let pool: Vec<&Candidate> = known
            .iter()
            .copied()
            .filter(|one| !is_held_out(one))
            .collect();
        let whole = opened.examples(card, sources, &is_held_out)?;
        if pool.len() < FIRST + 1 || whole.validation.is_empty() {
            bail!(
                "a learning curve needs more than {FIRST} labels beside those that are held out: \
                 there are {}, and {} of {} are held out",
                pool.len(),
                known.len() - pool.len(),
                known.len()
            );
        }
        several_classes(&*whole.training, card)?;
        let sizes = sizes(pool.len());
        let by_chance = (0..DRAWS).map(|draw| shuffled(&pool, order.seed.wrapping_add(draw)));
        let orders: Vec<_> = [pool.clone()].into_iter().chain(by_chance).collect();
        let mut all = Vec::new();
        for (point, size) in sizes.iter().enumerate() {
            for (number, labelled) in orders.iter().enumerate() {
                let is_in_order = number == 0;
                if *size == pool.len() && !is_in_order {
                    continue;
                }
                let chosen: BTreeSet<&str> = labelled[..*size].iter().map(|one| &*one.id).collect();
                let is_left_out = |one: &Candidate| !chosen.contains(&*one.id);
                let set = opened.examples(card, sources, &is_left_out)?;
                // One class alone teaches nothing: the point stays without this one.
                if set.training.classes().iter().collect::<BTreeSet<_>>().len() > 1 {
                    all.push(Subset {
                        point,
                        is_in_order,
                        dataset: set.training,
                    });
                }
            }
        }
        let point = |labels: usize| LearningPoint {
            labels,
            in_order: None,
            by_chance: Vec::new(),
        };
        Ok(Self {
            points: sizes.into_iter().map(point).collect(),
            all,
            held_out: whole.validation,
            notes: whole.notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_labels_grow_to_all() {
        assert_eq!(sizes(9), [8, 9]);
        assert_eq!(sizes(30), [8, 15, 30]);
        let many = sizes(1_000);
        assert_eq!((many[0], many[5], many.len()), (8, 1_000, 6));
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]), "{many:?}");
    }
}
