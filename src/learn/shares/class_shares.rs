//! The shares themselves, where they come from, and the two decisions that they serve.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::share::{self, Style};

/// Where shares come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareSource {
    /// Those that the model was trained with.
    Trained,
    /// Estimated from predictions of the opened set, without labels.
    Estimated,
    /// From labels of the opened set.
    Labels,
    /// Set by hand.
    ByHand,
}

impl ShareSource {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trained => "trained",
            Self::Estimated => "estimated",
            Self::Labels => "labels",
            Self::ByHand => "by hand",
        }
    }
}

impl fmt::Display for ShareSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the class that is named should be best at: the user's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Most objects are called what they are: classes count by their shares. Accuracy is quoted for it.
    MostRight,
    /// Every class that occurs is found equally well, rare ones too. Mean recall is quoted for it.
    #[default]
    EveryClass,
}

impl Decision {
    /// Both, in menu order.
    pub const ALL: [Self; 2] = [Self::EveryClass, Self::MostRight];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MostRight => "most-right",
            Self::EveryClass => "every-class",
        }
    }

    /// What it does, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::MostRight => "most objects right",
            Self::EveryClass => "every class found equally well",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Decision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| format!("\"{text}\" is neither every-class nor most-right"))
    }
}

/// Why an estimate was drawn towards the trained shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shrunk {
    /// There are fewer objects than [`super::FEW_OBJECTS`].
    FewObjects,
    /// One class seems to be there alone: that cannot be told from a model that calls everything so.
    OneClass,
}

impl Shrunk {
    /// Why, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::FewObjects => {
                "there are few objects, so the estimate is drawn towards the trained shares"
            }
            Self::OneClass => {
                "only one class seems to occur, so the estimate is drawn towards the trained shares"
            }
        }
    }
}

/// Class shares with their uncertainty, in the order of a model's classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassShares {
    pub source: ShareSource,
    /// The shares, 0 to 1; they sum to 1.
    pub shares: Vec<f64>,
    /// One standard deviation of each; 0 where it is not estimated.
    pub errors: Vec<f64>,
    /// False for classes that are left out: their share is compatible with zero.
    pub occurs: Vec<bool>,
    /// Objects that they were estimated from.
    pub objects: usize,
    /// Why the estimate was drawn towards the trained shares; none where it was not.
    pub shrunk: Option<Shrunk>,
}

impl ClassShares {
    /// The shares that a model was trained with.
    pub fn trained(shares: &[f64]) -> Self {
        Self::exact(ShareSource::Trained, shares)
    }

    /// Shares without uncertainty; `shares` need not sum to 1.
    /// Set by hand: a number for each class, of which at least one is above 0; they need not sum to 1.
    pub fn by_hand(shares: &[f64]) -> Self {
        Self::exact(ShareSource::ByHand, shares)
    }

    pub(super) fn exact(source: ShareSource, shares: &[f64]) -> Self {
        Self {
            source,
            errors: vec![0.0; shares.len()],
            occurs: shares.iter().map(|share| *share > 0.0).collect(),
            shares: normalised(shares),
            objects: 0,
            shrunk: None,
        }
    }

    /// The shares that probabilities are corrected to: the estimated ones, or one for all classes that
    /// occur.
    pub fn target(&self, decision: Decision) -> Vec<f64> {
        let share = |at: usize| match decision {
            _ if !self.occurs[at] => 0.0,
            Decision::MostRight => self.shares[at],
            Decision::EveryClass => 1.0,
        };
        normalised(&(0..self.shares.len()).map(share).collect::<Vec<_>>())
    }

    /// "supernova 12.0 ± 2.0 %, galaxy left out (0.1 %)": what is known of each class.
    pub fn in_words(&self, classes: &[String]) -> String {
        let one = |(at, class): (usize, &String)| {
            let (share, error) = (100.0 * self.shares[at], 100.0 * self.errors[at]);
            if !self.occurs[at] {
                return format!("{class} left out (below {:.1} %)", share + 2.0 * error);
            }
            let error = Some(self.errors[at]).filter(|error| *error > 0.0);
            let words = share::in_words(self.shares[at], error, Style::PERCENT);
            format!("{class} {words}")
        };
        let all: Vec<String> = classes
            .iter()
            .take(self.shares.len())
            .enumerate()
            .map(one)
            .collect();
        all.join(", ")
    }
}

/// Brought to a sum of 1; one share for all where the sum is 0.
pub(super) fn normalised(shares: &[f64]) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        shares.iter().map(|share| share / sum).collect()
    } else {
        vec![1.0 / shares.len().max(1) as f64; shares.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decision_has_its_target() {
        let shares = ClassShares {
            occurs: vec![true, false, true],
            errors: vec![0.02, 0.004, 0.02],
            ..ClassShares::exact(ShareSource::Estimated, &[0.18, 0.02, 0.8])
        };
        assert_eq!(shares.target(Decision::EveryClass), [0.5, 0.0, 0.5]);
        let most_right = shares.target(Decision::MostRight);
        assert!((most_right[0] - 0.18 / 0.98).abs() < 1e-12 && most_right[1] == 0.0);
        let names = ["supernova", "galaxy", "asteroid"].map(String::from);
        assert_eq!(
            shares.in_words(&names),
            "supernova 18.0 ± 2.0 %, galaxy left out (below 2.8 %), asteroid 80.0 ± 2.0 %"
        );
    }

    #[test]
    fn decisions_have_names() {
        for decision in Decision::ALL {
            assert_eq!(decision.to_string().parse(), Ok(decision));
        }
        assert!("all".parse::<Decision>().unwrap_err().contains("\"all\""));
    }
}
