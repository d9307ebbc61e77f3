//! How far a team is: who judged how much of their share, how many candidates have all their judgements, how well people agree.

use std::{collections::BTreeMap, sync::Arc};

use crate::domain::{
    Assignment, LabelBook,
    agreement::{PairAgreement, Votes},
    words::{counted, thousands},
};

use crate::text;

/// How far one person is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonTally {
    /// Candidates that are assigned to them.
    pub assigned: usize,
    /// Of these, how many they have judged.
    pub judged: usize,
    /// Others that they have judged besides.
    pub besides: usize,
}

/// How far a team is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TeamTally {
    /// The candidates that are looked at.
    pub candidates: usize,
    /// How many people are to judge each; 0 where none is assigned.
    pub judges: usize,
    /// Candidates that have so many judgements; where none is assigned, candidates with any.
    pub complete: usize,
    /// Everybody who is assigned some, or has judged any.
    pub people: BTreeMap<Arc<str>, PersonTally>,
    /// Candidates on which people contradict each other.
    pub contradicted: usize,
    /// How well people agree: a line for each two who judged the same, the kappa of all first.
    pub agreement: Vec<String>,
}

/// How many candidates are assigned to everybody: of a set this changes only with the assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    candidates: usize,
    of_people: BTreeMap<Arc<str>, usize>,
}

impl Shares {
    /// Of these candidates.
    pub fn of<'a>(
        assignment: Option<&Assignment>,
        candidates: impl Iterator<Item = &'a Arc<str>>,
    ) -> Self {
        let people = assignment.map_or(&[][..], |assignment| &assignment.people[..]);
        let mut shares = Self {
            candidates: 0,
            of_people: people.iter().map(|person| (person.clone(), 0)).collect(),
        };
        for id in candidates {
            shares.candidates += 1;
            let judges = assignment.map_or_else(Vec::new, |assignment| assignment.judges_of(id));
            for person in judges {
                *shares.of_people.entry(person.clone()).or_default() += 1;
            }
        }
        shares
    }
}

impl TeamTally {
    /// Of the candidates of these shares, by what `is_among` them; agreement is that of all labels of the book. What is hidden from
    /// the book's viewer counts.
    pub fn of(book: &LabelBook, shares: &Shares, is_among: impl Fn(&str) -> bool) -> Self {
        let assignment = book.assignment();
        let judges = assignment.map_or(0, |assignment| assignment.judges);
        let assigned = |(person, count): (&Arc<str>, &usize)| {
            let tally = PersonTally {
                assigned: *count,
                ..PersonTally::default()
            };
            (person.clone(), tally)
        };
        let mut tally = Self {
            candidates: shares.candidates,
            judges,
            people: shares.of_people.iter().map(assigned).collect(),
            ..Self::default()
        };
        let known = book.candidates().into_iter();
        for (id, _) in known.filter(|(id, _)| is_among(id)) {
            let judged = book.judges(id);
            tally.complete += usize::from(judged.len() >= judges.max(1));
            for person in judged {
                let own = tally.people.entry(person.clone()).or_default();
                if assignment.is_some_and(|assignment| assignment.is_to(id, person)) {
                    own.judged += 1;
                } else {
                    own.besides += 1;
                }
            }
        }
        let mut votes = Votes::default();
        votes.add_book(book);
        tally.contradicted = votes.contradicted();
        tally.agreement = agreement_of(&votes, judges.max(2));
        tally
    }

    /// "412 of 2,000 candidates have 2 judgements or more; people contradict each other on 12 candidates".
    pub fn in_words(&self) -> String {
        let (complete, all) = (
            thousands(self.complete as u64),
            counted(self.candidates as u64, "candidate"),
        );
        let judgements = counted(self.judges.max(1) as u64, "judgement");
        let words = if self.candidates == 1 {
            text!(
                "{complete} of {all} has {judgements} or more",
                complete,
                all,
                judgements
            )
        } else {
            text!(
                "{complete} of {all} have {judgements} or more",
                complete,
                all,
                judgements
            )
        };
        if self.contradicted == 0 {
            return words;
        }
        let candidates = counted(self.contradicted as u64, "candidate");
        let more = text!("people contradict each other on {candidates}", candidates);
        format!("{words}; {more}")
    }
}

