//! Columns: everything a candidate can be sorted and filtered by.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

pub use super::cell::Cell;

use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, FieldValue, Fields, LabelBook, Mjd, agreement,
        label_book::LabelState, position::galactic,
    },
    text,
    workspace::{
        repeat_check::RepeatCheck,
        scores::{classes::class_named, shown::Scores},
    },
};

/// A candidate with all that is known of it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its place in the order of finding.
    pub ix: CandidateIx,
    pub candidate: &'a Candidate,
    pub book: &'a LabelBook,
    pub scores: &'a Scores,
    /// Whose labels are hidden.
    pub repeat_check: &'a RepeatCheck,
}

impl Row<'_> {
    /// What persons have decided about it, as far as it may be told.
    pub fn labels(&self) -> &LabelState {
        self.repeat_check.visible(self.book, self.candidate)
    }
}

/// Something known of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The order in which candidates were found.
    #[default]
    Found,
    /// Identifier.
    Id,
    /// Class label.
    Label,
    /// None, labelled, unsure, skipped.
    State,
    /// Brightest magnitude of its epochs.
    Mag,
    /// The survey's identifier of the last detection (`candid`, `diaSourceId`).
    Candid,
    /// Number of epochs.
    Epochs,
    /// Time of the first epoch, MJD.
    First,
    /// Time of the last epoch, MJD.
    Last,
    /// Angle from the galactic plane, |b|, degrees.
    AbsB,
    /// Class written in the data.
    Truth,
    /// Flagged.
    Flag,
    /// Score of the active model, at the candidate's best epoch.
    Score,
    /// Score of the shown model of a name; the whole text, `score:cap`.
    ScoreOf(Arc<str>),
    /// How far the score is from the threshold.
    Margin,
    /// Largest difference between the scores of two shown models.
    Disagreement,
    /// The class that the class model predicts after its last epoch.
    #[serde(alias = "said")]
    Predicted,
    /// The probability of a class after the last epoch; the whole text, `p:supernova`.
    ProbabilityOf(Arc<str>),
    /// How unsure the class model is, 0 to 1.
    Entropy,
    /// How much the last epoch changed the class model's mind, 0 to 1.
    Change,
    /// How many different classes annotators gave it, less one: 0 where they agree.
    Conflict,
    /// How much a label of it would teach: unlabelled candidates mixed by reason.
    Next,
    /// How much surer the active model is of another class than of the label, -1 to 1 (the normalised
    /// margin of confident learning, Northcutt et al. 2021, with its sign turned).
    Doubt,
    /// How significantly it was detected in any of its epochs, standard deviations.
    Significance,
    /// How badly the latent model draws it again, at its worst epoch: what is large is unlike all
    /// that the model has seen.
    Anomaly,
    /// The component of the latent space that it belongs to, from 1.
    Component,
    /// How much it is like the examples of *More like this*, -1 to 1.
    Likeness,
    /// Any header or packet field, of the candidate or of its last epoch that has it.
    Field(Arc<str>),
}

/// What stands before a model's name in the name of a column.
pub const SCORE_OF: &str = "score:";
/// What stands before a class's name in the name of a column.
pub const PROBABILITY_OF: &str = "p:";

