//! Growing trees of a random forest (Breiman 2001) with smartcore.
//!
//! Every tree is grown by itself, as a forest of one, so that threads share the work and the result
//! depends on the seed alone. smartcore's forest gives only the class with the most votes; the
//! questions of its trees are therefore taken out through serde, and the leaves are filled with the
//! shares of the classes ([`Tree`]).

use std::collections::BTreeMap;

use serde::Deserialize;
use smartcore::{
    ensemble::random_forest_classifier::{
        RandomForestClassifier, RandomForestClassifierParameters,
    },
    linalg::basic::matrix::DenseMatrix,
};

use super::{
    ForestError,
    features::{COUNT, Features},
    tree::{Grown, Tree},
};
use crate::domain::fnv::{FNV_START, fnv1a};

/// Where an object is from: where there are both, each tree sees as many of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The simulator.
    Simulated,
    /// A labelled set.
    Labelled,
}

/// One object to learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its class, by position.
    pub class: u8,
    pub origin: Origin,
    /// Features of its light curve and of beginnings of it.
    pub rows: Vec<Features>,
}

/// How trees are grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrowthPlan {
    /// Objects of each class that a tree is grown from, drawn with replacement.
    pub objects_a_class: usize,
    /// Fewest rows in a leaf.
    pub fewest_in_leaf: usize,
    /// Questions from root to leaf at most.
    pub deepest: u16,
    /// Features among which each question is chosen.
    pub tried: usize,
    pub seed: u64,
}

/// Tree number `number` of a forest of `classes` classes.
///
/// # Errors
/// Where there are fewer than two classes to learn from.
pub fn grow(
    examples: &[Example],
    classes: usize,
    plan: &GrowthPlan,
    number: u64,
) -> Result<Tree, ForestError> {
    let rows: Vec<(&Features, u8)> = drawn(examples, plan, number)
        .flat_map(|example| example.rows.iter().map(|row| (row, example.class)))
        .collect();
    let first = rows.first().map(|(_, class)| *class);
    if rows.iter().all(|(_, class)| Some(*class) == first) {
        let why = "a forest learns from more than one class";
        return Err(ForestError::Training(why.into()));
    }
    let columns = (0..COUNT).flat_map(|at| rows.iter().map(move |(row, _)| f64::from(row[at])));
    let failed = |error: &dyn std::fmt::Display| ForestError::Training(error.to_string());
    let matrix = DenseMatrix::new(rows.len(), COUNT, columns.collect(), true)
        .map_err(|error| failed(&error))?;
    let labels: Vec<u32> = rows.iter().map(|(_, class)| u32::from(*class)).collect();
    let forest = RandomForestClassifier::fit(&matrix, &labels, parameters(plan, number))
        .map_err(|error| failed(&error))?;
    let plain = serde_json::to_value(&forest).map_err(|error| failed(&error))?;
    let forest: PlainForest = serde_json::from_value(plain).map_err(|error| failed(&error))?;
    let tree = forest.trees.first();
    let grown = tree.and_then(|tree| tree.branch(0));
    let grown = grown.ok_or_else(|| ForestError::Training("a tree did not grow".into()))?;
    let filling = rows.iter().map(|(row, class)| (&row[..], *class));
    Ok(Tree::filled(&grown, classes, filling))
}

fn parameters(plan: &GrowthPlan, number: u64) -> RandomForestClassifierParameters {
    RandomForestClassifierParameters::default()
        .with_n_trees(1)
        .with_max_depth(plan.deepest)
        .with_min_samples_leaf(plan.fewest_in_leaf)
        .with_min_samples_split(2 * plan.fewest_in_leaf)
        .with_m(plan.tried)
        .with_seed(mixed(&[plan.seed, number]))
}

/// The objects of one tree: of every class as many, whatever the set holds.
fn drawn<'a>(
    examples: &'a [Example],
    plan: &GrowthPlan,
    number: u64,
) -> impl Iterator<Item = &'a Example> {
    let mut groups: BTreeMap<(u8, Origin), Vec<&Example>> = BTreeMap::new();
    for example in examples {
        let key = (example.class, example.origin);
        groups.entry(key).or_default().push(example);
    }
    let origins = |class: u8| groups.keys().filter(|key| key.0 == class).count();
    let shares: Vec<usize> = groups
        .keys()
        .map(|(class, _)| plan.objects_a_class.div_ceil(origins(*class)))
        .collect();
    let seed = plan.seed;
    groups
        .into_iter()
        .zip(shares)
        .flat_map(move |((key, group), share)| {
            let class = u64::from(key.0) * 2 + key.1 as u64;
            (0..share as u64).map(move |draw| {
                let random = mixed(&[seed, number, class, draw]);
                group[(random % group.len() as u64) as usize]
            })
        })
}

