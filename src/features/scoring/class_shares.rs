//! Predictions of a set corrected for its class shares: which shares, what they change, and in which words.

use std::{collections::BTreeMap, convert::Infallible, fs, path::PathBuf, str::FromStr};

use anyhow::{Context, anyhow, ensure};

use super::fusing::calibrated;
use crate::{
    domain::{Catalogue, ModelCard, ModelId, Prediction, Predictions, likeliest},
    features::labelling::truths::{Classes, Truths},
    learn::shares::{
        ClassShares, Decision, ShareSource, correct, estimate, followed_threshold, from_labels,
        parse,
    },
};

/// Where the shares are taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ShareChoice {
    /// As trained: nothing is corrected.
    #[default]
    Trained,
    /// Estimated from the predictions of the set.
    Estimated,
    /// From the labels of the set.
    Labels,
    /// A file in which they are set by hand.
    File(PathBuf),
}

impl FromStr for ShareChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "trained" => Self::Trained,
            "estimated" => Self::Estimated,
            "labels" => Self::Labels,
            file => Self::File(file.into()),
        })
    }
}

/// Predictions of a set, corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The shares of the set.
    pub shares: ClassShares,
    /// Those that the model was trained with.
    pub trained: Vec<f64>,
    /// What the predictions were corrected to.
    pub target: Vec<f64>,
    /// One for each candidate. Those of a model that tells real from bogus are as they were: its threshold
    /// follows the shares instead.
    pub predictions: Vec<Predictions>,
    /// The threshold that follows, of a model that tells real from bogus.
    pub threshold: Option<f64>,
    /// Candidates that are called otherwise at their latest epoch, by place, with their classes before and after.
    pub changed: Vec<(usize, [usize; 2])>,
}

/// Corrects what a model predicts of all candidates; none where the shares stay as trained.
///
/// # Errors
/// Where a file of shares cannot be used, or labels are wanted and none is there.
pub fn corrected(
    choice: &ShareChoice,
    decision: Decision,
    (id, card): (&ModelId, &ModelCard),
    predictions: &[Predictions],
    labels: impl FnOnce() -> Vec<usize>,
) -> anyhow::Result<Option<Corrected>> {
    if *choice == ShareChoice::Trained {
        return Ok(None);
    }
    let trained = card.trained_shares();
    let calibrated = calibrated(id, predictions);
    let calibrated = calibrated.as_deref().unwrap_or(predictions);
    let rows = latest_rows(calibrated);
    let shares = match choice {
        ShareChoice::Trained => return Ok(None),
        ShareChoice::Estimated => estimate(&rows, &trained),
        ShareChoice::Labels => {
            let labels = labels();
            ensure!(
                labels.iter().sum::<usize>() > 0,
                "shares are wanted from labels, and no candidate has a label that {} knows",
                card.name
            );
            from_labels(&labels, &trained)
        }
        ShareChoice::File(file) => {
            let name = file.display().to_string();
            let text = fs::read_to_string(file)
                .with_context(|| format!("{name}: class shares cannot be read"))?;
            parse(&name, &text, &card.classes).map_err(|why| anyhow!(why))?
        }
    };
    let both = [predictions, calibrated];
    Ok(Some(Corrected::of(shares, decision, card, both)))
}

impl Corrected {
    /// What shares do to predictions: to those of the model itself, and to the same after their calibration.
    pub fn of(
        shares: ClassShares,
        decision: Decision,
        card: &ModelCard,
        [own, calibrated]: [&[Predictions]; 2],
    ) -> Self {
        let trained = card.trained_shares();
        let target = shares.target(decision);
        let positive = card.positive_class().filter(|_| card.classes.len() == 2);
        if let Some(real) = positive {
            // The balance of errors that its threshold strikes is kept.
            let pair = |shares: &[f64]| [shares[1 - real], shares[real]];
            let of_card = f64::from(card.threshold);
            let threshold = match decision {
                Decision::MostRight => {
                    followed_threshold(of_card, pair(&trained), pair(&shares.shares))
                }
                Decision::EveryClass => of_card,
            };
            return Self {
                predictions: own.to_vec(),
                threshold: Some(threshold),
                changed: moved(own, real, [of_card, threshold]),
                shares,
                trained,
                target,
            };
        }
        let all = calibrated.iter();
        let after: Vec<Predictions> = all
            .map(|one| {
                one.iter()
                    .map(|one| with_shares(one, &trained, &target))
                    .collect()
            })
            .collect();
        Self {
            changed: changed(own, &after),
            predictions: after,
            threshold: None,
            shares,
            trained,
            target,
        }
    }