impl Column {
    /// The column of that name: one of ours, else a field.
    pub fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "found" => Self::Found,
            "id" | "objectid" | "oid" => Self::Id,
            "label" | "class" => Self::Label,
            "state" => Self::State,
            "candid" | "diasourceid" => Self::Candid,
            "mag" | "magnitude" => Self::Mag,
            "n" | "epochs" | "ndet" => Self::Epochs,
            "first" | "firstmjd" => Self::First,
            "last" | "lastmjd" => Self::Last,
            "abs_b" => Self::AbsB,
            "truth" => Self::Truth,
            "flag" | "flagged" => Self::Flag,
            "score" => Self::Score,
            "margin" => Self::Margin,
            "disagreement" => Self::Disagreement,
            "predicted" | "said" => Self::Predicted,
            "entropy" => Self::Entropy,
            "change" => Self::Change,
            "conflict" => Self::Conflict,
            "next" => Self::Next,
            "doubt" => Self::Doubt,
            "significance" => Self::Significance,
            "anomaly" | "reconstruction_error" => Self::Anomaly,
            "component" => Self::Component,
            "likeness" => Self::Likeness,
            text if text.starts_with(SCORE_OF) => Self::ScoreOf(text.into()),
            text if text.starts_with(PROBABILITY_OF) => Self::ProbabilityOf(text.into()),
            _ => Self::Field(name.into()),
        }
    }

    /// The score of the shown model of that name.
    pub fn score_of(model: &str) -> Self {
        Self::ScoreOf(format!("{SCORE_OF}{}", model.to_lowercase()).into())
    }

    pub fn probability_of(class: &str) -> Self {
        Self::ProbabilityOf(format!("{PROBABILITY_OF}{class}").into())
    }

    /// True where its values come from models: blind labelling shows none of them.
    pub const fn is_of_scores(&self) -> bool {
        matches!(
            self,
            Self::Score
                | Self::ScoreOf(_)
                | Self::Margin
                | Self::Disagreement
                | Self::Predicted
                | Self::ProbabilityOf(_)
                | Self::Entropy
                | Self::Change
                | Self::Next
                | Self::Doubt
                | Self::Anomaly
                | Self::Component
                | Self::Likeness
        )
    }

    /// True where its values depend on labels.
    pub const fn is_of_labels(&self) -> bool {
        matches!(
            self,
            Self::Label | Self::State | Self::Flag | Self::Conflict | Self::Doubt
        )
    }

    /// True where a value is a number or missing, whatever the set: no text can equal it.
    pub(super) const fn is_of_numbers(&self) -> bool {
        match self {
            Self::Id
            | Self::Label
            | Self::State
            | Self::Candid
            | Self::Truth
            | Self::Flag
            | Self::Predicted
            | Self::Field(_) => false,
            Self::Found
            | Self::Mag
            | Self::Epochs
            | Self::First
            | Self::Last
            | Self::AbsB
            | Self::Score
            | Self::ScoreOf(_)
            | Self::Margin
            | Self::ProbabilityOf(_)
            | Self::Disagreement
            | Self::Entropy
            | Self::Change
            | Self::Conflict
            | Self::Next
            | Self::Doubt
            | Self::Significance
            | Self::Anomaly
            | Self::Component
            | Self::Likeness => true,
        }
    }

    /// The columns of our own that every set has, in menu order.
    pub const OWN: [Self; 13] = [
        Self::Found,
        Self::Id,
        Self::Label,
        Self::State,
        Self::Mag,
        Self::Candid,
        Self::Epochs,
        Self::First,
        Self::Last,
        Self::AbsB,
        Self::Truth,
        Self::Flag,
        Self::Conflict,
    ];

    /// The name as typed in a filter and shown in a menu.
    pub fn name(&self) -> &str {
        match self {
            Self::Found => "found",
            Self::Id => "id",
            Self::Label => "label",
            Self::State => "state",
            Self::Mag => "mag",
            Self::Candid => "candid",
            Self::Epochs => "epochs",
            Self::First => "first",
            Self::Last => "last",
            Self::AbsB => "abs_b",
            Self::Truth => "truth",
            Self::Flag => "flag",
            Self::Score => "score",
            Self::Margin => "margin",
            Self::Disagreement => "disagreement",
            Self::Predicted => "predicted",
            Self::Entropy => "entropy",
            Self::Change => "change",
            Self::Conflict => "conflict",
            Self::Next => "next",
            Self::Doubt => "doubt",
            Self::Significance => "significance",
            Self::Anomaly => "anomaly",
            Self::Component => "component",
            Self::Likeness => "likeness",
            Self::ScoreOf(name) | Self::ProbabilityOf(name) | Self::Field(name) => name,
        }
    }

    /// What it shows, for a menu; scores of one model or class and fields keep their names.
    pub fn title(&self) -> &str {
        match self {
            Self::Found => text!("file order"),
            Self::Id => text!("identifier"),
            Self::Mag => text!("magnitude"),
            Self::Candid => text!("detection (candid)"),
            Self::Epochs => text!("number of epochs"),
            Self::First => text!("first epoch"),
            Self::Last => text!("last epoch"),
            Self::AbsB => text!("galactic latitude |b|"),
            Self::Truth => text!("truth in file"),
            Self::Flag => text!("flagged"),
            Self::Conflict => text!("annotators disagree"),
            Self::Margin => text!("distance from threshold"),
            Self::Disagreement => text!("models disagree"),
            Self::Predicted => text!("predicted class"),
            Self::Entropy => text!("uncertainty (entropy)"),
            Self::Change => text!("change at last epoch"),
            Self::Next => text!("label next"),
            Self::Doubt => text!("doubtful label"),
            Self::Significance => text!("detection significance"),
            Self::Anomaly => text!("anomaly"),
            Self::Likeness => text!("like the examples"),
            other => other.name(),
        }
    }

    /// What models predict for a candidate in this column; none for other columns.
    pub fn score(&self, ix: CandidateIx, scores: &Scores) -> Option<f32> {
        match self {
            Self::Score => scores.score(ix),
            Self::ScoreOf(name) => scores.score_of(name.strip_prefix(SCORE_OF)?, ix),
            Self::Margin => scores.margin(ix),
            Self::Disagreement => scores.disagreement(ix),
            Self::Entropy => scores.classes(ix)?.entropy(),
            Self::Change => scores.classes(ix)?.change(),
            Self::Significance => {
                let all = scores.detections.get(ix)?;
                all.last().copied().filter(|value| !value.is_nan())
            }
            Self::Anomaly => scores.latent.error(ix),
            Self::Component => scores.latent.component(ix).map(|at| at as f32 + 1.0),
            Self::Likeness => scores.likeness(ix),
            Self::ProbabilityOf(name) => {
                let predicted = scores.classes(ix)?;
                let class = class_named(name.strip_prefix(PROBABILITY_OF)?, predicted.classes)?;
                predicted.probability(class)
            }
            _ => None,
        }
    }

    /// The value of a candidate.
    pub fn cell(&self, row: Row<'_>) -> Cell {
        let candidate = row.candidate;
        match self {
            Self::Label | Self::State | Self::Flag => self.of_labels(row.labels()),
            Self::Found => Cell::Number(f64::from(row.ix.0)),
            Self::Id => Cell::Text(candidate.id.clone()),
            Self::Mag => brightest(candidate),
            Self::Candid => {
                let last = candidate
                    .epochs
                    .iter()
                    .rev()
                    .find_map(|epoch| epoch.candid.clone());
                last.map_or(Cell::Missing, Cell::Text)
            }
            Self::Epochs => Cell::Number(candidate.epochs.len() as f64),
            Self::First => time(candidate.epochs.first()),
            Self::Last => time(
                candidate
                    .epochs
                    .iter()
                    .rev()
                    .find(|epoch| epoch.mjd.is_some()),
            ),
            Self::AbsB => abs_b(candidate),
            Self::Truth => candidate.truth.clone().map_or(Cell::Missing, Cell::Text),
            Self::Predicted => {
                let predicted = row
                    .scores
                    .classes(row.ix)
                    .and_then(|predicted| predicted.likeliest());
                predicted.map_or(Cell::Missing, |predicted| {
                    Cell::Text(predicted.class.into())
                })
            }
            Self::Doubt => {
                let classes = &row.labels().classes;
                let doubt = row.scores.doubt((row.ix, &row.candidate.id), classes);
                Cell::number(doubt.map(f64::from))
            }
            Self::Next => Cell::Missing,
            Self::Conflict => {
                let classes = agreement::last_words(row.book, &candidate.id).into_values();
                let classes: BTreeSet<_> = classes.flatten().collect();
                match classes.len() {
                    0 => Cell::Missing,
                    count => Cell::Number((count - 1) as f64),
                }
            }
            Self::Score
            | Self::ScoreOf(_)
            | Self::Margin
            | Self::Disagreement
            | Self::ProbabilityOf(_)
            | Self::Entropy
            | Self::Change
            | Self::Significance
            | Self::Anomaly
            | Self::Component
            | Self::Likeness => Cell::number(self.score(row.ix, row.scores).map(f64::from)),
            Self::Field(name) => field(candidate, name),
        }
    }

    fn of_labels(&self, labels: &LabelState) -> Cell {
        match self {
            Self::Label if labels.classes.is_empty() => Cell::Missing,
            Self::Label => Cell::Text(labels.classes.join(";").into()),
            Self::State => Cell::Text(state_word(labels).into()),
            Self::Flag => Cell::Number(f64::from(u8::from(labels.is_flagged))),
            _ => Cell::Missing,
        }
    }
}

