//! Where to stop looking: what the highest scores of a whole set hold, estimated from the labels of some of it.
//!
//! The set is cut by the rank of its scores into strata, fine at the top. The share of real ones in a stratum has a
//! Beta distribution, from its labels and a prior; shares of draws are made to fall with the rank (isotonic
//! regression), for that is what the model's score means. A stratum without labels lies anywhere between its
//! neighbours that have some, and the last ones between those and none. Labels may therefore be given in the order of
//! the scores or at random; what they leave open is in the interval.
//!
//! The prior is one real candidate, shared by all strata with labels, and half of another one in each. With Jeffreys'
//! prior in each stratum the many empty ones together invent real candidates: its intervals of 90 % held 15 to 87 % of
//! the truths on nine kinds of made-up sets and ways of labelling, these 80 to 97 %.

use rand_distr::{Beta, Binomial, Distribution as _};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use crate::domain::workload::{Estimate, LookedAt, Workload};
use crate::learn::chance::Chance;

/// A candidate with a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The score, higher for what is more likely real.
    pub score: f64,
    /// Whether it is real, where that is known.
    pub is_real: Option<bool>,
    /// True where that may stand for others: a label that no model has learned.
    pub counts: bool,
}

/// Labels that are needed for an estimate.
pub const LEAST_LABELS: usize = 20;
/// Candidates in the first stratum, and how much further each one reaches than that before.
const FIRST: f64 = 8.0;
const GROWTH: f64 = 1.5;
/// Strata are no longer than this share of the set.
const LONGEST_SHARE: f64 = 0.2;
/// Sets of shares that are drawn.
const DRAWS: usize = 400;
/// Ranks of a curve at most.
const MOST_POINTS: usize = 160;
/// Of the interval.
const QUANTILES: [f64; 3] = [0.05, 0.5, 0.95];

/// Candidates with neighbouring ranks.
#[derive(Clone, Copy, Debug, Default)]
struct Stratum {
    /// The rank after its last candidate.
    end: usize,
    /// Labels that count, and how many of them are of real ones.
    labelled: usize,
    real: usize,
}

/// What is found by looking at a set in the order of its scores; none with fewer than [`LEAST_LABELS`] labels that
/// count, or none of a real one.
pub fn workload(candidates: &[Ranked], seed: u64) -> Option<Workload> {
    let mut ranked = candidates.to_vec();
    ranked.retain(|candidate| candidate.score.is_finite());
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    let strata = stratified(&ranked);
    let labelled: usize = strata.iter().map(|stratum| stratum.labelled).sum();
    let real: usize = strata.iter().map(|stratum| stratum.real).sum();
    if labelled < LEAST_LABELS || real == 0 {
        return None;
    }
    let ranks = ranks(ranked.len());
    let pieces = pieces(&ranked, &strata, &ranks);
    let mut found = vec![Vec::with_capacity(DRAWS); ranks.len()];
    let mut draws = Draws::new(seed);
    for _ in 0..DRAWS {
        let shares = draws.shares(&strata);
        let mut sum = 0.0;
        for piece in &pieces {
            sum += piece.known_real as f64 + draws.count(piece.unknown, shares[piece.stratum]);
            if let Some(at) = piece.ends_at {
                found[at].push(sum);
            }
        }
    }
    let total = found.last()?.clone();
    let curve = ranks.iter().zip(&found).map(|(rank, found)| LookedAt {
        looked_at: *rank,
        recall: estimate(found.iter().zip(&total).map(|(part, all)| part / all)),
        purity: estimate(found.iter().map(|part| part / *rank as f64)),
    });
    Some(Workload {
        candidates: ranked.len(),
        labelled,
        real: estimate(total.iter().copied()),
        curve: curve.collect(),
    })
}

/// Candidates of one stratum between two ranks that are looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    stratum: usize,
    known_real: usize,
    unknown: u64,
    /// The place of the rank at its end, where it is one of the curve.
    ends_at: Option<usize>,
}

fn pieces(ranked: &[Ranked], strata: &[Stratum], ranks: &[usize]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(strata.len() + ranks.len());
    let mut piece = Piece::default();
    let mut next = 0;
    for (rank, candidate) in (1..).zip(ranked) {
        match candidate.is_real {
            Some(is_real) => piece.known_real += usize::from(is_real),
            None => piece.unknown += 1,
        }
        let is_on_curve = ranks.get(next) == Some(&rank);
        let ends_stratum = strata[piece.stratum].end == rank;
        if is_on_curve || ends_stratum {
            piece.ends_at = is_on_curve.then_some(next);
            pieces.push(piece);
            next += usize::from(is_on_curve);
            piece = Piece {
                stratum: piece.stratum + usize::from(ends_stratum),
                ..Piece::default()
            };
        }
    }
    pieces
}

