//! The figures that tell how well a model judges.

use std::collections::BTreeMap;

use crate::english;
use serde::{Serialize, Serializer};

/// A figure.
///
/// With a positive class, precision, recall and F1 are of that class; for more classes they are
/// means over the classes, and the areas are means of one class against the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Share that was called rightly.
    Accuracy,
    /// Share of what was called real that is real.
    Precision,
    /// Share of what is real that was called so.
    Recall,
    /// Harmonic mean of precision and recall.
    F1,
    /// Mean over the classes of their recall.
    MeanRecall,
    /// Area under the receiver operating characteristic.
    Auc,
    /// Precision averaged over recall.
    AveragePrecision,
    /// Smallest false-negative rate with a false-positive rate of at most 1e-2.
    FnrAtFpr01,
    /// The same at 1e-3.
    FnrAtFpr001,
    /// Share of the bogus that is rejected where 95 % of the real are kept.
    SpecificityAtRecall95,
    /// Mean square of probability less outcome.
    Brier,
    /// Expected calibration error.
    CalibrationError,
}

impl Measure {
    pub const COUNT: usize = 12;

    /// All, in the order of [`Figures`].
    pub const ALL: [Self; Self::COUNT] = [
        Self::Accuracy,
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::MeanRecall,
        Self::Auc,
        Self::AveragePrecision,
        Self::FnrAtFpr01,
        Self::FnrAtFpr001,
        Self::SpecificityAtRecall95,
        Self::Brier,
        Self::CalibrationError,
    ];

    /// Its key in JSON, and the key below that.
    const fn keys(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Accuracy => ("accuracy", None),
            Self::Precision => ("precision", None),
            Self::Recall => ("recall", None),
            Self::F1 => ("f1", None),
            Self::MeanRecall => ("mean_recall", None),
            Self::Auc => ("auc", None),
            Self::AveragePrecision => ("average_precision", None),
            Self::FnrAtFpr01 => ("fnr_at_fpr", Some("0.01")),
            Self::FnrAtFpr001 => ("fnr_at_fpr", Some("0.001")),
            Self::SpecificityAtRecall95 => ("specificity_at_recall", Some("0.95")),
            Self::Brier => ("brier", None),
            Self::CalibrationError => ("calibration_error", None),
        }
    }

    /// Its name for people, in English: files have it too.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Accuracy => english!("accuracy"),
            Self::Precision => english!("precision"),
            Self::Recall => english!("recall"),
            Self::F1 => "F1",
            Self::MeanRecall => english!("mean recall"),
            Self::Auc => "AUC",
            Self::AveragePrecision => english!("average precision"),
            Self::FnrAtFpr01 => english!("FNR at FPR 0.01"),
            Self::FnrAtFpr001 => english!("FNR at FPR 0.001"),
            Self::SpecificityAtRecall95 => english!("specificity at recall 0.95"),
            Self::Brier => english!("Brier score"),
            Self::CalibrationError => english!("calibration error"),
        }
    }

    /// True where it is told in percent.
    pub const fn is_percent(self) -> bool {
        !matches!(
            self,
            Self::Auc | Self::AveragePrecision | Self::Brier | Self::CalibrationError
        )
    }
}

/// A number for each [`Measure`]; none where the data cannot tell it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Figures(pub [Option<f64>; Measure::COUNT]);

impl Figures {
    pub const fn get(&self, measure: Measure) -> Option<f64> {
        self.0[measure as usize]
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Entry {
            Plain(Option<f64>),
            Below(BTreeMap<&'static str, Option<f64>>),
        }
        let mut entries: Vec<(&str, Entry)> = Vec::new();
        for (measure, value) in Measure::ALL.into_iter().zip(self.0) {
            match (measure.keys(), entries.last_mut()) {
                ((key, Some(below)), Some((last, Entry::Below(map)))) if *last == key => {
                    map.insert(below, value);
                }
                ((key, Some(below)), _) => {
                    entries.push((key, Entry::Below([(below, value)].into())));
                }
                ((key, None), _) => entries.push((key, Entry::Plain(value))),
            }
        }
        serializer.collect_map(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_by_name_with_those_of_one_kind_together() {
        let mut figures = Figures::default();
        figures.0[Measure::FnrAtFpr001 as usize] = Some(0.25);
        figures.0[Measure::Accuracy as usize] = Some(0.75);
        let json = serde_json::to_value(figures).unwrap();
        assert_eq!(json["accuracy"], 0.75);
        assert_eq!(json["fnr_at_fpr"]["0.001"], 0.25);
        assert!(json["fnr_at_fpr"]["0.01"].is_null() && json["f1"].is_null());
        assert_eq!(json["specificity_at_recall"].as_object().unwrap().len(), 1);
        for (at, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(measure as usize, at);
        }
    }
}
