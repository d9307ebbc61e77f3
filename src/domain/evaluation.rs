//! How well a model judges candidates whose truth is known: figures with their uncertainties.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::Arc,
};

use serde::{Serialize, Serializer};

use super::{
    CandidateIx, Confusion, Figures, ModelCard, ModelId, SetCalibration, set_figures::SetFigures,
    workload::Workload,
};
use crate::text;

/// Which epochs of an object are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedAt {
    /// Every epoch for itself, as a survey does that looks at each detection.
    Each,
    /// The last epoch that was scored: what is known in the end.
    Last,
    /// The epoch with the highest score: an object is as real as its best epoch. Where a model has
    /// more than two classes, the epoch of which it is most certain.
    Highest,
}

impl JudgedAt {
    /// All, in menu order.
    pub const ALL: [Self; 3] = [Self::Each, Self::Last, Self::Highest];

    /// Its name: `each`, `last`, `highest`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Last => "last",
            Self::Highest => "highest",
        }
    }
}

impl fmt::Display for JudgedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JudgedAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|at| at.name() == text);
        found.ok_or_else(|| format!("\"{text}\" is none of each, last and highest"))
    }
}

/// What evaluation must know of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFacts {
    pub id: ModelId,
    /// Names of its classes, in the order of its probabilities.
    pub classes: Vec<String>,
    /// The class that a threshold is about, where there are two classes and one of them is `real`.
    pub positive: Option<usize>,
    /// The threshold that comes with the model.
    pub threshold: f64,
    /// Identifiers of the labelled objects that it has learned: it is not judged on them.
    pub learned: Arc<BTreeSet<Arc<str>>>,
    /// What its sets of classes follow from; none of a model that tells real from bogus.
    pub sets: Option<Arc<SetCalibration>>,
}

impl ModelFacts {
    pub fn of(id: &ModelId, card: &ModelCard) -> Self {
        Self {
            id: id.clone(),
            classes: card.classes.clone(),
            positive: card.positive_class().filter(|_| card.classes.len() == 2),
            // By its decimals: 0.62 as a double would be 0.6200000047683716.
            threshold: card.threshold.to_string().parse().unwrap_or(0.5),
            learned: Arc::new(card.training.learned.iter().cloned().collect()),
            sets: card
                .sets_of(id)
                .filter(|_| card.positive_class().is_none())
                .map(|sets| Arc::new(sets.clone())),
        }
    }

    /// Where its objects are judged unless the user says otherwise: every epoch of a network that
    /// tells real from bogus, the last one of a network that follows a sequence.
    pub const fn usual_at(&self) -> JudgedAt {
        if self.positive.is_some() {
            JudgedAt::Each
        } else {
            JudgedAt::Last
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassFigures {
    #[serde(skip)]
    pub class: String,
    /// How many are of it.
    pub n: u64,
    /// Share of what was called so that is so.
    pub precision: Option<f64>,
    /// Share that was called so.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
    /// Area under the receiver operating characteristic of this class against the rest.
    pub auc: Option<f64>,
}

/// As a map from the names of the classes.
fn by_class<S: Serializer>(all: &[ClassFigures], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(all.iter().map(|figures| (&figures.class, figures)))
}

/// The threshold that keeps a wanted share of the real, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtRecall {
    pub wanted: f64,
    /// The highest threshold that gives it.
    pub threshold: f64,
    pub recall: Option<f64>,
    /// The share of the bogus that it rejects.
    pub specificity: Option<f64>,
}

/// Errors within a range of S/N.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SnrBin {
    /// Least S/N.
    pub from: f64,
    /// Upper end, not included; infinite (null) for the last.
    pub to: f64,
    /// How many were judged.
    pub n: u64,
    /// How many of them wrongly.
    pub wrong: u64,
    /// The share that was judged wrongly.
    pub error: Option<f64>,
    /// An interval of one standard deviation about it (Wilson 1927).
    pub interval: Option<[f64; 2]>,
}

/// Errors within a kind of simulated source or artefact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindFigures {
    /// The kind: `dipole`, `hosted`, …
    pub kind: Arc<str>,
    pub class: String,
    /// How many were judged.
    pub n: u64,
    /// The share that was called rightly.
    pub recall: Option<f64>,
}

/// What a model knows after so many epochs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AfterEpochs {
    pub epochs: u32,
    /// How many objects were judged; one with fewer epochs by its last.
    pub n: u64,
    /// Share that was called what it is.
    pub accuracy: Option<f64>,
    /// Mean of the recalls of the classes that there are.
    pub mean_recall: Option<f64>,
    /// Recall of every class, in the order of the model's.
    pub recall: Vec<Option<f64>>,
}

/// What could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub why: String,
    /// How many: epochs where each epoch is judged, else objects.
    pub n: usize,
}

/// One thing that was judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    pub candidate: CandidateIx,
    /// Its epoch, from 0.
    pub epoch: u32,
    /// Position of its true class.
    pub truth: u8,
    /// Position of the class that it was called.
    pub predicted: u8,
    /// Probability of the positive class; of the class that it was called where there is none.
    pub score: f32,
}