/// A number that the words decide and nobody foresees.
fn mixed(words: &[u64]) -> u64 {
    let hash = fnv1a(FNV_START, words.iter().copied().flat_map(u64::to_le_bytes));
    // The finaliser of SplitMix64 (Steele, Lea & Flood 2014): the low bits of FNV are poor.
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// What serde gives of smartcore's forest, as far as it is needed.
#[derive(Deserialize)]
struct PlainForest {
    trees: Vec<PlainTree>,
}

#[derive(Deserialize)]
struct PlainTree {
    nodes: Vec<PlainNode>,
}

#[derive(Deserialize)]
struct PlainNode {
    split_feature: u8,
    split_value: Option<f64>,
    true_child: Option<usize>,
    false_child: Option<usize>,
}

impl PlainTree {
    /// The branch at a place; none where a place is missing.
    fn branch(&self, at: usize) -> Option<Grown> {
        let node = self.nodes.get(at)?;
        let (Some(below), Some(above)) = (node.true_child, node.false_child) else {
            return Some(Grown::Leaf);
        };
        let children = [self.branch(below)?, self.branch(above)?];
        let threshold = node.split_value? as f32;
        Some(Grown::Question(
            node.split_feature,
            threshold,
            children.into(),
        ))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Objects of three classes that two features tell apart, but for a tenth that lie.
    pub(in super::super) fn examples(count: u64) -> Vec<Example> {
        let unit = |word: u64, at: u64| (mixed(&[word, at]) % 10_000) as f32 / 10_000.0;
        let example = |at: u64| {
            let class = (at % 3) as u8;
            let shown = if unit(9, at) < 0.1 {
                (class + 1) % 3
            } else {
                class
            };
            let mut row = [0.0; COUNT];
            row.iter_mut()
                .zip(0..)
                .for_each(|(x, word)| *x = unit(word, at));
            row[0] += f32::from(shown == 1);
            row[40] -= f32::from(shown == 2);
            Example {
                class,
                origin: Origin::Simulated,
                rows: vec![row],
            }
        };
        (0..count).map(example).collect()
    }

    pub(in super::super) fn plan() -> GrowthPlan {
        GrowthPlan {
            objects_a_class: 100,
            fewest_in_leaf: 3,
            deepest: 12,
            tried: 20,
            seed: 1,
        }
    }

    #[test]
    fn a_tree_learns_and_the_seed_decides_it() {
        let examples = examples(600);
        let tree = grow(&examples, 3, &plan(), 0).unwrap();
        let right = examples.iter().filter(|example| {
            let mut votes = [0.0; 3];
            tree.vote(&example.rows[0], &mut votes);
            let best = (0..3).max_by(|a, b| votes[*a].total_cmp(&votes[*b]));
            best == Some(usize::from(example.class))
        });
        let right = right.count();
        assert!(right > 480, "{right} of 600");
        assert_eq!(grow(&examples, 3, &plan(), 0).unwrap(), tree);
        assert_ne!(grow(&examples, 3, &plan(), 1).unwrap(), tree);
        let other = GrowthPlan { seed: 2, ..plan() };
        assert_ne!(grow(&examples, 3, &other, 0).unwrap(), tree);
    }

    #[test]
    fn every_class_counts_the_same_and_labelled_objects_half() {
        let mut examples = examples(300);
        // The third class is rare, and the second has labelled objects too.
        examples.retain(|example| example.class < 2 || example.rows[0][5] < 0.1);
        let mut labelled = examples.iter().find(|e| e.class == 1).cloned().unwrap();
        labelled.origin = Origin::Labelled;
        examples.push(labelled);
        let drawn: Vec<&Example> = drawn(&examples, &plan(), 0).collect();
        let count = |class, origin| {
            let wanted = |e: &&&Example| e.class == class && e.origin == origin;
            drawn.iter().filter(wanted).count()
        };
        assert_eq!(count(0, Origin::Simulated), 100);
        assert_eq!(count(1, Origin::Simulated), 50);
        assert_eq!(count(1, Origin::Labelled), 50);
        assert_eq!(count(2, Origin::Simulated), 100);
    }

    #[test]
    fn one_class_is_refused() {
        let mut examples = examples(60);
        examples.retain(|example| example.class == 1);
        assert!(grow(&examples, 3, &plan(), 0).is_err());
        assert!(grow(&[], 3, &plan(), 0).is_err());
    }
}
