//! How well annotators agree, and what they say together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Confusion, LabelAction, LabelBook, LabelEvent, Origin, kappa::Uncertain};
use crate::text;

/// The last word of each annotator on each candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    by_candidate: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
}

/// Two annotators compared.
#[derive(Clone, Debug, PartialEq)]
pub struct PairAgreement {
    pub annotators: [Arc<str>; 2],
    /// Candidates that both labelled.
    pub both: usize,
    /// Their classes: the first's in the rows, the second's in the columns.
    pub table: Confusion,
    /// Names of the classes.
    pub classes: Vec<Arc<str>>,
}

impl PairAgreement {
    /// Those that both labelled alike.
    pub fn alike(&self) -> u64 {
        self.table.alike()
    }

    /// Cohen's kappa with its standard error.
    pub fn kappa(&self) -> Option<Uncertain> {
        self.table.kappa()
    }

    /// "ana and ben: 35 of 50 alike, Cohen's kappa 0.400 ± 0.127".
    pub fn in_words(&self) -> String {
        let [first, second] = &self.annotators;
        let kappa = self.kappa().map_or_else(
            || text!("not defined").into(),
            |kappa| format!("{:.3} ± {:.3}", kappa.value, kappa.error),
        );
        text!(
            "{first} and {second}: {alike} of {both} alike, Cohen's kappa {kappa}",
            first,
            second,
            alike = self.alike(),
            both = self.both,
            kappa
        )
    }
}

/// What annotators say together of one candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consensus {
    /// The class with most votes; none where two have as many.
    pub class: Option<Arc<str>>,
    pub votes: usize,
    /// All votes.
    pub all: usize,
}

impl Votes {
    /// Adds a vote; a later one of the same annotator replaces it.
    pub fn add(&mut self, candidate: Arc<str>, annotator: Arc<str>, class: Arc<str>) {
        let votes = self.by_candidate.entry(candidate).or_default();
        votes.insert(annotator, class);
    }

    /// Adds all votes of a journal: of each annotator the last class that was not taken back or cleared.
    pub fn add_book(&mut self, book: &LabelBook) {
        for (candidate, _) in book.candidates() {
            for (annotator, class) in last_of(book.history_of_all(candidate)) {
                if let Some(class) = class {
                    self.add(candidate.clone(), annotator.clone(), class.clone());
                }
            }
        }
    }