impl Judged {
    /// True where it was called what it is.
    pub const fn is_right(&self) -> bool {
        self.truth == self.predicted
    }
}

/// Curves, as many points as a picture needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// False-positive and true-positive rate.
    pub roc: Vec<[f64; 2]>,
    /// False-positive and false-negative rate.
    pub det: Vec<[f64; 2]>,
    pub precision_recall: Vec<[f64; 2]>,
    /// Mean probability, share that came true, and number, of bins that are not empty.
    pub calibration: Vec<(f64, f64, u64)>,
    /// What the threshold does: false-positive rate and true-positive rate.
    pub operating: Option<[f64; 2]>,
    /// How many are positive, and how many not.
    pub counts: [u64; 2],
}

/// How well one model judges.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    pub model: ModelId,
    /// Classes in the order of the confusion matrix.
    pub classes: Vec<String>,
    /// Which epochs were judged.
    pub at: JudgedAt,
    /// Score from which a candidate is called real; none where the likeliest of several classes
    /// is taken.
    pub threshold: Option<f64>,
    /// How many were judged: epochs where each epoch is judged, else objects.
    pub n: usize,
    pub objects: usize,
    #[serde(flatten)]
    pub figures: Figures,
    /// Their standard deviations by bootstrap over the objects.
    pub uncertainty: Figures,
    /// True classes in rows, what was said in columns.
    pub confusion: Confusion,
    /// Every class, in their order.
    #[serde(serialize_with = "by_class")]
    pub per_class: Vec<ClassFigures>,
    /// Thresholds for wanted recalls.
    pub at_recall: Vec<AtRecall>,
    /// What is found by looking at the whole set in the order of the scores; none with too few labels, or where no class
    /// is positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Errors against S/N, where the data tell it.
    pub by_snr: Vec<SnrBin>,
    /// Errors by kind, where the data tell it.
    pub by_kind: Vec<KindFigures>,
    /// How soon it knows: after 1, 2, … epochs. Nothing for a model of real and bogus.
    pub by_epochs: Vec<AfterEpochs>,
    /// Spearman's rank correlation of the score with other numbers, by their names.
    pub rank_correlation: BTreeMap<String, Option<f64>>,
    /// What was not judged, and why.
    pub left_out: Vec<LeftOut>,
    /// The same on objects whose labels a compared model has learned, apart: it flatters that model. None where
    /// there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenFigures>,
    /// How often its sets of classes hold the true one: as the model was calibrated, then with labels, where there are
    /// enough of them. Empty of a model that was not calibrated for sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<SetFigures>,
    /// Position of the positive class.
    #[serde(skip)]
    pub positive: Option<usize>,
    /// Everything that was judged.
    #[serde(skip)]
    pub judged: Arc<[Judged]>,
    /// Curves for pictures.
    #[serde(skip)]
    pub curves: Curves,
}

/// Figures on objects that a compared model has learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SeenFigures {
    /// How many were judged: epochs where each epoch is judged, else objects.
    pub n: usize,
    /// Mean over the classes of the share that was recognised, 0 to 1.
    pub mean_recall: f64,
    /// Share of right classes, 0 to 1.
    pub accuracy: f64,
}

impl SeenFigures {
    /// "on 40 that a model has learned: mean recall 99.1 %, accuracy 99.4 %".
    pub fn in_words(&self) -> String {
        text!(
            "on {count} whose labels a model has learned: mean recall {recall} %, accuracy {accuracy} %",
            count = self.n,
            recall = format_args!("{:.1}", 100.0 * self.mean_recall),
            accuracy = format_args!("{:.1}", 100.0 * self.accuracy)
        )
    }
}

/// Two models on the same things.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelComparison {
    /// The two.
    pub models: [ModelId; 2],
    /// How many things both judged.
    pub n: usize,
    /// How many only the first calls rightly.
    pub only_first_right: u64,
    /// How many only the second calls rightly.
    pub only_second_right: u64,
    /// McNemar's test: the chance of so uneven counts where both err equally often.
    pub mcnemar_p_value: f64,
    /// True where that chance is exact, false where it is that of a chi-square.
    pub is_exact: bool,
    /// Spearman's rank correlation of their scores.
    pub rank_correlation: Option<f64>,
    /// What they call differently: as the first and as the second judged it.
    #[serde(skip)]
    pub differ: Arc<[[Judged; 2]]>,
}

/// Mean and spread over models of one name that differ by their seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverSeeds {
    /// The name that they share.
    pub name: String,
    pub models: usize,
    /// Means.
    #[serde(flatten)]
    pub figures: Figures,
    /// Standard deviations from seed to seed.
    pub uncertainty: Figures,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_to_judge_are_named() {
        for at in JudgedAt::ALL {
            assert_eq!(at.to_string().parse(), Ok(at));
        }
        assert!("first".parse::<JudgedAt>().unwrap_err().contains("first"));
    }
}
