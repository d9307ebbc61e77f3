//! The random forest: class probabilities out of the features of a light curve.

use thiserror::Error;

use super::{
    LightCurve,
    features::{self, Features},
    tree::Tree,
};
use crate::domain::{FeaturePlan, ModelCard, ModelId, ModelInput};

/// What cards call this kind of model.
pub const NETWORK: &str = "forest";

/// A fault, told to the user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ForestError {
    /// A file that cannot be used as a forest.
    #[error("{file} is no forest that can be used: {why}")]
    File {
        file: String,
        /// Why not.
        why: String,
    },
    /// Nothing to learn from, or an impossible setting.
    #[error("{0}")]
    Training(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    card: ModelCard,
    id: ModelId,
    trees: Vec<Tree>,
    /// Places in [`features::NAMES`] of what it takes, in the order of its card.
    places: Vec<usize>,
    fewest_epochs: usize,
}

impl Forest {
    /// A forest of these trees.
    ///
    /// # Errors
    /// A sentence without full stop, where card and trees do not belong together.
    pub fn new(card: ModelCard, trees: Vec<Tree>) -> Result<Self, String> {
        let ModelInput::Features(FeaturePlan {
            features,
            fewest_epochs,
        }) = &card.input
        else {
            return Err("its card does not speak of features".into());
        };
        let known = |name: &String| {
            let why = || format!("it takes the feature {name}, which is not known");
            features::place(name).ok_or_else(why)
        };
        let places: Vec<usize> = features.iter().map(known).collect::<Result<_, _>>()?;
        if card.classes.len() < 2 {
            return Err("it has fewer than two classes".into());
        }
        if trees.is_empty() || trees.iter().any(Tree::is_empty) {
            return Err("it has no trees, or empty ones".into());
        }
        let last = trees.iter().filter_map(Tree::last_feature).max();
        if last.is_some_and(|last| last >= places.len()) {
            return Err("its trees ask for more features than its card names".into());
        }
        let fewest_epochs = *fewest_epochs;
        let id = ModelId::new(&card.name, super::forest_file::fingerprint(&card, &trees));
        Ok(Self {
            card,
            id,
            trees,
            places,
            fewest_epochs,
        })
    }

    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The card, to add figures; nothing in it that decides what the forest says can be changed.
    pub const fn figures_mut(&mut self) -> &mut std::collections::BTreeMap<String, f64> {
        &mut self.card.figures
    }

    /// Puts down what sets of classes follow from.
    pub fn set_class_sets(&mut self, sets: crate::domain::SetCalibration) {
        self.card.class_sets = Some(sets);
    }

    /// Its identity.
    pub const fn id(&self) -> &ModelId {
        &self.id
    }

    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Measurements from which on it says something.
    pub const fn fewest_epochs(&self) -> usize {
        self.fewest_epochs
    }

    /// The probability of each class, in the order of the card: the mean over the trees. They sum
    /// to 1.
    pub fn probabilities(&self, features: &Features) -> Vec<f32> {
        let input: Vec<f32> = self.places.iter().map(|at| features[*at]).collect();
        let mut votes = vec![0.0; self.card.classes.len()];
        for tree in &self.trees {
            tree.vote(&input, &mut votes);
        }
        let sum: f32 = votes.iter().sum();
        votes.iter().map(|vote| vote / sum).collect()
    }

    /// What it says of a light curve.
    ///
    /// # Errors
    /// How many measurements are missing.
    pub fn judge(&self, curve: &LightCurve) -> Result<Vec<f32>, String> {
        if curve.len() < self.fewest_epochs {
            return Err(too_short(curve.len(), self.fewest_epochs));
        }
        Ok(self.probabilities(&features::features(curve)))
    }
}

/// Why a light curve of so many measurements cannot be judged.
pub fn too_short(measurements: usize, fewest: usize) -> String {
    format!("has {measurements} of {fewest} measurements that the forest needs")
}

#[cfg(test)]
pub(super) mod tests {
    use super::{
        super::{
            Point,
            growing::{
                grow,
                tests::{examples, plan},
            },
        },
        *,
    };

    pub(in super::super) fn card() -> ModelCard {
        ModelCard {
            name: "test".into(),
            about: "a forest for tests".into(),
            members: 5,
            ..ModelCard::untrained(
                NETWORK,
                ModelInput::Features(FeaturePlan {
                    features: features::NAMES.map(String::from).into(),
                    fewest_epochs: 3,
                }),
                &["a", "b", "c"],
            )
        }
    }

    pub(in super::super) fn forest() -> Forest {
        let examples = examples(600);
        let trees = (0..5).map(|number| grow(&examples, 3, &plan(), number).unwrap());
        Forest::new(card(), trees.collect()).unwrap()
    }

    #[test]
    fn probabilities_sum_to_one_and_follow_the_features() {
        let forest = forest();
        for (at, class, value) in [(0, 1, 1.5), (40, 2, -0.5)] {
            let mut row = [0.5; features::COUNT];
            row[at] = value;
            let predicted = forest.probabilities(&row);
            assert!((predicted.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(predicted[class] > 0.7, "{predicted:?}");
        }
    }

    #[test]
    fn short_light_curves_are_refused_in_words() {
        let forest = forest();
        let curve = |count: i32| {
            LightCurve::new((0..count).map(|at| Point {
                mjd: f64::from(at),
                flux: f64::from(at % 2),
                error: 1.0,
            }))
        };
        let why = forest.judge(&curve(2)).unwrap_err();
        assert_eq!(why, "has 2 of 3 measurements that the forest needs");
        assert_eq!(forest.judge(&curve(3)).unwrap().len(), 3);
    }

    #[test]
    fn cards_and_trees_must_fit() {
        let trees = forest().trees().to_vec();
        let refused = |change: &dyn Fn(&mut ModelCard, &mut FeaturePlan)| {
            let mut card = card();
            let ModelInput::Features(mut plan) = card.input.clone() else {
                return String::new();
            };
            change(&mut card, &mut plan);
            card.input = ModelInput::Features(plan);
            Forest::new(card, trees.clone()).err().unwrap_or_default()
        };
        assert!(refused(&|_, plan| plan.features[3] = "Colour".into()).contains("Colour"));
        assert!(refused(&|_, plan| plan.features.truncate(2)).contains("more features"));
        assert!(refused(&|card, _| card.classes.truncate(1)).contains("two classes"));
        assert_eq!(refused(&|_, _| ()), "");
        assert!(
            Forest::new(card(), Vec::new())
                .unwrap_err()
                .contains("no trees")
        );
    }
}