    /// Candidates with a vote, with their votes by annotator.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &BTreeMap<Arc<str>, Arc<str>>)> {
        self.by_candidate.iter()
    }

    /// Candidates on which annotators contradict each other.
    pub fn contradicted(&self) -> usize {
        let all = self.by_candidate.values();
        all.filter(|votes| counts(votes).len() > 1).count()
    }

    pub fn annotators(&self) -> BTreeSet<Arc<str>> {
        let votes = self.by_candidate.values();
        votes.flat_map(|votes| votes.keys().cloned()).collect()
    }

    /// All classes that were voted for.
    pub fn classes(&self) -> Vec<Arc<str>> {
        let votes = self.by_candidate.values();
        let classes: BTreeSet<_> = votes.flat_map(|votes| votes.values().cloned()).collect();
        classes.into_iter().collect()
    }

    /// Every two annotators, compared. Candidates are gone through once, however many annotators there are.
    pub fn pairs(&self) -> Vec<PairAgreement> {
        let annotators: Vec<Arc<str>> = self.annotators().into_iter().collect();
        let mut given: BTreeMap<[&Arc<str>; 2], Classes<'_>> = BTreeMap::new();
        for votes in self.by_candidate.values() {
            // Sorted by annotator.
            for (at, (first, a)) in votes.iter().enumerate() {
                for (second, b) in votes.iter().skip(at + 1) {
                    let classes = given.entry([first, second]).or_default();
                    *classes.entry([a, b]).or_default() += 1;
                }
            }
        }
        let mut pairs = Vec::new();
        for (at, first) in annotators.iter().enumerate() {
            for second in &annotators[at + 1..] {
                let classes = given.remove(&[first, second]).unwrap_or_default();
                pairs.push(pair([first, second], &classes));
            }
        }
        pairs
    }

    /// Fleiss' kappa (Fleiss 1971) over the candidates that have as many votes as there are annotators,
    /// and how many these are. No kappa for fewer than two annotators, or where chance alone would give
    /// full agreement.
    pub fn fleiss(&self) -> (Option<f64>, usize) {
        self.fleiss_of(self.annotators().len())
    }

    /// The same over the candidates that have at least so many votes, whoever gave them: for people of whom each judges a share.
    /// Agreement is the mean over candidates of the share of pairs of votes that are alike.
    pub fn fleiss_of(&self, fewest: usize) -> (Option<f64>, usize) {
        let whole = self.by_candidate.values();
        let whole: Vec<_> = whole.filter(|votes| votes.len() >= fewest).collect();
        if fewest < 2 || whole.is_empty() {
            return (None, whole.len());
        }
        let mut totals: BTreeMap<&Arc<str>, f64> = BTreeMap::new();
        let (mut agreed, mut all) = (0.0, 0.0);
        for votes in &whole {
            let counts = counts(votes);
            let pairs: f64 = counts.values().map(|n| (n * (n - 1)) as f64).sum();
            let raters = votes.len();
            agreed += pairs / (raters * (raters - 1)) as f64;
            all += raters as f64;
            for (class, count) in counts {
                *totals.entry(class).or_default() += count as f64;
            }
        }
        let chance = totals.values().map(|total| (total / all).powi(2)).sum();
        (kappa(agreed / whole.len() as f64, chance), whole.len())
    }

    /// What annotators say together of a candidate, by majority.
    pub fn consensus(votes: &BTreeMap<Arc<str>, Arc<str>>) -> Consensus {
        let counts = counts(votes);
        let most = counts.values().copied().max().unwrap_or(0);
        let mut leading = counts.iter().filter(|(_, count)| **count == most);
        let class = leading.next().map(|(class, _)| Arc::clone(class));
        Consensus {
            class: class.filter(|_| leading.next().is_none()),
            votes: most,
            all: votes.len(),
        }
    }
}

/// The class that each annotator gave a candidate last; none where it was cleared, or the annotator was
/// not sure any more. What was taken back
/// does not count.
pub fn last_words<'a>(
    book: &'a LabelBook,
    candidate: &str,
) -> BTreeMap<&'a Arc<str>, Option<&'a Arc<str>>> {
    last_of(book.history(candidate))
}

fn last_of<'a>(
    history: impl Iterator<Item = (&'a LabelEvent, bool)>,
) -> BTreeMap<&'a Arc<str>, Option<&'a Arc<str>>> {
    let mut last = BTreeMap::new();
    for (event, counts) in history {
        match &event.action {
            LabelAction::Set { class } if counts => {
                last.insert(&event.annotator, Some(class));
            }
            LabelAction::Clear | LabelAction::Unsure if counts => {
                last.insert(&event.annotator, None);
            }
            _ => {}
        }
    }
    last
}

/// How often a person said the same again, not seeing the first word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Second words.
    pub all: usize,
    /// Those that were as the first.
    pub alike: usize,
}

/// The repeat checks of each annotator. Not being sure the second time is not the same.
pub fn repeats(book: &LabelBook) -> BTreeMap<Arc<str>, Repeats> {
    let mut repeats: BTreeMap<Arc<str>, Repeats> = BTreeMap::new();
    for (candidate, _) in book.candidates() {
        let mut last: BTreeMap<&Arc<str>, &Arc<str>> = BTreeMap::new();
        for (event, counts) in book.history(candidate) {
            let vote = match &event.action {
                LabelAction::Set { class } if counts => Some(class),
                LabelAction::Unsure | LabelAction::Clear if counts => None,
                _ => continue,
            };
            let before = match vote {
                Some(class) => last.insert(&event.annotator, class),
                None => last.remove(&event.annotator),
            };
            if let Some(before) = before.filter(|_| event.origin == Origin::Repeat) {
                let own = repeats.entry(event.annotator.clone()).or_default();
                own.all += 1;
                own.alike += usize::from(vote == Some(before));
            }
        }
    }
    repeats
}

/// How often a first annotator gave the one class where a second gave the other.
type Classes<'a> = BTreeMap<[&'a Arc<str>; 2], usize>;

