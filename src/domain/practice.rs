//! What came of a practice: a person's answers about candidates whose truth is known, beside those of a model.

use std::{collections::BTreeMap, sync::Arc};

use super::{CandidateIx, Confusion, Timestamp, share};
use crate::{language::in_english, text};

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub candidate: CandidateIx,
    /// The class that it is, by position.
    pub truth: usize,
    /// The kind of it, such as `bad_column`; none where the data do not name one.
    pub kind: Option<Arc<str>>,
    /// The class that the person gave.
    pub person: usize,
    /// The class that the model calls it, where it has scored it.
    pub model: Option<usize>,
}

impl Answered {
    /// True where the person is right.
    pub const fn is_right(&self) -> bool {
        self.person == self.truth
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Practice {
    pub classes: Vec<Arc<str>>,
    /// Who practised.
    pub person: Arc<str>,
    pub set: Arc<str>,
    /// The model that is compared.
    pub model: Arc<str>,
    /// When it began and ended, where it has.
    pub times: Option<[Timestamp; 2]>,
    /// Answers, in the order in which they were given.
    pub answers: Vec<Answered>,
    /// Candidates that were passed over: unsure, or skipped.
    pub passed: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindScore {
    /// The class of the candidates.
    pub class: Arc<str>,
    /// The kind; the class where there is none.
    pub kind: Arc<str>,
    /// Right answers of the person, of how many.
    pub person: [u64; 2],
    /// The same of the model.
    pub model: [u64; 2],
}

impl Practice {
    /// Truths against the person's answers.
    pub fn person(&self) -> Confusion {
        self.table(|answered| Some([answered.truth, answered.person]))
    }

    /// Truths against what the model calls the same candidates.
    pub fn model(&self) -> Confusion {
        self.table(|answered| Some([answered.truth, answered.model?]))
    }

    /// The person's answers against the model's.
    pub fn person_and_model(&self) -> Confusion {
        self.table(|answered| Some([answered.person, answered.model?]))
    }

    fn table(&self, pair: impl Fn(&Answered) -> Option<[usize; 2]>) -> Confusion {
        let mut table = Confusion::new(self.classes.len());
        for [one, other] in self.answers.iter().filter_map(pair) {
            table.add(one, other, 1);
        }
        table
    }

    /// Kind by kind, by class and name.
    pub fn by_kind(&self) -> Vec<KindScore> {
        let mut kinds: BTreeMap<(usize, &str), KindScore> = BTreeMap::new();
        for answered in &self.answers {
            let class = self
                .classes
                .get(answered.truth)
                .cloned()
                .unwrap_or_default();
            let kind = answered.kind.clone().unwrap_or_else(|| class.clone());
            let name = answered.kind.as_deref().unwrap_or_default();
            let score = kinds.entry((answered.truth, name)).or_insert(KindScore {
                class,
                kind,
                ..KindScore::default()
            });
            score.person[0] += u64::from(answered.is_right());
            score.person[1] += 1;
            if let Some(model) = answered.model {
                score.model[0] += u64::from(model == answered.truth);
                score.model[1] += 1;
            }
        }
        kinds.into_values().collect()
    }
}

/// "36 of 40 right (90 ± 5 %), Cohen's kappa 0.80 ± 0.10".
pub fn in_words(table: &Confusion) -> String {
    let (share, kappa) = share_and_kappa(table);
    let (alike, all) = (table.alike(), table.total());
    match share {
        Some(share) => text!(
            "{alike} of {all} right ({share}), Cohen's kappa {kappa}",
            alike,
            all,
            share,
            kappa
        ),
        None => text!(
            "{alike} of {all} right, Cohen's kappa {kappa}",
            alike,
            all,
            kappa
        ),
    }
}

/// The same for a file, in English always; two of whom neither is the truth are "alike" instead of "right".
pub fn for_file(table: &Confusion, right: &str) -> String {
    in_english(|| {
        let (share, kappa) = share_and_kappa(table);
        let share = share.map_or_else(String::new, |share| format!(" ({share})"));
        let (alike, all) = (table.alike(), table.total());
        format!("{alike} of {all} {right}{share}, Cohen's kappa {kappa}")
    })
}

/// "90 ± 5 %" or "100 %, 88 to 100 %", none where nothing was answered; and "0.80 ± 0.10".
fn share_and_kappa(table: &Confusion) -> (Option<String>, String) {
    let share = table.accuracy_with_error().map(|share| {
        let percent = |share: f64| format!("{:.0}", 100.0 * share);
        let (value, error) = (percent(share.value), percent(share.error));
        let Some(bounds) = share::uneven(share.value, share.error) else {
            return format!("{value} ± {error} %");
        };
        let [low, high] = bounds.map(percent);
        text!("{share} %, {low} to {high} %", share = value, low, high)
    });
    let kappa = table.kappa().map_or_else(
        || text!("not defined").into(),
        |kappa| format!("{:.2} ± {:.2}", kappa.value, kappa.error),
    );
    (share, kappa)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(truth: usize, person: usize, model: Option<usize>, kind: &str) -> Answered {
        Answered {
            candidate: CandidateIx(0),
            truth,
            kind: (!kind.is_empty()).then(|| kind.into()),
            person,
            model,
        }
    }

    #[test]
    fn person_and_model_are_counted_on_the_same_candidates() {
        let practice = Practice {
            classes: vec!["real".into(), "bogus".into()],
            answers: vec![
                answered(0, 0, Some(0), ""),
                answered(1, 1, Some(0), "dipole"),
                answered(1, 0, Some(1), "dipole"),
                answered(1, 1, None, "ghost"),
            ],
            ..Practice::default()
        };
        assert_eq!(practice.person().alike(), 3);
        let model = practice.model();
        assert_eq!((model.alike(), model.total()), (2, 3));
        assert_eq!(practice.person_and_model().alike(), 1);
        let kinds = practice.by_kind();
        let rows: Vec<_> = kinds
            .iter()
            .map(|kind| (&*kind.kind, kind.person, kind.model))
            .collect();
        let expected = [
            ("real", [1, 1], [1, 1]),
            ("dipole", [1, 2], [1, 2]),
            ("ghost", [1, 1], [0, 0]),
        ];
        assert_eq!(rows, expected);
        let words = in_words(&practice.person());
        assert_eq!(words, "3 of 4 right (75 ± 24 %), Cohen's kappa 0.50 ± 0.38");
        let all_right = Practice {
            answers: vec![answered(0, 0, None, ""), answered(1, 1, None, "ghost")],
            ..practice
        };
        let words = in_words(&all_right.person());
        assert!(
            words.starts_with("2 of 2 right (100 %, ") && words.contains(" to 100 %), Cohen"),
            "{words}"
        );
        let nothing = Practice {
            answers: Vec::new(),
            ..all_right
        };
        let words = in_words(&nothing.person());
        assert_eq!(words, "0 of 0 right, Cohen's kappa not defined");
    }
}
