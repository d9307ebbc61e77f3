//! One condition of the filter line: `mag<20`, `mag:18..20`, `note:host`, a part of an identifier.

use std::{fmt, sync::Arc};

use super::column::{Cell, Column, PROBABILITY_OF, Row, SCORE_OF};
use crate::{text, workspace::scores::classes::class_named};

/// Before the words of a remark.
const NOTE: &str = "note";
/// A missing value.
const NONE: &str = "none";
const DISAGREE: &str = "disagree";
/// Alone it stands for whoever labels here; before a name for that person.
const ASSIGNED: &str = "assigned";
/// Between the ends of a range.
const TO: &str = "..";

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
    /// `~`: a text has this as a part, without case.
    Contains,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// The identifier contains this, without case.
    IdContains(String),
    /// The remark contains this, without case; none: there is no remark.
    Note(Option<String>),
    /// The shown models put it on different sides of their thresholds.
    Disagree,
    /// This person is to judge it; none for whoever labels here.
    Assigned(Option<Arc<str>>),
    /// The column compares so with the value.
    Compare {
        column: Column,
        comparison: Comparison,
        /// With what; `none` stands for a missing value.
        value: Arc<str>,
    },
    /// The column lies between two numbers, both included.
    Between { column: Column, range: [f64; 2] },
}

impl fmt::Display for Term {
    /// As it is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdContains(part) => {
                let reads_as_another = find_operator(part).is_some()
                    || [DISAGREE, ASSIGNED]
                        .iter()
                        .any(|word| part.eq_ignore_ascii_case(word));
                quoted(f, part, reads_as_another)
            }
            Self::Assigned(None) => f.write_str(ASSIGNED),
            Self::Assigned(Some(name)) => {
                write!(f, "{ASSIGNED}:")?;
                quoted(f, name, false)
            }
            Self::Note(part) => {
                write!(f, "{NOTE}:")?;
                match part {
                    Some(part) => quoted(f, part, is_none(part)),
                    None => f.write_str(NONE),
                }
            }
            Self::Disagree => f.write_str(DISAGREE),
            Self::Compare {
                column,
                comparison,
                value,
            } => {
                let sign = match comparison {
                    Comparison::Equal => equal_sign(column),
                    other => other.sign(),
                };
                write!(f, "{}{sign}", column.name())?;
                let is_range = *comparison == Comparison::Equal && range(value).is_some();
                quoted(f, value, is_range)
            }
            Self::Between {
                column,
                range: [low, high],
            } => {
                let end = |end: f64| {
                    if end.is_finite() {
                        end.to_string()
                    } else {
                        String::new()
                    }
                };
                let (name, sign) = (column.name(), equal_sign(column));
                write!(f, "{name}{sign}{}{TO}{}", end(*low), end(*high))
            }
        }
    }
}

/// `p:` and `score:` begin names of columns.
fn equal_sign(column: &Column) -> &'static str {
    let begins_a_name = [SCORE_OF, PROBABILITY_OF].iter().any(|prefix| {
        prefix
            .trim_end_matches(':')
            .eq_ignore_ascii_case(column.name())
    });
    if begins_a_name { "=" } else { ":" }
}

/// With quotation marks where it would read as something else without, for a reason of its own or as `reads_as_another`.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str, reads_as_another: bool) -> fmt::Result {
    let needs_marks = reads_as_another
        || text.is_empty()
        || super::filter::KEYWORDS
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text))
        || text.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    if needs_marks {
        write!(f, "\"{text}\"")
    } else {
        f.write_str(text)
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
            Self::Contains => "~",
        }
    }
}

const OPERATORS: [(&str, Comparison); 8] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
    (":", Comparison::Equal),
    ("~", Comparison::Contains),
];

