//! Why a filter keeps nothing: values that have what was typed as a part, or the values that there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    column::{Cell, Column},
    facts::Facts,
    filter::Filter,
    filter_term::{Comparison, Term, contains_without_case, is_none},
};
use crate::text;

/// Values that are named.
const MOST_NAMED: usize = 4;
/// Different values that are counted: of identifiers each is different.
const MOST_COUNTED: usize = 1000;

/// What to write instead of the first term that asks for a text as a whole which no candidate has; none where every such text is
/// there, so that it is the terms together that keep nothing.
pub(super) fn why_nothing(filter: &Filter, facts: Facts<'_>) -> Option<String> {
    let mut terms = filter.terms().into_iter();
    terms.find_map(|term| match term {
        Term::Compare {
            column: column @ (Column::Id | Column::Truth | Column::State | Column::Field(_)),
            comparison: Comparison::Equal,
            value,
        } if !is_none(value) => of_values(column, value, facts),
        _ => None,
    })
}

fn of_values(column: &Column, value: &Arc<str>, facts: Facts<'_>) -> Option<String> {
    let part = value.to_lowercase();
    let mut values = BTreeMap::<Arc<str>, usize>::new();
    let mut containing: Option<(Arc<str>, usize)> = None;
    for (ix, candidate) in facts.catalogue.iter() {
        let Cell::Text(text) = column.cell(facts.row(ix, candidate)) else {
            continue;
        };
        if text.eq_ignore_ascii_case(value) {
            return None;
        }
        if contains_without_case(&text, &part) {
            containing.get_or_insert_with(|| (text.clone(), 0)).1 += 1;
        }
        if values.len() < MOST_COUNTED || values.contains_key(&text) {
            *values.entry(text).or_insert(0) += 1;
        }
    }
    let name = column.name();
    if let Some((example, count)) = containing {
        let term = Term::Compare {
            column: column.clone(),
            comparison: Comparison::Contains,
            value: part.into(),
        };
        return Some(text!(
            "no candidate has exactly this {name}; {count} have it as a part, such as \"{example}\": write {term}",
            name,
            count,
            example,
            term
        ));
    }
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let named = values.iter().take(MOST_NAMED);
    let named: Vec<_> = named
        .map(|(text, count)| format!("\"{text}\" ({count})"))
        .collect();
    let values_named = named.join(", ");
    match values.len() - named.len() {
        _ if named.is_empty() => None,
        0 => Some(text!(
            "no candidate has this {name}: there are {values}",
            name,
            values = values_named
        )),
        _ => Some(text!(
            "no candidate has this {name}: there are {values} and others",
            name,
            values = values_named
        )),
    }
}

/// Names that are offered instead of one that is not there.
const MOST_OFFERED: usize = 3;
/// Letters that may be wrong, missing, too many or exchanged.
const WRONG: usize = 2;

/// The names most like one that is not there, the nearest first: those with a few letters otherwise, then those that have it
/// as a part; none where nothing is like it.
pub(super) fn nearest_names(name: &str, known: &BTreeSet<String>) -> Vec<String> {
    let name = name.to_lowercase();
    let distance = |other: &&String| {
        let lower = other.to_lowercase();
        let wrong = strsim::osa_distance(&lower, &name);
        let letters = name.chars().count().min(lower.chars().count());
        if wrong <= WRONG && wrong < letters {
            Some(wrong)
        } else {
            (name.len() > WRONG && lower.contains(&name)).then_some(WRONG + 1)
        }
    };
    let near = known
        .iter()
        .filter_map(|other| Some((distance(&other)?, other)));
    let near: BTreeSet<_> = near.collect();
    let nearest = near.into_iter().take(MOST_OFFERED);
    nearest.map(|(_, other)| other.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Candidate, Catalogue, Fields, LabelBook},
        workspace::{repeat_check::RepeatCheck, scores::shown::Scores},
    };

    fn hint(line: &str) -> Option<String> {
        let mut catalogue = Catalogue::default();
        for (at, how) in [
            "looked at: artefact",
            "looked at: artefact",
            "spectroscopic",
        ]
        .iter()
        .enumerate()
        {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                fields: Fields::new(
                    Arc::from([]),
                    Vec::new(),
                    vec![("how".into(), (*how).into())],
                ),
                ..Candidate::default()
            });
        }
        let facts = Facts {
            catalogue: &catalogue,
            book: &LabelBook::default(),
            scores: &Scores::default(),
            repeat_check: &RepeatCheck::default(),
            latent: None,
        };
        why_nothing(&Filter::parse(line).unwrap(), facts)
    }

    #[test]
    fn names_like_the_one_that_was_meant_are_offered() {
        let known = ["mag", "magpsf", "drb", "rb", "n", "Sgscore1"].map(String::from);
        let known = BTreeSet::from(known);
        for (name, offered) in [
            ("mga", &["mag"][..]),
            ("brd", &["drb"]),
            ("score1", &["Sgscore1"]),
            ("psf", &["magpsf"]),
            ("x", &[]),
            ("temperature", &[]),
        ] {
            assert_eq!(nearest_names(name, &known), offered, "{name}");
        }
    }

    #[test]
    fn values_that_have_it_as_a_part_are_counted_and_others_named() {
        let part = hint("how:Artefact").unwrap();
        for words in [
            "2 have it as a part",
            "\"looked at: artefact\"",
            "how~artefact",
        ] {
            assert!(part.contains(words), "{part}");
        }
        let other = hint("how:photometric").unwrap();
        assert!(
            other.contains("\"looked at: artefact\" (2), \"spectroscopic\" (1)"),
            "{other}"
        );
        assert!(hint("id:c").unwrap().ends_with("write id~c"));
        // It is there, or it is no text that is asked for.
        for line in [
            "how:spectroscopic mag<3",
            "how:none",
            "mag:3",
            "rb:0.5",
            "c7",
        ] {
            assert_eq!(hint(line), None, "{line}");
        }
    }
}