impl PersonTally {
    /// "30 of 1,333 judged, 4 besides"; "30 judged" for somebody to whom none is assigned.
    pub fn in_words(&self) -> String {
        let [assigned, judged, besides] =
            [self.assigned, self.judged, self.besides].map(|count| thousands(count as u64));
        match (self.assigned, self.besides) {
            (0, _) => text!("{count} judged", count = besides),
            (_, 0) => text!("{judged} of {assigned} judged", judged, assigned),
            _ => text!(
                "{judged} of {assigned} judged, {besides} besides",
                judged,
                assigned,
                besides
            ),
        }
    }
}

/// Fleiss' kappa of candidates with so many votes, where more than two people voted, and a line for each two.
fn agreement_of(votes: &Votes, fewest: usize) -> Vec<String> {
    let pairs = votes.pairs();
    let pairs: Vec<String> = pairs
        .iter()
        .filter(|pair| pair.both > 0)
        .map(PairAgreement::in_words)
        .collect();
    if pairs.len() < 2 {
        return pairs;
    }
    let (kappa, candidates) = votes.fleiss_of(fewest);
    let kappa = kappa.map_or_else(
        || text!("not defined").into(),
        |kappa| format!("{kappa:.3}"),
    );
    let candidates = counted(candidates as u64, "candidate");
    let all = text!(
        "Fleiss' kappa {kappa} over {candidates} with {votes} votes or more",
        kappa,
        candidates,
        votes = fewest
    );
    std::iter::once(all).chain(pairs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LabelAction, LabelEvent};

    #[test]
    fn shares_and_agreement_are_counted_also_of_what_the_viewer_does_not_see() {
        let ids: Vec<Arc<str>> = (0..9).map(|number| format!("c{number}").into()).collect();
        let assignment = Assignment::parse("ana,ben,cleo", 2).unwrap();
        let mut book = LabelBook::of([LabelEvent::made(
            1,
            "",
            LabelAction::Assign(assignment.clone()),
        )]);
        let given = |step: i64, person: &str, id: &str, class: &str| {
            let action = LabelAction::Set {
                class: class.into(),
            };
            let mut event = (*LabelEvent::made(step, id, action)).clone();
            event.annotator = person.into();
            Arc::new(event)
        };
        // Everybody does their share but Cleo; Dan, to whom none is assigned, judges one.
        let mut open = 0;
        for (step, id) in (10..).zip(&ids) {
            for person in assignment.judges_of(id) {
                if **person == *"cleo" {
                    open += 1;
                } else {
                    book.push(given(step, person, id, "real"));
                }
            }
        }
        book.push(given(99, "dan", "c0", "bogus"));
        book.set_viewer(Some("cleo".into()));
        let shares = Shares::of(book.assignment(), ids.iter());
        book.push(given(100, "ana", "elsewhere", "real"));
        let tally = TeamTally::of(&book, &shares, |id| id != "elsewhere");
        let people: Vec<usize> = tally.people.values().map(|one| one.assigned).collect();
        assert_eq!((people.len(), people.iter().sum::<usize>()), (4, 18));
        let [ana, cleo, dan] = ["ana", "cleo", "dan"].map(|name| &tally.people[name]);
        assert_eq!((ana.judged, ana.besides), (ana.assigned, 0));
        assert_eq!((cleo.judged, cleo.assigned), (0, open));
        assert_eq!(dan.in_words(), "1 judged");
        // Two judgements: where Cleo is none of the two, and where Dan came to the one.
        let is_of_cleo = assignment.is_to("c0", "cleo");
        assert_eq!(tally.complete, 9 - open + usize::from(is_of_cleo));
        assert_eq!(tally.contradicted, 1);
        let words = tally.in_words();
        assert!(words.ends_with("of 9 candidates have 2 judgements or more; people contradict each other on 1 candidate"), "{words}");
        assert!(
            tally.agreement[0].starts_with("Fleiss' kappa"),
            "{:?}",
            tally.agreement
        );
    }
}