    /// How many candidates changed from which class to which; most first.
    pub fn changes(&self) -> Vec<([usize; 2], usize)> {
        let mut counts: BTreeMap<[usize; 2], usize> = BTreeMap::new();
        for (_, change) in &self.changed {
            *counts.entry(*change).or_default() += 1;
        }
        let mut changes: Vec<_> = counts.into_iter().collect();
        changes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        changes
    }

    /// What the shares are, and what they change: "class shares estimated from 275 objects: …; 31 of 275 called
    /// otherwise: 12 asteroid now supernova, …".
    pub fn in_words(&self, card: &ModelCard, decision: Decision) -> Vec<String> {
        let ClassShares {
            source,
            objects,
            shrunk,
            ..
        } = &self.shares;
        let from = match source {
            ShareSource::Trained => "as trained".into(),
            ShareSource::Estimated => format!("estimated from {objects} objects"),
            ShareSource::Labels => format!("from {objects} labels"),
            ShareSource::ByHand => "by hand".into(),
        };
        let shares = self.shares.in_words(&card.classes);
        let mut lines = vec![format!("class shares {from}: {shares}")];
        lines.extend(shrunk.map(|why| why.in_words().to_owned()));
        if let Some(threshold) = self.threshold {
            lines.push(format!(
                "{}: real from a score of {threshold:.3}, as trained {}",
                decision.in_words(),
                card.threshold
            ));
        } else {
            lines.push(format!("decision: {}", decision.in_words()));
        }
        let name = |at: usize| card.classes.get(at).map_or("?", String::as_str);
        let moved = self.changes().into_iter().map(|([before, after], count)| {
            let (before, after) = (name(before), name(after));
            format!("{count} {before} now {after}")
        });
        let moved: Vec<String> = moved.collect();
        let all = self.changed.len();
        let candidates = self.predictions.len();
        lines.push(match all {
            0 => "no candidate is predicted differently at its latest epoch".into(),
            _ => format!(
                "{all} of {candidates} predicted differently: {}",
                moved.join(", ")
            ),
        });
        lines
    }
}

/// The row of each candidate's latest scored epoch, candidates without one passed over.
pub fn latest_rows(predictions: &[Predictions]) -> Vec<&[f32]> {
    predictions.iter().filter_map(|all| latest(all)).collect()
}

fn latest(predictions: &Predictions) -> Option<&[f32]> {
    predictions
        .iter()
        .rev()
        .find_map(|prediction| match prediction {
            Prediction::Probabilities(row) if row.iter().all(|p| p.is_finite()) => Some(&row[..]),
            Prediction::Probabilities(_) | Prediction::Refused(_) => None,
        })
}

fn with_shares(prediction: &Prediction, trained: &[f64], target: &[f64]) -> Prediction {
    match prediction {
        Prediction::Probabilities(row) => {
            Prediction::Probabilities(correct(row, trained, target).into())
        }
        refused @ Prediction::Refused(_) => refused.clone(),
    }
}

fn changed(before: &[Predictions], after: &[Predictions]) -> Vec<(usize, [usize; 2])> {
    let all = before.iter().zip(after).enumerate();
    all.filter_map(|(at, (before, after))| {
        let named = [before, after].map(|all| latest(all).and_then(likeliest));
        let change = [named[0]?, named[1]?];
        (change[0] != change[1]).then_some((at, change))
    })
    .collect()
}

/// Candidates that two thresholds call differently at their latest epoch.
fn moved(
    predictions: &[Predictions],
    real: usize,
    thresholds: [f64; 2],
) -> Vec<(usize, [usize; 2])> {
    let all = predictions.iter().enumerate();
    all.filter_map(|(at, predictions)| {
        let score = f64::from(latest(predictions)?[real]);
        let change = thresholds.map(|threshold| if score >= threshold { real } else { 1 - real });
        (change[0] != change[1]).then_some((at, change))
    })
    .collect()
}