/// What a person has done with a candidate, in a word.
pub const fn state_word(labels: &LabelState) -> &'static str {
    if labels.is_labelled() {
        "labelled"
    } else if labels.is_unsure {
        "unsure"
    } else if labels.is_skipped {
        "skipped"
    } else {
        "none"
    }
}

fn brightest(candidate: &Candidate) -> Cell {
    let mags = candidate
        .epochs
        .iter()
        .filter_map(|epoch| epoch.mag)
        .filter(|mag| mag.is_finite());
    Cell::number(mags.reduce(f32::min).map(f64::from))
}

fn abs_b(candidate: &Candidate) -> Cell {
    let angle = candidate.position_deg.map(|at| galactic(at)[1].abs());
    Cell::number(angle.filter(|angle| angle.is_finite()))
}

fn time(epoch: Option<&crate::domain::Epoch>) -> Cell {
    Cell::number(epoch.and_then(|epoch| epoch.mjd).map(Mjd::days))
}

fn field(candidate: &Candidate, name: &str) -> Cell {
    let of_epochs = candidate
        .epochs
        .iter()
        .rev()
        .find_map(|epoch| epoch.fields.get(name));
    let value = of_epochs
        .or_else(|| candidate.fields.get(name))
        .or_else(|| candidate.joined.get(name))
        .or_else(|| joined_by_own_name(candidate, name));
    match value {
        Some(FieldValue::Number(value)) if !value.is_nan() => Cell::Number(value),
        Some(FieldValue::Text(text)) => Cell::Text(text),
        _ => Cell::Missing,
    }
}