fn stratified(ranked: &[Ranked]) -> Vec<Stratum> {
    let most = (LONGEST_SHARE * ranked.len() as f64).max(FIRST);
    let mut strata = Vec::new();
    let (mut from, mut length) = (0, FIRST);
    while from < ranked.len() {
        let mut end = (from + length as usize).min(ranked.len());
        // Candidates of one score are one stratum: their order means nothing.
        while end < ranked.len() && ranked[end].score >= ranked[end - 1].score {
            end += 1;
        }
        let counting = ranked[from..end]
            .iter()
            .filter(|candidate| candidate.counts);
        let known: Vec<bool> = counting.filter_map(|candidate| candidate.is_real).collect();
        strata.push(Stratum {
            end,
            labelled: known.len(),
            real: known.iter().filter(|is_real| **is_real).count(),
        });
        length = (length * GROWTH).min(most);
        from = end;
    }
    strata
}

/// Ranks at which the curve is read: all of a small set, else closer at the top; the last is the whole set.
fn ranks(count: usize) -> Vec<usize> {
    if count <= MOST_POINTS {
        return (1..=count).collect();
    }
    let step = (count as f64).ln() / MOST_POINTS as f64;
    let mut ranks: Vec<usize> = (0..=MOST_POINTS)
        .map(|at| ((step * at as f64).exp().round() as usize).min(count))
        .collect();
    ranks.push(count);
    ranks.dedup();
    ranks
}

/// Shares of real ones in the strata, drawn from what the labels allow.
struct Draws {
    random: Xoshiro256PlusPlus,
    chance: Chance,
}

impl Draws {
    fn new(seed: u64) -> Self {
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            chance: Chance::new(seed),
        }
    }

    /// How many of so many are real.
    fn count(&mut self, unknown: u64, share: f64) -> f64 {
        Binomial::new(unknown, share.clamp(0.0, 1.0))
            .map_or(0.0, |counts| counts.sample(&mut self.random) as f64)
    }

    fn shares(&mut self, strata: &[Stratum]) -> Vec<f64> {
        let with_labels = strata.iter().filter(|stratum| stratum.labelled > 0);
        let one_shared = 1.0 / with_labels.count().max(1) as f64;
        let (mut at, mut drawn) = (Vec::new(), Vec::new());
        for (place, stratum) in strata.iter().enumerate() {
            if stratum.labelled == 0 {
                continue;
            }
            let real = stratum.real as f64 + one_shared;
            let others = (stratum.labelled - stratum.real) as f64 + 0.5;
            let share = Beta::new(real, others)
                .map_or(real / (real + others), |beta| beta.sample(&mut self.random));
            at.push(place);
            drawn.push((share, stratum.labelled as f64));
        }
        let fitted = falling(&drawn);
        let mut shares = vec![0.0; strata.len()];
        for (place, share) in at.iter().zip(&fitted) {
            shares[*place] = *share;
        }
        // One place between neighbours for all strata of a gap: they are as alike as they are unknown.
        let mut next = 0;
        let mut gap = self.chance.share();
        for (place, share) in shares.iter_mut().enumerate() {
            if at.get(next) == Some(&place) {
                next += 1;
                gap = self.chance.share();
                continue;
            }
            let above = next.checked_sub(1).map_or(1.0, |before| fitted[before]);
            let below = fitted.get(next).copied().unwrap_or(0.0);
            *share = below + gap * (above - below);
        }
        shares
    }
}

/// The nearest values that never rise (pool adjacent violators; Ayer et al. 1955), from values with weights.
fn falling(values: &[(f64, f64)]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(values.len());
    for &(value, weight) in values {
        let mut block = (value, weight, 1);
        while let Some(&(before, its_weight, its_count)) = blocks.last() {
            if before >= block.0 {
                break;
            }
            blocks.pop();
            let both = its_weight + block.1;
            let mean = before.mul_add(its_weight, block.0 * block.1) / both;
            block = (mean, both, its_count + block.2);
        }
        blocks.push(block);
    }
    let spread = |(value, _, count): (f64, f64, usize)| std::iter::repeat_n(value, count);
    blocks.into_iter().flat_map(spread).collect()
}

