//! Who judges which candidate: a rule that gives everybody the same answer without asking anybody.
//!
//! Rendezvous hashing (Thaler & Ravishankar 1998): each person has a number for each candidate, made of both names, and the
//! persons with the greatest numbers judge it. Who comes in takes candidates from each of the others, who leaves gives theirs to
//! the others, and no other candidate changes hands.

use std::{cmp::Reverse, sync::Arc};

use serde::{Deserialize, Serialize};

use super::fnv;
use crate::text;

/// Each candidate is judged by so many of these people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// How many judge a candidate; 0 where none is assigned.
    pub judges: usize,
    /// Names, as they stand in labels; sorted.
    pub people: Vec<Arc<str>>,
}

impl Assignment {
    /// Of names between which commas stand.
    ///
    /// # Errors
    /// A sentence where there is no name, or more judges are asked for than there are people.
    pub fn parse(people: &str, judges: usize) -> Result<Self, String> {
        let names = people.split(',').map(str::trim);
        let mut people: Vec<Arc<str>> = names
            .filter(|name| !name.is_empty())
            .map(Arc::from)
            .collect();
        people.sort_unstable();
        people.dedup();
        match (people.len(), judges) {
            (0, _) => Err(text!(
                "nobody is named: write names with commas between, such as ana, luis"
            )
            .into()),
            (_, 0) => Err(text!("a candidate is judged by one person at least").into()),
            (1, judges) if judges > 1 => Err(text!(
                "{judges} people cannot judge each candidate: 1 is named",
                judges
            )),
            (count, judges) if judges > count => Err(text!(
                "{judges} people cannot judge each candidate: {count} are named",
                judges,
                count
            )),
            _ => Ok(Self { judges, people }),
        }
    }

    /// No candidate is assigned to anybody.
    pub const fn is_none(&self) -> bool {
        self.judges == 0 || self.people.is_empty()
    }

    /// True where a person is to judge a candidate.
    pub fn is_to(&self, candidate: &str, person: &str) -> bool {
        if !self.people.iter().any(|known| **known == *person) {
            return false;
        }
        let hash = hash_of(candidate);
        let own = (weight(hash, person), person);
        let others = self.people.iter();
        let greater = others.filter(|other| (weight(hash, other), &***other) > own);
        greater.count() < self.judges
    }

    /// Who is to judge a candidate, the greatest number first.
    pub fn judges_of(&self, candidate: &str) -> Vec<&Arc<str>> {
        let hash = hash_of(candidate);
        let mut all: Vec<&Arc<str>> = self.people.iter().collect();
        all.sort_by_cached_key(|person| Reverse((weight(hash, person), (*person).clone())));
        all.truncate(self.judges);
        all
    }

    /// "2 of 5 people judge each candidate: ana, ben, …".
    pub fn in_words(&self) -> String {
        if self.is_none() {
            return text!("no candidate is assigned to anybody").into();
        }
        let (judges, people) = (self.judges, self.people.len());
        let names = self.people.join(", ");
        if judges == 1 {
            text!(
                "1 of {people} people judges each candidate: {names}",
                people,
                names
            )
        } else {
            text!(
                "{judges} of {people} people judge each candidate: {names}",
                judges,
                people,
                names
            )
        }
    }
}

fn hash_of(candidate: &str) -> u64 {
    // What no identifier ends with stands between it and the name.
    fnv::fnv1a(fnv::FNV_START, candidate.bytes().chain([0]))
}

fn weight(candidate: u64, person: &str) -> u64 {
    fnv::fmix64(fnv::fnv1a(candidate, person.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 3_000;

    fn candidates() -> impl Iterator<Item = String> {
        (0..COUNT).map(|number| format!("ZTF18abc{number:04}"))
    }

    fn assigned(assignment: &Assignment, candidate: &str) -> Vec<String> {
        let judges = assignment.judges_of(candidate).into_iter();
        let mut judges: Vec<String> = judges.map(ToString::to_string).collect();
        judges.sort();
        judges
    }

    #[test]
    fn each_candidate_has_its_judges_and_each_person_a_like_share() {
        let all = Assignment::parse("mei, ana,luis , ana", 2).unwrap();
        assert_eq!(all.people.join(" "), "ana luis mei");
        for person in ["ana", "luis", "mei"] {
            let own = candidates().filter(|id| all.is_to(id, person)).count();
            let even = COUNT * 2 / 3;
            assert!(own.abs_diff(even) < even / 20, "{person}: {own}");
        }
        for id in candidates() {
            let judges = assigned(&all, &id);
            assert_eq!(judges.len(), 2, "{id}");
            for person in ["ana", "luis", "mei", "ben"] {
                let is_named = judges.iter().any(|judge| judge == person);
                assert_eq!(all.is_to(&id, person), is_named, "{id} {person}");
            }
        }
    }

    #[test]
    fn who_comes_or_leaves_changes_only_their_own_share() {
        let before = Assignment::parse("ana,ben,luis,mei", 2).unwrap();
        let after = Assignment::parse("ana,ben,luis,mei,zoe", 2).unwrap();
        let mut moved = 0;
        for id in candidates() {
            let [old, new] = [&before, &after].map(|one| assigned(one, &id));
            let stay = old.iter().filter(|person| new.contains(person)).count();
            let has_zoe = new.iter().any(|person| person == "zoe");
            assert_eq!(stay, if has_zoe { 1 } else { 2 }, "{id}");
            moved += usize::from(has_zoe);
        }
        let even = COUNT * 2 / 5;
        assert!(moved.abs_diff(even) < even / 10, "{moved}");
    }

    #[test]
    fn what_cannot_be_assigned_has_a_reason() {
        let why = |people, judges| Assignment::parse(people, judges).unwrap_err();
        assert!(why(" , ", 1).contains("nobody is named"));
        assert!(why("ana", 0).contains("one person at least"));
        assert_eq!(
            why("ana", 2),
            "2 people cannot judge each candidate: 1 is named"
        );
        assert_eq!(
            why("ana,ben", 3),
            "3 people cannot judge each candidate: 2 are named"
        );
        assert!(Assignment::default().is_none());
    }

    /// Whoever wants the shares elsewhere computes the same: values of an independent program in Python.
    #[test]
    fn the_rule_is_the_same_in_every_version() {
        let all = Assignment::parse("ana,luis,mei", 2).unwrap();
        for (id, judges) in EXPECTED {
            assert_eq!(
                all.judges_of(id)
                    .iter()
                    .map(|name| &***name)
                    .collect::<Vec<_>>(),
                judges
            );
        }
    }

    const EXPECTED: [(&str, [&str; 2]); 3] = [
        ("hits01", ["ana", "mei"]),
        ("hits02", ["ana", "luis"]),
        ("ZTF18abcdefg", ["luis", "ana"]),
    ];
}