/// True where any candidate has a field of that name. Candidates of one kind of file share the list of their names,
/// which is looked through once.
pub fn has_field(catalogue: &Catalogue, name: &str) -> bool {
    let mut looked_at: Option<&Fields> = None;
    catalogue.iter().any(|(_, candidate)| {
        let of_epochs = candidate.epochs.iter().map(|epoch| &epoch.fields);
        let mut all = of_epochs.chain([&candidate.fields]);
        all.any(|fields| {
            let is_known = looked_at.is_some_and(|known| known.has_names_of(fields));
            looked_at = Some(fields);
            !is_known && fields.has(name)
        }) || candidate.joined.has(name)
            || joined_by_own_name(candidate, name).is_some()
    })
}

/// A column of a joined table without the table's name before it.
fn joined_by_own_name(candidate: &Candidate, name: &str) -> Option<FieldValue> {
    let mut joined = candidate.joined.iter();
    let found = joined.find(|(full, _)| {
        let own = full.split_once('.').map_or(&***full, |(_, own)| own);
        own.eq_ignore_ascii_case(name)
    });
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Epoch;

    #[test]
    fn missing_values_sort_last_whichever_way() {
        for is_descending in [false, true] {
            let mut cells = [Cell::Missing, Cell::Number(2.0), Cell::Number(1.0)];
            cells.sort_by(|a, b| a.order(b, is_descending));
            assert_eq!(cells[2], Cell::Missing);
            assert_eq!(
                cells[0],
                Cell::Number(if is_descending { 2.0 } else { 1.0 })
            );
        }
    }

    #[test]
    fn the_brightest_magnitude_is_the_smallest_number() {
        let epoch = |mag| Epoch {
            mag,
            ..Epoch::default()
        };
        let candidate = Candidate {
            epochs: vec![
                epoch(Some(20.0)),
                epoch(Some(18.5)),
                epoch(Some(f32::NAN)),
                epoch(None),
            ],
            ..Candidate::default()
        };
        let row = Row {
            ix: CandidateIx(0),
            candidate: &candidate,
            book: &LabelBook::default(),
            scores: &Scores::default(),
            repeat_check: &crate::workspace::repeat_check::RepeatCheck::default(),
        };
        let cell = Column::from_name("mag").cell(row);
        assert_eq!(cell, Cell::Number(18.5));
    }
}