/// How many labelled objects there are of each class: by the label of the latest epoch that has one.
pub fn label_counts(catalogue: &Catalogue, truths: Truths<'_>, classes: &[String]) -> Vec<usize> {
    let mut counts = vec![0; classes.len()];
    let mut known = Classes::new(truths, classes);
    for (_, candidate) in catalogue.iter() {
        let epochs = 0..candidate.epochs.len();
        let class = epochs
            .rev()
            .find_map(|epoch| known.of(candidate, epoch).ok());
        if let Some(count) = class.and_then(|class| counts.get_mut(class)) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeaturePlan, ModelInput};

    fn card(classes: &[&str]) -> ModelCard {
        ModelCard {
            name: "m".into(),
            ..ModelCard::untrained(
                "forest",
                ModelInput::Features(FeaturePlan {
                    features: Vec::new(),
                    fewest_epochs: 1,
                }),
                classes,
            )
        }
    }

    fn id() -> ModelId {
        ModelId::new("m", 0)
    }

    fn predicted(row: &[f32]) -> Prediction {
        Prediction::Probabilities(row.into())
    }

    /// 150 clear stars, 40 supernovae that look a little more like asteroids, no asteroid.
    fn set() -> Vec<Predictions> {
        let star: Predictions =
            [predicted(&[0.2, 0.4, 0.4]), predicted(&[0.01, 0.98, 0.01])].into();
        let supernova: Predictions = [
            predicted(&[0.3, 0.3, 0.4]),
            Prediction::Refused("no".into()),
            predicted(&[0.6, 0.02, 0.38]),
        ]
        .into();
        let hidden: Predictions = [predicted(&[0.45, 0.02, 0.53])].into();
        let all = [(star, 150), (supernova, 37), (hidden, 3)];
        all.into_iter()
            .flat_map(|(one, count)| vec![one; count])
            .collect()
    }

    #[test]
    fn estimated_shares_change_what_is_called_and_say_so() {
        let card = card(&["supernova", "star", "asteroid"]);
        let nothing = || Vec::new();
        let all = set();
        let decision = Decision::EveryClass;
        let estimated = ShareChoice::Estimated;
        let found = corrected(&estimated, decision, (&id(), &card), &all, nothing)
            .unwrap()
            .unwrap();
        assert_eq!(found.shares.occurs, [true, true, false]);
        assert!(
            (found.shares.shares[0] - 0.21).abs() < 2.0 * found.shares.errors[0],
            "{:?}",
            found.shares
        );
        assert_eq!(found.changes(), [([2, 0], 3)]);
        assert_eq!(found.changed[0], (187, [2, 0]));
        let words = found.in_words(&card, decision);
        assert!(words[0].starts_with("class shares estimated from 190 objects: supernova"));
        assert_eq!(
            words[2],
            "3 of 190 predicted differently: 3 asteroid now supernova"
        );
        // The same shares for all epochs; refusals stay.
        let of_supernova = &found.predictions[150];
        assert_eq!(of_supernova[0], predicted(&[0.5, 0.5, 0.0]));
        assert_eq!(of_supernova[1], Prediction::Refused("no".into()));
        let trained = corrected(
            &ShareChoice::Trained,
            decision,
            (&id(), &card),
            &all,
            nothing,
        );
        assert_eq!(trained.unwrap(), None);
    }

    #[test]
    fn labels_and_files_are_asked_for_and_their_lack_is_named() {
        let card = card(&["supernova", "star", "asteroid"]);
        let of = |choice: ShareChoice, labels: Vec<usize>| {
            corrected(&choice, Decision::MostRight, (&id(), &card), &set(), || {
                labels
            })
        };
        let labelled = of(ShareChoice::Labels, vec![10, 30, 0]).unwrap().unwrap();
        assert_eq!(labelled.shares.objects, 40);
        let why = of(ShareChoice::Labels, vec![0; 3]).unwrap_err().to_string();
        assert!(
            why.contains("no candidate has a label that m knows"),
            "{why}"
        );
        let why = of("/nowhere/shares.toml".parse().unwrap(), Vec::new()).unwrap_err();
        assert!(format!("{why:#}").contains("/nowhere/shares.toml"));
    }

    #[test]
    fn the_threshold_of_a_real_bogus_model_follows_the_share_of_bogus() {
        let card = card(&["bogus", "real"]);
        let bogus: Predictions = [predicted(&[0.95, 0.05])].into();
        let likely: Predictions = [predicted(&[0.4, 0.6])].into();
        let real: Predictions = [predicted(&[0.02, 0.98])].into();
        let all = [(bogus, 160), (likely, 4), (real, 36)];
        let all: Vec<Predictions> = all
            .into_iter()
            .flat_map(|(one, count)| vec![one; count])
            .collect();
        let of = |decision| {
            let found = corrected(
                &ShareChoice::Estimated,
                decision,
                (&id(), &card),
                &all,
                Vec::new,
            );
            found.unwrap().unwrap()
        };
        let most_right = of(Decision::MostRight);
        let threshold = most_right.threshold.unwrap();
        assert!((threshold - most_right.shares.shares[0]).abs() < 1e-6);
        assert!(threshold > 0.75 && threshold < 0.85, "{threshold}");
        assert_eq!(most_right.predictions, all);
        assert_eq!(most_right.changes(), [([1, 0], 4)]);
        assert_eq!(of(Decision::EveryClass).threshold, Some(0.5));
    }
}
