//! Annotators by their skill: how often each is right, and what the candidates are, both found from votes
//! alone (Dawid & Skene 1979).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::agreement::Votes;

/// Rounds after which the estimate is taken as it is.
const MOST_ROUNDS: usize = 200;
/// Change of every probability below which it stands.
const SETTLED: f64 = 1e-7;
/// Votes that every annotator is thought to have given rightly and wrongly of each class, so that few
/// votes say little: our choice.
const THOUGHT: [f64; 2] = [2.0, 1.0];

/// What votes tell of annotators and candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Skills {
    /// All classes that were voted for, in alphabetical order.
    pub classes: Vec<Arc<str>>,
    pub of_annotators: BTreeMap<Arc<str>, Skill>,
    /// The probability of each class of each candidate, in the order of the classes.
    pub of_candidates: BTreeMap<Arc<str>, Vec<f64>>,
}

/// How good an annotator is.
#[derive(Clone, Debug, PartialEq)]
pub struct Skill {
    /// Candidates with a vote that can be judged: another annotator voted, too, and the class is one that two annotators give.
    pub votes: usize,
    /// The probability of a right vote, weighed by how frequent the classes are that two annotators give; 0 to 1. None
    /// without such a vote.
    pub accuracy: Option<f64>,
}

/// The probability that an annotator says a class, by the true one: (truth, said).
type VoteShares = Vec<Vec<f64>>;

/// One vote, all by position: annotator and class.
type Given = Vec<(usize, usize)>;

struct Model {
    prior: Vec<f64>,
    confusion: Vec<VoteShares>,
}

impl Model {
    /// The likeliest for candidates of which the classes are known with these probabilities.
    fn of(given: &[Given], believed: &[Vec<f64>], annotators: usize) -> Self {
        let classes = believed.first().map_or(0, Vec::len);
        let wrongs = classes.saturating_sub(1).max(1) as f64;
        let thought = |truth: usize, vote: usize| {
            if truth == vote {
                THOUGHT[0]
            } else {
                THOUGHT[1] / wrongs
            }
        };
        let row = |truth: usize| (0..classes).map(|vote| thought(truth, vote)).collect();
        let empty: VoteShares = (0..classes).map(row).collect();
        let mut confusion = vec![empty; annotators];
        let mut prior = vec![1.0; classes];
        for (votes, believed) in given.iter().zip(believed) {
            for (truth, probability) in believed.iter().enumerate() {
                prior[truth] += probability;
                for (annotator, vote) in votes {
                    confusion[*annotator][truth][*vote] += probability;
                }
            }
        }
        normalise(&mut prior);
        confusion
            .iter_mut()
            .flatten()
            .for_each(|row| normalise(row));
        Self { prior, confusion }
    }

    /// The probabilities of the classes of a candidate with these votes.
    fn believed(&self, votes: &Given) -> Vec<f64> {
        let logarithm = |truth: usize| {
            let given = votes
                .iter()
                .map(|(annotator, vote)| self.confusion[*annotator][truth][*vote].ln());
            self.prior[truth].ln() + given.sum::<f64>()
        };
        let all: Vec<f64> = (0..self.prior.len()).map(logarithm).collect();
        let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut shares: Vec<f64> = all.into_iter().map(|one| (one - most).exp()).collect();
        normalise(&mut shares);
        shares
    }
}

fn normalise(row: &mut [f64]) {
    let sum: f64 = row.iter().sum();
    for share in row {
        *share /= sum;
    }
}

impl Votes {
    /// How good annotators are, and what candidates are by the votes of those who are good.
    pub fn skills(&self) -> Skills {
        let annotators: Vec<Arc<str>> = self.annotators().into_iter().collect();
        let classes = self.classes();
        let place = |all: &[Arc<str>], one: &Arc<str>| all.iter().position(|known| known == one);
        let given: Vec<Given> = self
            .iter()
            .map(|(_, votes)| {
                let votes = votes.iter();
                votes
                    .filter_map(|(who, what)| {
                        Some((place(&annotators, who)?, place(&classes, what)?))
                    })
                    .collect()
            })
            .collect();
        // The first guess: as many votes, as much of it is so.
        let shares = |votes: &Given| {
            let mut shares = vec![1e-3; classes.len()];
            for (_, vote) in votes {
                shares[*vote] += 1.0;
            }
            normalise(&mut shares);
            shares
        };
        let mut believed: Vec<Vec<f64>> = given.iter().map(shares).collect();
        let mut model = Model::of(&given, &believed, annotators.len());
        for _ in 0..MOST_ROUNDS {
            let now: Vec<Vec<f64>> = given.iter().map(|votes| model.believed(votes)).collect();
            let both = now.iter().flatten().zip(believed.iter().flatten());
            let change = both
                .map(|(now, before)| (now - before).abs())
                .fold(0.0, f64::max);
            believed = now;
            model = Model::of(&given, &believed, annotators.len());
            if change < SETTLED {
                break;
            }
        }
        let is_shared = shared(&given, classes.len());
        let skill = |(at, name): (usize, Arc<str>)| {
            let judged = given.iter().filter(|votes| votes.len() > 1).flatten();
            let votes = judged.filter(|(who, vote)| *who == at && is_shared[*vote]);
            let votes = votes.count();
            let right = model.prior.iter().zip(&model.confusion[at]).enumerate();
            let right = right.filter(|(truth, _)| is_shared[*truth]);
            let [share, right] = right.fold([0.0_f64; 2], |[all, sum], (truth, (share, vote))| {
                [all + share, sum + share * vote[truth]]
            });
            let accuracy = (votes > 0).then(|| right / share);
            (name, Skill { votes, accuracy })
        };
        let names = self.iter().map(|(candidate, _)| candidate.clone());
        Skills {
            of_annotators: annotators.iter().cloned().enumerate().map(skill).collect(),
            of_candidates: names.zip(believed).collect(),
            classes,
        }
    }
}

