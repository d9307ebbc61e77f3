//! The filter line: `mag<20 epochs>=5 label:none ZTF18`, all terms together.

use std::{fmt, sync::Arc};

use super::column::{Cell, Column, PROBABILITY_OF, Row, SCORE_OF};
use crate::workspace::scores::classes::class_named;

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=` or `:`; texts without case.
    Equal,
    /// `!=`
    NotEqual,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// The identifier contains this, without case.
    IdContains(String),
    /// The shown models put it on different sides of their thresholds.
    Disagree,
    /// The column compares so with the value.
    Compare {
        /// What is looked at.
        column: Column,
        /// How.
        comparison: Comparison,
        /// With what; `none` stands for a missing value.
        value: Arc<str>,
    },
}

/// All conditions of the filter line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
}

impl fmt::Display for Filter {
    /// The line that reads as this filter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            match term {
                Term::IdContains(part) => f.write_str(part)?,
                Term::Disagree => f.write_str("disagree")?,
                Term::Compare {
                    column,
                    comparison,
                    value,
                } => {
                    let name = column.name();
                    // `p:` and `score:` begin names of columns.
                    let begins_a_name = [SCORE_OF, PROBABILITY_OF]
                        .iter()
                        .any(|prefix| prefix.trim_end_matches(':').eq_ignore_ascii_case(name));
                    let sign = match comparison {
                        Comparison::Equal if begins_a_name => "=",
                        other => other.sign(),
                    };
                    write!(f, "{name}{sign}{value}")?;
                }
            }
        }
        Ok(())
    }
}

impl Comparison {
    /// As it is typed.
    const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => ":",
            Self::NotEqual => "!=",
        }
    }
}

const OPERATORS: [(&str, Comparison); 7] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
    (":", Comparison::Equal),
];

impl Filter {
    /// Reads a filter line.
    ///
    /// # Errors
    /// A sentence naming the term that cannot be understood.
    pub fn parse(line: &str) -> Result<Self, String> {
        let terms = line
            .split_whitespace()
            .map(parse_term)
            .collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// True where the candidate meets every term.
    pub fn matches(&self, row: Row<'_>) -> bool {
        self.terms.iter().all(|term| term.matches(row))
    }

    /// True where scores decide what it lets through.
    pub fn uses_scores(&self) -> bool {
        self.terms.iter().any(|term| match term {
            Term::Disagree => true,
            Term::Compare { column, .. } => column.is_of_scores(),
            Term::IdContains(_) => false,
        })
    }

    /// True where scores or the data's own classes decide what it lets through.
    pub fn gives_away(&self) -> bool {
        self.terms.iter().any(|term| match term {
            Term::Disagree => true,
            Term::Compare { column, .. } => column.gives_away(),
            Term::IdContains(_) => false,
        })
    }

    /// The fields of headers and packets that it compares.
    pub fn fields(&self) -> impl Iterator<Item = &Arc<str>> {
        self.terms.iter().filter_map(|term| match term {
            Term::Compare {
                column: Column::Field(name),
                ..
            } => Some(name),
            _ => None,
        })
    }

    /// True where it lets everything through.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

fn parse_term(word: &str) -> Result<Term, String> {
    if word.eq_ignore_ascii_case("disagree") {
        return Ok(Term::Disagree);
    }
    let Some((at, sign, comparison)) = find_operator(word) else {
        return Ok(Term::IdContains(word.to_lowercase()));
    };
    let (name, value) = (&word[..at], &word[at + sign.len()..]);
    if name.is_empty() || value.is_empty() {
        return Err(format!(
            "{word:?}: write column, comparison and value, such as mag<20"
        ));
    }
    let needs_number = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if needs_number && value.parse::<f64>().is_err() {
        return Err(format!("{word:?}: {value} is not a number"));
    }
    Ok(Term::Compare {
        column: Column::from_name(name),
        comparison,
        value: value.into(),
    })
}

/// The operator that stands first in a word; at one place the longer one. The colon of
/// `score:cap>0.9` belongs to the name.
fn find_operator(word: &str) -> Option<(usize, &'static str, Comparison)> {
    let first_from = |from: usize| {
        OPERATORS
            .iter()
            .filter_map(|(sign, comparison)| {
                let at = word.get(from..)?.find(sign)? + from;
                Some((at, *sign, *comparison))
            })
            .min_by_key(|(at, sign, _)| (*at, usize::MAX - sign.len()))
    };
    let lower = word.to_ascii_lowercase();
    let prefixes = [SCORE_OF, PROBABILITY_OF].into_iter();
    let named = prefixes.filter(|prefix| lower.starts_with(prefix));
    let mut after_name = named.filter_map(|prefix| first_from(prefix.len()));
    after_name.next().or_else(|| first_from(0))
}

impl Term {
    fn matches(&self, row: Row<'_>) -> bool {
        let candidate = row.candidate;
        match self {
            Self::IdContains(part) => contains_without_case(&candidate.id, part),
            Self::Disagree => row.scores.disagrees(row.ix),
            Self::Compare {
                column: Column::Candid,
                comparison: Comparison::Equal,
                value,
            } => {
                let mut candids = candidate
                    .epochs
                    .iter()
                    .filter_map(|epoch| epoch.candid.as_deref());
                candids.any(|candid| candid == &**value)
            }
            Self::Compare {
                column: Column::Predicted,
                comparison: comparison @ (Comparison::Equal | Comparison::NotEqual),
                value,
            } => {
                let predicted = row.scores.classes(row.ix);
                let is_it = predicted.is_some_and(|predicted| {
                    let called = predicted.likeliest().map(|likely| likely.class);
                    let named =
                        class_named(value, predicted.classes).map(|at| &*predicted.classes[at]);
                    called.is_some() && called == named
                });
                is_it == (*comparison == Comparison::Equal)
            }
            Self::Compare {
                column: Column::Label,
                comparison,
                value,
            } => {
                let labels = row.labels();
                let has = if is_none(value) {
                    labels.classes.is_empty()
                } else {
                    labels
                        .classes
                        .iter()
                        .any(|class| class.eq_ignore_ascii_case(value))
                };
                has == (*comparison != Comparison::NotEqual)
            }
            Self::Compare {
                column,
                comparison,
                value,
            } => compare(&column.cell(row), *comparison, value),
        }
    }
}

fn is_none(value: &str) -> bool {
    value.eq_ignore_ascii_case("none")
}

/// `part` must already be in lower case.
fn contains_without_case(text: &str, part: &str) -> bool {
    if text.is_ascii() {
        let (text, part) = (text.as_bytes(), part.as_bytes());
        return part.is_empty()
            || text
                .windows(part.len())
                .any(|window| window.eq_ignore_ascii_case(part));
    }
    text.to_lowercase().contains(part)
}

fn compare(cell: &Cell, comparison: Comparison, value: &str) -> bool {
    let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let pair = match cell {
        Cell::Number(cell) => number(value).map(|value| (*cell, value)),
        // Identifiers are compared as texts: a double would round them.
        Cell::Text(text) if !is_equality => number(text).zip(number(value)),
        Cell::Text(_) | Cell::Missing => None,
    };
    if let Some((cell, value)) = pair {
        return compare_numbers(cell, comparison, value);
    }
    let is_equal = match cell {
        Cell::Missing => is_none(value),
        Cell::Text(text) => text.eq_ignore_ascii_case(value),
        Cell::Number(_) => false,
    };
    is_equality && is_equal == (comparison == Comparison::Equal)
}

fn compare_numbers(cell: f64, comparison: Comparison, value: f64) -> bool {
    match comparison {
        Comparison::Less => cell < value,
        Comparison::LessOrEqual => cell <= value,
        Comparison::Greater => cell > value,
        Comparison::GreaterOrEqual => cell >= value,
        Comparison::Equal => (cell - value).abs() <= f64::EPSILON * cell.abs().max(1.0),
        Comparison::NotEqual => (cell - value).abs() > f64::EPSILON * cell.abs().max(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            Candidate, CandidateIx, Epoch, Fields, LabelAction, LabelBook, LabelEvent, Origin,
            StepId, Timestamp,
        },
        workspace::scores::shown::Scores,
    };

    fn labelled_real() -> LabelBook {
        LabelBook::of([Arc::new(LabelEvent {
            step: StepId(1),
            candidate: candidate().id,
            action: LabelAction::Set {
                class: "real".into(),
            },
            vocabulary: "real_bogus".into(),
            annotator: "ana".into(),
            at: Timestamp(1),
            dwell_ms: None,
            shown: None,
            model: None,
            score: None,
            origin: Origin::Window,
            program: "test".into(),
        })])
    }

    fn candidate() -> Candidate {
        let fields = Fields::new(
            Arc::from([Arc::from("rb")]),
            vec![0.7],
            vec![("pid".into(), "1127174604415015005".into())],
        );
        let epoch = Epoch {
            candid: Some("472263571115115000".into()),
            mag: Some(19.2),
            fields,
            ..Epoch::default()
        };
        Candidate {
            id: "ZTF18abcdefg".into(),
            epochs: vec![epoch],
            ..Candidate::default()
        }
    }

    fn keeps(line: &str) -> bool {
        Filter::parse(line).unwrap().matches(Row {
            ix: CandidateIx(0),
            candidate: &candidate(),
            book: &labelled_real(),
            scores: &Scores::default(),
            repeat_check: &crate::workspace::repeat_check::RepeatCheck::default(),
        })
    }

    #[test]
    fn terms_compare_columns_fields_and_labels() {
        for line in [
            "",
            "mag<20",
            "mag>=19.1 rb>0.5",
            "label:real",
            "label!=bogus",
            "label!=none",
            "ztf18ABC",
            "epochs=1",
            "state:labelled",
            "flag=0",
            "truth:none",
            "mag<=19.3",
        ] {
            assert!(keeps(line), "{line}");
        }
        for line in [
            "mag<19",
            "rb<0.5",
            "label:none",
            "label:bogus",
            "xyz",
            "drb>0",
            "id:other",
        ] {
            assert!(!keeps(line), "{line}");
        }
    }

    #[test]
    fn scores_are_compared_by_column_and_model() {
        let term = |line| Filter::parse(line).unwrap().terms.remove(0);
        let compare = |column, comparison, value: &str| Term::Compare {
            column,
            comparison,
            value: value.into(),
        };
        let of_cap = Column::score_of("CAP");
        for (line, expected) in [
            (
                "score>0.9",
                compare(Column::Score, Comparison::Greater, "0.9"),
            ),
            (
                "score:none",
                compare(Column::Score, Comparison::Equal, "none"),
            ),
            (
                "score:cap>=0.9",
                compare(of_cap.clone(), Comparison::GreaterOrEqual, "0.9"),
            ),
            ("Score:CAP:none", compare(of_cap, Comparison::Equal, "none")),
            ("disagree", Term::Disagree),
        ] {
            assert_eq!(term(line), expected, "{line}");
        }
        assert!(Filter::parse("mag<20 score>0.5").unwrap().uses_scores());
        assert!(!Filter::parse("mag<20").unwrap().uses_scores());
        assert!(keeps("score:none") && !keeps("score>0") && !keeps("disagree"));
    }

    #[test]
    fn long_identifiers_are_compared_exactly() {
        assert!(keeps("pid:1127174604415015005"));
        assert!(!keeps("pid:1127174604415015006"));
        assert!(keeps("candid:472263571115115000"));
        assert!(!keeps("candid:472263571115115001"));
    }

    #[test]
    fn a_term_that_makes_no_sense_is_named() {
        for line in ["mag<", "<20", "mag<bright"] {
            let why = Filter::parse(line).unwrap_err();
            assert!(why.contains(line), "{why}");
        }
    }
}
