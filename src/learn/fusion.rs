//! The fusion of a network that follows image sequences and a forest that looks at their light curves: one
//! logarithmic pool for each number of epochs, its weights learned on simulation.
//!
//! The network sees what no light curve has (a host, a neighbour, a broken stamp), the forest measures what
//! the network only guesses (period, shape); their errors are different, so both together err less.

use serde::{Deserialize, Serialize};

use super::pool_fit::{PoolExample, Ridge, fit};
use crate::domain::{
    ModelCard, ModelId, SetCalibration, TrainingRecord,
    fnv::{FNV_START, fnv1a},
    log_pool::{LogPool, PoolFrom, pool_after},
};

/// Numbers of epochs from which on there are weights of their own.
pub const FROM_EPOCHS: [u32; 11] = [1, 2, 3, 4, 5, 7, 10, 13, 16, 20, 25];
/// What cards call this kind of model.
pub const NETWORK: &str = "fusion";
/// Objects that hold the weights near an even share, and the biases near none.
const RIDGE: Ridge = Ridge {
    weights: 5.0,
    biases: 5.0,
};
/// Objects without which a pool is not learned.
const FEWEST_OBJECTS: usize = 100;

/// Weights and calibrations of a pair of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// Layout; [`Fusion::FORMAT`].
    pub format: u32,
    pub name: String,
    /// Classes, in the order of both models.
    pub classes: Vec<String>,
    /// The network's name or file.
    pub network: String,
    /// The network's identity.
    pub network_id: String,
    /// The forest's name or file.
    pub forest: String,
    /// The forest's identity.
    pub forest_id: String,
    /// Both together, weights in the order network, forest.
    pub both: Vec<PoolFrom>,
    /// Calibration of the forest alone.
    pub forest_alone: Vec<PoolFrom>,
    pub training: TrainingRecord,
    /// What sets of classes follow from; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_sets: Option<SetCalibration>,
}

/// One object after so many epochs: what each of both predicts of it, as far as it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen<'a> {
    pub epochs: u32,
    pub network: Option<&'a [f32]>,
    pub forest: Option<&'a [f32]>,
}

impl Fusion {
    /// The layout that this program reads and writes.
    pub const FORMAT: u32 = 1;

    /// Out of the text of its file; `file` stands for it in messages.
    ///
    /// # Errors
    /// A sentence that names the file and the cause.
    pub fn parse(file: &str, text: &str) -> Result<Self, String> {
        let refused = |why: &str| format!("{file} is no fusion that can be used: {why}");
        let found: Self =
            serde_json::from_str(text).map_err(|error| refused(&error.to_string()))?;
        if found.format != Self::FORMAT {
            let known = Self::FORMAT;
            return Err(refused(&format!(
                "it has layout {}, not {known}",
                found.format
            )));
        }
        for (pools, models) in [(&found.both, 2), (&found.forest_alone, 1)] {
            if !pools.is_sorted_by(|a, b| a.epochs < b.epochs) {
                return Err(refused("its numbers of epochs do not rise"));
            }
            if !pools
                .iter()
                .all(|from| from.pool.fits(models, found.classes.len()))
            {
                return Err(refused("its weights and biases do not fit its classes"));
            }
        }
        Ok(found)
    }