fn estimate(values: impl Iterator<Item = f64>) -> Estimate {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    let [low, median, high] =
        QUANTILES.map(|share| sorted.get((share * last).round() as usize).copied());
    Estimate {
        low: low.unwrap_or(f64::NAN),
        median: median.unwrap_or(f64::NAN),
        high: high.unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set whose share of real ones falls with the rank, and which of them are real.
    fn set(count: usize, seed: u64) -> Vec<(f64, bool)> {
        let mut chance = Chance::new(seed);
        (0..count)
            .map(|at| {
                let place = at as f64 / count as f64;
                let share = (-place / 0.04).exp() * 0.95 + 0.003;
                (1.0 - place, chance.share() < share)
            })
            .collect()
    }

    fn with_labels(set: &[(f64, bool)], mut is_labelled: impl FnMut(usize) -> bool) -> Vec<Ranked> {
        let ranked = |(at, (score, is_real)): (usize, &(f64, bool))| Ranked {
            score: *score,
            is_real: is_labelled(at).then_some(*is_real),
            counts: true,
        };
        set.iter().enumerate().map(ranked).collect()
    }

    /// Share of the real ones among the first.
    fn recall(set: &[(f64, bool)], count: usize) -> f64 {
        let real = |part: &[(f64, bool)]| part.iter().filter(|(_, is_real)| *is_real).count();
        real(&set[..count]) as f64 / real(set) as f64
    }

    #[test]
    fn nine_of_ten_intervals_hold_the_truth_however_labels_were_given() {
        // At random; and the first ones, with some of the rest.
        for (first, share) in [(0, 0.12), (150, 0.06)] {
            let (mut held, mut asked) = (0, 0);
            for seed in 0..40 {
                let set = set(3000, 100 + seed);
                let mut chance = Chance::new(seed);
                let ranked = with_labels(&set, |at| at < first || chance.share() < share);
                let found = workload(&ranked, seed).unwrap();
                for looked in found.curve.iter().filter(|looked| {
                    (50..2000).contains(&looked.looked_at) && looked.looked_at % 5 == 0
                }) {
                    let truth = recall(&set, looked.looked_at);
                    let Estimate { low, high, .. } = looked.recall;
                    held += usize::from((low..=high).contains(&truth));
                    asked += 1;
                }
            }
            let held = f64::from(held as u32) / f64::from(asked as u32);
            assert!((0.8..=1.0).contains(&held), "{first}: {held} of {asked}");
        }
    }

    #[test]
    fn what_was_never_looked_at_stays_open() {
        let set = set(2000, 5);
        let ranked = with_labels(&set, |at| at < 200);
        let found = workload(&ranked, 1).unwrap();
        let stop = found
            .curve
            .iter()
            .find(|looked| looked.looked_at >= 200)
            .unwrap();
        // Of 1,800 without any label many may be real.
        assert!(stop.recall.low < 0.6, "{stop:?}");
        assert!(stop.recall.high > recall(&set, 200), "{stop:?}");
        assert!(found.real.high - found.real.low > 100.0, "{:?}", found.real);
    }

    #[test]
    fn labels_of_everything_leave_nothing_open() {
        let set = set(400, 6);
        let found = workload(&with_labels(&set, |_| true), 1).unwrap();
        for looked in &found.curve {
            let truth = recall(&set, looked.looked_at);
            assert!((looked.recall.low - truth).abs() < 1e-12);
            assert!((looked.recall.high - truth).abs() < 1e-12);
        }
        let stop = found.stop_at(0.95).unwrap();
        assert!(recall(&set, stop.looked_at) >= 0.95);
        assert!(recall(&set, stop.looked_at - 10) < 0.96);
    }

    #[test]
    fn few_labels_and_labels_that_were_learned_say_nothing() {
        let set = set(500, 7);
        assert_eq!(workload(&with_labels(&set, |at| at < 19), 1), None);
        let mut learned = with_labels(&set, |at| at < 100);
        for candidate in &mut learned {
            candidate.counts = false;
        }
        assert_eq!(workload(&learned, 1), None);
        // No real one is known.
        let none: Vec<_> = set.iter().map(|(score, _)| (*score, false)).collect();
        assert_eq!(workload(&with_labels(&none, |_| true), 1), None);
    }

    #[test]
    fn shares_never_rise_with_the_rank() {
        let fitted = falling(&[(0.9, 1.0), (0.2, 1.0), (0.6, 3.0), (0.1, 1.0)]);
        assert_eq!(fitted.len(), 4);
        for (found, expected) in fitted.iter().zip([0.9, 0.5, 0.5, 0.1]) {
            assert!((found - expected).abs() < 1e-12, "{fitted:?}");
        }
    }
}