/// Reads a term; what stands between quotation marks is text, whatever it looks like.
pub(super) fn parse_term(word: &str) -> Result<Term, String> {
    if word.eq_ignore_ascii_case(DISAGREE) {
        return Ok(Term::Disagree);
    }
    if word.eq_ignore_ascii_case(ASSIGNED) {
        return Ok(Term::Assigned(None));
    }
    let plain = word.find('"').unwrap_or(word.len());
    let Some((at, sign, comparison)) = find_operator(&word[..plain]) else {
        return Ok(Term::IdContains(word.replace('"', "").to_lowercase()));
    };
    let (name, value) = (&word[..at], &word[at + sign.len()..]);
    let is_text = value.contains('"');
    let value = &*value.replace('"', "");
    if name.eq_ignore_ascii_case(ASSIGNED) {
        return match comparison {
            Comparison::Equal if !value.is_empty() => Ok(Term::Assigned(Some(value.into()))),
            _ => Err(text!(
                "{term}: a candidate is assigned to somebody or it is not: assigned, assigned:ana, not assigned:ana",
                term = format_args!("{word:?}")
            )),
        };
    }
    if name.eq_ignore_ascii_case(NOTE) {
        let part = (is_text || !is_none(value)).then(|| value.to_lowercase());
        return match comparison {
            Comparison::Equal => Ok(Term::Note(part)),
            Comparison::Contains => Ok(Term::Note(Some(value.to_lowercase()))),
            _ => Err(text!(
                "{term}: a remark contains words or it does not: note:host, not note:host, note:none",
                term = format_args!("{word:?}")
            )),
        };
    }
    if name.is_empty() || (value.is_empty() && !is_text) {
        return Err(text!(
            "{term}: write column, comparison and value, such as mag<20",
            term = format_args!("{word:?}")
        ));
    }
    let needs_number = !matches!(
        comparison,
        Comparison::Equal | Comparison::NotEqual | Comparison::Contains
    );
    if needs_number && value.parse::<f64>().is_err() {
        return Err(no_number(word, value));
    }
    if comparison == Comparison::Equal
        && !is_text
        && let Some(range) = range(value)
    {
        let [low, high] = range;
        if low > high {
            return Err(text!(
                "{term}: {low} is above {high}",
                term = format_args!("{word:?}"),
                low,
                high
            ));
        }
        return Ok(Term::Between {
            column: Column::from_name(name),
            range,
        });
    }
    let column = Column::from_name(name);
    let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let may_be_equal = is_text || is_none(value) || value.parse::<f64>().is_ok();
    if is_equality && column.is_of_numbers() && !may_be_equal {
        return Err(no_number(word, value));
    }
    let value = match comparison {
        Comparison::Contains => value.to_lowercase().into(),
        _ => value.into(),
    };
    Ok(Term::Compare {
        column,
        comparison,
        value,
    })
}

fn no_number(term: &str, value: &str) -> String {
    text!(
        "{term}: {value} is not a number",
        term = format_args!("{term:?}"),
        value
    )
}

/// `18..20`, `18..` and `..20`; none where it is something else.
fn range(value: &str) -> Option<[f64; 2]> {
    let (low, high) = value.split_once(TO)?;
    if low.is_empty() && high.is_empty() {
        return None;
    }
    let end = |text: &str, open: f64| {
        if text.is_empty() {
            return Some(open);
        }
        text.parse().ok().filter(|end: &f64| end.is_finite())
    };
    Some([end(low, f64::NEG_INFINITY)?, end(high, f64::INFINITY)?])
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
    pub(super) const fn column(&self) -> Option<&Column> {
        match self {
            Self::Compare { column, .. } | Self::Between { column, .. } => Some(column),
            Self::IdContains(_) | Self::Note(_) | Self::Disagree | Self::Assigned(_) => None,
        }
    }

    pub(super) fn matches(&self, row: Row<'_>) -> bool {
        let candidate = row.candidate;
        match self {
            Self::IdContains(part) => contains_without_case(&candidate.id, part),
            Self::Note(part) => match (row.labels().note.as_deref(), part) {
                (None, part) => part.is_none(),
                (Some(_), None) => false,
                (Some(note), Some(part)) => contains_without_case(note, part),
            },
            Self::Disagree => row.scores.disagrees(row.ix),
            Self::Assigned(name) => {
                let person = name.as_ref().or(row.book.viewer());
                let both = row.book.assignment().zip(person);
                both.is_some_and(|(assignment, person)| assignment.is_to(&candidate.id, person))
            }
            Self::Between { column, range } => column
                .cell(row)
                .as_number()
                .is_some_and(|number| (range[0]..=range[1]).contains(&number)),
            Self::Compare {
                column: Column::Candid,
                comparison: comparison @ (Comparison::Equal | Comparison::Contains),
                value,
            } => {
                let mut candids = candidate
                    .epochs
                    .iter()
                    .filter_map(|epoch| epoch.candid.as_deref());
                candids.any(|candid| match comparison {
                    Comparison::Contains => contains_without_case(candid, value),
                    _ => candid == &**value,
                })
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
                let mut classes = labels.classes.iter();
                let has = match comparison {
                    Comparison::Contains => {
                        classes.any(|class| contains_without_case(class, value))
                    }
                    _ if is_none(value) => labels.classes.is_empty(),
                    _ => classes.any(|class| class.eq_ignore_ascii_case(value)),
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

/// True where a line ends within a bare word: the beginning of a column's name, perhaps.
pub(super) fn ends_in_bare_word(line: &str) -> bool {
    let ends_word = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
    let word = line.rsplit(ends_word).next().unwrap_or_default();
    !word.is_empty() && !word.contains('"') && find_operator(word).is_none()
}

pub(super) fn is_none(value: &str) -> bool {
    value.eq_ignore_ascii_case(NONE)
}

/// `part` must already be in lower case.
pub(super) fn contains_without_case(text: &str, part: &str) -> bool {
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
    if comparison == Comparison::Contains {
        return matches!(cell, Cell::Text(text) if contains_without_case(text, value));
    }
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
        // Of texts only.
        Comparison::Contains => false,
    }
}