/// The classes that two annotators or more gave.
fn shared(given: &[Given], classes: usize) -> Vec<bool> {
    let mut by = vec![BTreeSet::new(); classes];
    for (annotator, vote) in given.iter().flatten() {
        by[*vote].insert(*annotator);
    }
    by.iter().map(|annotators| annotators.len() > 1).collect()
}

impl Skills {
    /// The likeliest class of a candidate, and its probability; none where nobody voted.
    pub fn consensus(&self, candidate: &str) -> Option<(&Arc<str>, f64)> {
        let row = self.of_candidates.get(candidate)?.iter().zip(&self.classes);
        let most = row.max_by(|(a, _), (b, _)| a.total_cmp(b));
        most.map(|(probability, class)| (class, *probability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_is_right_outweighs_two_who_guess() {
        // Ana is right 19 times of 20; ben and eva say "real" whatever they see, but for one in six.
        let mut votes = Votes::default();
        for number in 0..120_u32 {
            let id: Arc<str> = format!("c{number}").into();
            let is_real = number % 2 == 0;
            let word =
                |is_real: bool| -> Arc<str> { if is_real { "real" } else { "bogus" }.into() };
            votes.add(
                id.clone(),
                "ana".into(),
                word(is_real != (number % 20 == 0)),
            );
            votes.add(id.clone(), "ben".into(), word(number % 6 != 1));
            votes.add(id.clone(), "eva".into(), word(number % 6 != 3));
            votes.add(id, "udo".into(), word(is_real != (number % 30 == 7)));
        }
        let skills = votes.skills();
        let accuracy = |name: &str| skills.of_annotators[name].accuracy.unwrap();
        assert!(
            accuracy("ana") > 0.9 && accuracy("udo") > 0.9,
            "{:?}",
            skills.of_annotators
        );
        assert!(
            accuracy("ben") < 0.75 && accuracy("eva") < 0.75,
            "{:?}",
            skills.of_annotators
        );
        assert_eq!(skills.of_annotators["ana"].votes, 120);
        // Number 5 is bogus: two say so, two say real, and the majority is undecided.
        let given = votes.iter().find(|(id, _)| &***id == "c5").unwrap().1;
        assert_eq!(Votes::consensus(given).class, None);
        let (class, probability) = skills.consensus("c5").unwrap();
        assert!(
            &**class == "bogus" && probability > 0.9,
            "{class} {probability}"
        );
        assert_eq!(skills.consensus("nobody"), None);
        for row in skills.of_candidates.values() {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn what_nobody_shares_is_not_judged() {
        let mut votes = Votes::default();
        for number in 0..20 {
            let id: Arc<str> = format!("c{number}").into();
            let class: Arc<str> = ["real", "bogus"][number % 2].into();
            votes.add(id.clone(), "ana".into(), class.clone());
            votes.add(id, "ben".into(), class);
        }
        let both = votes.skills();
        // One alone on a candidate, and one whose class no other gives.
        votes.add("alone".into(), "eva".into(), "real".into());
        votes.add("c0".into(), "udo".into(), "supernova".into());
        let skills = votes.skills();
        for (name, count) in [("ana", 20), ("ben", 20), ("eva", 0), ("udo", 0)] {
            let skill = &skills.of_annotators[name];
            assert_eq!(
                (skill.votes, skill.accuracy.is_some()),
                (count, count > 0),
                "{name}"
            );
        }
        let [before, after] =
            [&both, &skills].map(|all| all.of_annotators["ana"].accuracy.unwrap());
        assert!((before - after).abs() < 0.05, "{before} {after}");
    }

    #[test]
    fn without_votes_there_is_nothing_to_tell() {
        let skills = Votes::default().skills();
        assert!(skills.of_annotators.is_empty() && skills.of_candidates.is_empty());
    }
}
