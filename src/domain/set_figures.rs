//! How often sets of classes hold the true one, class by class.

use crate::text;
use serde::Serialize;

/// A share in percent, with one digit where it has one: "90", "97.5".
pub fn in_percent(share: f64) -> String {
    format!("{}", (1e3 * share).round() / 10.0)
}

/// What was found of the sets of one class.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClassCoverage {
    pub class: String,
    /// How many of it were judged: epochs where each epoch is judged, else objects.
    pub n: u64,
    /// Of how many nothing is seen yet.
    pub unseen: u64,
    /// The share of them whose set holds the class.
    pub coverage: Option<f64>,
    /// Classes in a set, on average.
    pub mean_size: Option<f64>,
}

/// Sets of classes against truths.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SetFigures {
    /// The coverage that was wanted, 0 to 1.
    pub level: f64,
    /// What they were calibrated with, in words.
    pub calibrated_with: String,
    /// Every class of the model, in their order.
    pub classes: Vec<ClassCoverage>,
}

impl SetFigures {
    /// The mean coverage over the classes that there are.
    pub fn mean_coverage(&self) -> Option<f64> {
        let known: Vec<f64> = self.classes.iter().filter_map(|one| one.coverage).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// "sets of classes at 90 %: they hold the true one for 91.2 % (mean of the classes)".
    pub fn in_words(&self) -> String {
        let coverage = self.mean_coverage();
        let coverage = coverage.map_or_else(|| "–".into(), |share| format!("{:.1}", 100.0 * share));
        text!(
            "sets of classes at {level} %: they hold the true one for {coverage} % (mean of the classes); calibrated with {data}",
            level = in_percent(self.level),
            coverage,
            data = self.calibrated_with
        )
    }
}

impl ClassCoverage {
    /// True where fewer are held than was wanted by more than two standard errors.
    pub fn is_short_of(&self, level: f64) -> bool {
        let error = (level * (1.0 - level) / self.n.max(1) as f64).sqrt();
        self.coverage
            .is_some_and(|share| share < level - 2.0 * error)
    }

    /// "in the set 93.9 % of 33, 1.2 classes on average, nothing seen yet of 4".
    pub fn in_words(&self) -> Option<String> {
        let (coverage, size) = self.coverage.zip(self.mean_size)?;
        let unseen = match self.unseen {
            0 => String::new(),
            count => text!(", nothing seen yet of {count}", count),
        };
        Some(text!(
            "in the set {share} % of {count}, {size} classes on average{unseen}",
            share = format_args!("{:.1}", 100.0 * coverage),
            count = self.n,
            size = format_args!("{size:.2}"),
            unseen
        ))
    }
}