fn pair([first, second]: [&Arc<str>; 2], given: &Classes<'_>) -> PairAgreement {
    let classes: BTreeSet<&Arc<str>> = given.keys().flatten().copied().collect();
    let classes: Vec<Arc<str>> = classes.into_iter().cloned().collect();
    let mut table = Confusion::new(classes.len());
    for (both, count) in given {
        let places = both.map(|class| classes.binary_search(class));
        if let [Ok(a), Ok(b)] = places {
            table.add(a, b, *count as u64);
        }
    }
    PairAgreement {
        annotators: [first.clone(), second.clone()],
        both: given.values().sum(),
        table,
        classes,
    }
}

fn counts(votes: &BTreeMap<Arc<str>, Arc<str>>) -> BTreeMap<&Arc<str>, usize> {
    let mut counts = BTreeMap::new();
    for class in votes.values() {
        *counts.entry(class).or_default() += 1;
    }
    counts
}

/// Agreement beyond chance, as a share of what is possible beyond chance.
fn kappa(observed: f64, chance: f64) -> Option<f64> {
    let possible = 1.0 - chance;
    (possible > 1e-12 && observed.is_finite()).then(|| (observed - chance) / possible)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(rows: &[(&str, &[(&str, &str)])]) -> Votes {
        let mut votes = Votes::default();
        for (candidate, given) in rows {
            for (annotator, class) in *given {
                votes.add((*candidate).into(), (*annotator).into(), (*class).into());
            }
        }
        votes
    }

    #[test]
    fn kappas_are_those_of_the_textbooks() {
        // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa 0.4.
        let mut all = Votes::default();
        let table = [
            ("y", "y", 20),
            ("y", "n", 5),
            ("n", "y", 10),
            ("n", "n", 15),
        ];
        let mut number = 0;
        for (a, b, times) in table {
            for _ in 0..times {
                number += 1;
                let id: Arc<str> = format!("c{number}").into();
                all.add(id.clone(), "ana".into(), a.into());
                all.add(id, "ben".into(), b.into());
            }
        }
        let pair = all.pairs().remove(0);
        assert_eq!((pair.both, pair.alike()), (50, 35));
        assert_eq!(
            pair.in_words(),
            "ana and ben: 35 of 50 alike, Cohen's kappa 0.400 ± 0.127"
        );
        assert_eq!(all.contradicted(), 15);
        let kappa = pair.kappa().unwrap();
        assert!((kappa.value - 0.4).abs() < 1e-12 && (kappa.error - 0.127).abs() < 1e-3);
        // Three who agree wholly on two classes, and one candidate that only two saw.
        let three = |class| [("ana", class), ("ben", class), ("eva", class)];
        let (real, bogus) = (three("real"), three("bogus"));
        let two = [("ana", "real"), ("ben", "bogus")];
        let all = votes(&[("a", &real), ("b", &bogus), ("c", &two)]);
        assert_eq!(all.fleiss(), (Some(1.0), 2));
        // With that one: of pairs 3 of 3, 3 of 3 and 0 of 1 are alike; 4 of 8 votes are real.
        let (kappa, candidates) = all.fleiss_of(2);
        assert!((kappa.unwrap() - (2.0 / 3.0 - 0.5) / 0.5).abs() < 1e-12);
        assert_eq!(candidates, 3);
        assert_eq!(all.pairs().len(), 3);
        // All the same: chance alone would do it.
        assert_eq!(votes(&[("a", &real)]).fleiss().0, None);
        assert_eq!(votes(&[]).fleiss(), (None, 0));
    }

    #[test]
    fn the_majority_counts_and_a_tie_has_no_class() {
        let all = votes(&[("a", &[("ana", "real"), ("ben", "bogus"), ("eva", "real")])]);
        let (_, given) = all.iter().next().unwrap();
        let vote = Votes::consensus(given);
        assert_eq!(
            (vote.class.as_deref(), vote.votes, vote.all),
            (Some("real"), 2, 3)
        );
        let tie = votes(&[("a", &[("ana", "real"), ("ben", "bogus")])]);
        let (_, given) = tie.iter().next().unwrap();
        assert_eq!(Votes::consensus(given).class, None);
    }
}
