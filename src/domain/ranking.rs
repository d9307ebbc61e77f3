//! Scores in descending order, and what is counted above every threshold.

/// Scores of things that are positive or not, sorted once.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Positions in the caller's order, highest score first.
    order: Vec<u32>,
    /// Scores in that order.
    scores: Vec<f64>,
    /// What is positive, in that order.
    is_positive: Vec<bool>,
}

/// What has a score of at least a threshold, for every score that occurs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// Scores that occur, highest first.
    pub thresholds: Vec<f64>,
    /// Positive things with at least that score.
    pub true_positives: Vec<u64>,
    /// Other things with at least that score.
    pub false_positives: Vec<u64>,
}

impl Ranking {
    /// Sorts; scores that are no number are left out.
    pub fn new(scores: &[f64], is_positive: &[bool]) -> Self {
        let count = scores.len().min(is_positive.len()) as u32;
        let mut order: Vec<u32> = (0..count)
            .filter(|at| !scores[*at as usize].is_nan())
            .collect();
        order.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
        Self {
            scores: order.iter().map(|at| scores[*at as usize]).collect(),
            is_positive: order.iter().map(|at| is_positive[*at as usize]).collect(),
            order,
        }
    }

    /// Counts everything once.
    pub fn steps(&self) -> Steps {
        self.count(|_| 1)
    }

    /// Counts everything as often as its weight says; `weights` in the caller's order.
    pub fn weighted(&self, weights: &[u32]) -> Steps {
        self.count(|at| u64::from(weights.get(at as usize).copied().unwrap_or(0)))
    }

    fn count(&self, weight: impl Fn(u32) -> u64) -> Steps {
        let mut steps = Steps::default();
        let (mut true_positives, mut false_positives) = (0, 0);
        for (at, (score, is_positive)) in self.scores.iter().zip(&self.is_positive).enumerate() {
            let weight = weight(self.order[at]);
            if *is_positive {
                true_positives += weight;
            } else {
                false_positives += weight;
            }
            // Equal scores are one step: no threshold comes between them.
            let is_last = self.scores.get(at + 1) != Some(score);
            if is_last {
                steps.thresholds.push(*score);
                steps.true_positives.push(true_positives);
                steps.false_positives.push(false_positives);
            }
        }
        steps
    }
}

impl Steps {
    /// How many positive things there are.
    pub fn positives(&self) -> u64 {
        self.true_positives.last().copied().unwrap_or(0)
    }

    /// How many others.
    pub fn negatives(&self) -> u64 {
        self.false_positives.last().copied().unwrap_or(0)
    }

    /// True where there are both: without, no rate makes sense.
    pub fn has_both(&self) -> bool {
        self.positives() > 0 && self.negatives() > 0
    }

    /// False-positive and true-positive rate at every step; NaN without positives or negatives.
    pub fn rates(&self) -> impl DoubleEndedIterator<Item = [f64; 2]> + '_ {
        let (positives, negatives) = (self.positives() as f64, self.negatives() as f64);
        let counts = self.false_positives.iter().zip(&self.true_positives);
        counts.map(move |(fp, tp)| [*fp as f64 / negatives, *tp as f64 / positives])
    }

    /// The area under the ROC by the trapezium rule. It equals the Mann-Whitney statistic divided by
    /// the number of pairs: the chance that a positive thing has the higher score, ties half.
    pub fn auc(&self) -> Option<f64> {
        if !self.has_both() {
            return None;
        }
        let (mut pairs, mut tp_before, mut fp_before) = (0.0, 0, 0);
        for (tp, fp) in self.true_positives.iter().zip(&self.false_positives) {
            pairs += (fp - fp_before) as f64 * (tp + tp_before) as f64 / 2.0;
            (tp_before, fp_before) = (*tp, *fp);
        }
        Some(pairs / (self.positives() as f64 * self.negatives() as f64))
    }
}

/// The probability that a value of `above` exceeds one of `below`, ties counted half
/// (Mann & Whitney 1947): [`Steps::auc`]. None where one of them is empty.
pub fn area_under_roc(below: &[f64], above: &[f64]) -> Option<f64> {
    let is_above: Vec<bool> = (0..below.len() + above.len())
        .map(|at| at >= below.len())
        .collect();
    Ranking::new(&[below, above].concat(), &is_above)
        .steps()
        .auc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_one_step_and_what_is_no_number_is_left_out() {
        let scores = [0.2, 0.9, f64::NAN, 0.2, 0.9];
        let ranking = Ranking::new(&scores, &[true, true, true, false, false]);
        let steps = ranking.steps();
        assert_eq!(steps.thresholds, [0.9, 0.2]);
        assert_eq!(steps.true_positives, [1, 2]);
        assert_eq!(steps.false_positives, [1, 2]);
        let steps = ranking.weighted(&[3, 0, 9, 1, 2]);
        assert_eq!(steps.true_positives, [0, 3]);
        assert_eq!(steps.false_positives, [2, 3]);
        assert!(!Ranking::new(&[], &[]).steps().has_both());
    }

    #[test]
    fn ties_count_half() {
        for (below, above, area) in [
            (&[1.0, 2.0][..], &[3.0, 4.0][..], Some(1.0)),
            (&[1.0], &[1.0], Some(0.5)),
            (&[1.0, 3.0], &[2.0], Some(0.5)),
            (&[], &[2.0], None),
        ] {
            assert_eq!(area_under_roc(below, above), area);
        }
    }
}