    /// Learns weights and biases from objects whose class is known, `classes` in number; each is given after
    /// several numbers of epochs. The fields that name both models are left as they are in `beginning`.
    pub fn learned(beginning: Self, objects: &[(Vec<Seen<'_>>, usize)]) -> Self {
        let classes = beginning.classes.len();
        let start = |models: usize| LogPool {
            weights: vec![1.0 / models as f64; models],
            biases: vec![0.0; classes],
        };
        let pools = |rows: &dyn Fn(&Seen<'_>) -> Option<usize>, models: usize| -> Vec<PoolFrom> {
            let each = FROM_EPOCHS.into_iter().enumerate();
            each.filter_map(|(at, epochs)| {
                let until = FROM_EPOCHS.get(at + 1).copied().unwrap_or(u32::MAX);
                let within = |seen: &&Seen<'_>| {
                    (epochs..until).contains(&seen.epochs) && rows(seen).is_some()
                };
                // The last of them: the pool is for what is known then.
                let examples = objects.iter().filter_map(|(all, class)| {
                    let seen = all.iter().filter(within).max_by_key(|seen| seen.epochs)?;
                    let both = [seen.network, seen.forest];
                    let rows = match rows(seen)? {
                        2 => both.into_iter().flatten().collect(),
                        one => vec![both[one]?],
                    };
                    Some(PoolExample {
                        rows,
                        class: *class,
                        weight: 1.0,
                    })
                });
                let examples: Vec<_> = examples.collect();
                (examples.len() >= FEWEST_OBJECTS).then(|| PoolFrom {
                    epochs,
                    pool: fit(&examples, &start(models), RIDGE),
                })
            })
            .collect()
        };
        let both = |seen: &Seen<'_>| seen.network.and(seen.forest).map(|_| 2);
        Self {
            both: pools(&both, 2),
            forest_alone: pools(&|seen| seen.forest.map(|_| 1), 1),
            ..beginning
        }
    }

    /// What both together predict; the network alone as it is, the forest alone calibrated, where the other predicts
    /// nothing. None where neither does.
    pub fn predict(&self, seen: Seen<'_>) -> Option<Vec<f32>> {
        let pooled = |pools: &[PoolFrom], rows: &[&[f32]]| {
            pool_after(pools, seen.epochs).map(|pool| pool.apply(rows))
        };
        match (seen.network, seen.forest) {
            (Some(network), Some(forest)) => {
                pooled(&self.both, &[network, forest]).or_else(|| Some(network.to_vec()))
            }
            // It has a temperature of its own.
            (Some(network), None) => Some(network.to_vec()),
            (None, Some(row)) => {
                Some(pooled(&self.forest_alone, &[row]).unwrap_or_else(|| row.to_vec()))
            }
            (None, None) => None,
        }
    }

    /// Its identity: of all that decides what it predicts.
    pub fn id(&self) -> ModelId {
        let parts = (
            &self.classes,
            &self.network_id,
            &self.forest_id,
            &self.both,
            &self.forest_alone,
        );
        let text = serde_json::to_string(&parts).unwrap_or_default();
        ModelId::new(&self.name, fnv1a(FNV_START, text.bytes()).rotate_left(32))
    }

    /// A card for tables and evaluation, after that of the network.
    pub fn card(&self, network: &ModelCard) -> ModelCard {
        ModelCard {
            name: self.name.clone(),
            about: format!("{} and {} together", self.network_id, self.forest_id),
            network: NETWORK.into(),
            members: 2,
            classes: self.classes.clone(),
            training: self.training.clone(),
            class_sets: self.class_sets.clone(),
            figures: std::collections::BTreeMap::new(),
            ..network.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::likeliest, learn::chance::Chance};

    fn beginning() -> Fusion {
        Fusion {
            format: Fusion::FORMAT,
            name: "fusion".into(),
            classes: ["a", "b", "c"].map(String::from).into(),
            network: "recurrent".into(),
            network_id: "recurrent@1".into(),
            forest: "forest".into(),
            forest_id: "forest@2".into(),
            both: Vec::new(),
            forest_alone: Vec::new(),
            training: TrainingRecord::default(),
            class_sets: None,
        }
    }

    type Known = (Vec<f32>, Vec<f32>, usize);

    fn seen(one: &Known) -> Seen<'_> {
        Seen {
            epochs: 6,
            network: Some(&one.0),
            forest: Some(&one.1),
        }
    }

    /// Every other row is sure and right in 95 of 100 cases, the others are unsure and right in half of them.
    fn row(chance: &mut Chance, class: usize) -> Vec<f32> {
        let (right, p) = if chance.share() < 0.5 {
            (0.95, 0.9)
        } else {
            (0.5, 0.5)
        };
        let named = if chance.share() < right {
            class
        } else {
            (class + 1 + chance.below(2)) % 3
        };
        let rest = (1.0 - p) / 2.0;
        (0..3)
            .map(|at| if at == named { p } else { rest })
            .collect()
    }

    #[test]
    fn both_together_know_more_than_the_better_and_one_alone_is_calibrated() {
        let mut chance = Chance::new(5);
        let mut drawn = |count: usize| -> Vec<Known> {
            (0..count)
                .map(|at| {
                    let class = at % 3;
                    let network = row(&mut chance, class);
                    (network, row(&mut chance, class), class)
                })
                .collect()
        };
        let (learned_from, judged) = (drawn(1_500), drawn(1_500));
        let objects: Vec<_> = learned_from
            .iter()
            .map(|one| (vec![seen(one)], one.2))
            .collect();
        let fusion = Fusion::learned(beginning(), &objects);
        assert_eq!(
            fusion
                .both
                .iter()
                .map(|from| from.epochs)
                .collect::<Vec<_>>(),
            [5]
        );
        let right = |predict: &dyn Fn(&Known) -> Vec<f32>| {
            let right = judged
                .iter()
                .filter(|one| likeliest(&predict(one)) == Some(one.2));
            right.count()
        };
        let network = right(&|one| one.0.clone());
        let both = right(&|one| fusion.predict(seen(one)).unwrap());
        assert!(both > network, "{both} {network}");
        // What is sure is right in 95 of 100, what is not in 50.
        for (forest, expected) in [([0.9, 0.05, 0.05], 0.95), ([0.5, 0.25, 0.25], 0.5)] {
            let alone = Seen {
                epochs: 6,
                network: None,
                forest: Some(&forest),
            };
            let sure = fusion.predict(alone).unwrap()[0];
            assert!((sure - expected).abs() < 0.06, "{sure} {expected}");
        }
        // The network alone is calibrated already.
        let early = Seen {
            epochs: 2,
            network: Some(&judged[0].0),
            forest: None,
        };
        assert_eq!(fusion.predict(early).unwrap(), judged[0].0);
        let nothing = Seen {
            epochs: 2,
            network: None,
            forest: None,
        };
        assert_eq!(fusion.predict(nothing), None);
        let text = serde_json::to_string(&fusion).unwrap();
        let again = Fusion::parse("f.json", &text).unwrap();
        assert_eq!((again.id(), again), (fusion.id(), fusion));
    }

    #[test]
    fn broken_files_are_refused_by_name() {
        let mut fusion = beginning();
        let pool = LogPool {
            weights: vec![1.0],
            biases: vec![0.0; 2],
        };
        fusion.forest_alone = vec![PoolFrom { epochs: 3, pool }];
        let text = serde_json::to_string(&fusion).unwrap();
        let why = Fusion::parse("f.json", &text).unwrap_err();
        assert!(
            why.starts_with("f.json is no fusion") && why.contains("do not fit"),
            "{why}"
        );
        fusion.format = 9;
        let text = serde_json::to_string(&fusion).unwrap();
        assert!(
            Fusion::parse("f.json", &text)
                .unwrap_err()
                .contains("layout 9")
        );
        assert!(
            Fusion::parse("f.json", "{")
                .unwrap_err()
                .starts_with("f.json")
        );
    }
}
