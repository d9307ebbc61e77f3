//! What labels that are held out say: which stage of the recipe is kept, and what was gained.
//!
//! Stages come in the order of what they change. A later one is kept where held-out labels gain more than the
//! standard error over the one that was kept before; what chooses is not what measures: of two halves each
//! chooses for the other. Stages that forget the source domain, on simulated examples of their own, are not
//! chosen at all.

use crate::{
    domain::{Confusion, DomainFigures, likeliest, log_pool::log_of},
    learn::shares::correct,
};

/// A stage of the recipe, as a network that came out of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum StageKept {
    /// Biases of the classes and a temperature, interpolated this far back to the model as it was; no other
    /// weight changes.
    Biases { back: f64 },
    /// All that was trained, interpolated likewise.
    Trained { back: f64 },
}

impl StageKept {
    pub fn in_words(self) -> String {
        match self {
            Self::Biases { back: 0.0 } => "biases and temperature only".into(),
            Self::Biases { back } => {
                format!("biases and temperature only, interpolated by {back} towards those before")
            }
            Self::Trained { back } => {
                format!("weights interpolated by {back} towards those before")
            }
        }
    }
}

/// One held-out object, as each network judges it: the model as it was, then that of each stage.
struct Judged {
    class: usize,
    /// Logarithm of the probability of its class.
    logs: Vec<f64>,
    called: Vec<usize>,
}

/// What was found on labels that were held out.
pub(crate) struct HeldOut {
    stages: Vec<StageKept>,
    judged: Vec<Judged>,
    classes: usize,
    /// Trained and target class shares that rows are corrected for before they are judged.
    shares: Option<[Vec<f64>; 2]>,
    /// Stages that do not forget the source domain; all until that was measured.
    may_be_kept: Vec<bool>,
    /// The stage that is kept, by position.
    chosen: usize,
}

impl HeldOut {
    /// For these stages in their order; the last is kept unless held-out labels choose another.
    pub fn new(
        stages: Vec<StageKept>,
        usual: usize,
        classes: usize,
        shares: Option<[Vec<f64>; 2]>,
    ) -> Self {
        Self {
            chosen: usual.min(stages.len().saturating_sub(1)),
            may_be_kept: vec![true; stages.len()],
            stages,
            judged: Vec::new(),
            classes,
            shares,
        }
    }

    /// Takes what the model as it was, and each stage, predict of objects that were held out: rows of
    /// probabilities one after the other, in the order of `classes`.
    pub fn add(&mut self, predictions: &[&[f32]], classes: &[u8]) {
        let width = self.classes.max(1);
        for (at, class) in classes.iter().enumerate() {
            let class = usize::from(*class);
            let rows = predictions.iter().map(|all| {
                self.corrected(all.get(at * width..(at + 1) * width).unwrap_or_default())
            });
            let rows: Vec<Vec<f32>> = rows.collect();
            let log = |row: &Vec<f32>| log_of(row.get(class).copied().unwrap_or_default());
            self.judged.push(Judged {
                class,
                logs: rows.iter().map(log).collect(),
                called: rows.iter().map(|row| likeliest(row).unwrap_or(0)).collect(),
            });
        }
    }

    /// A row corrected for the class shares of the set.
    pub fn corrected(&self, row: &[f32]) -> Vec<f32> {
        match &self.shares {
            Some([trained, target]) => correct(row, trained, target),
            None => row.to_vec(),
        }
    }

    /// All stages, in their order.
    pub fn stages(&self) -> &[StageKept] {
        &self.stages
    }

    /// Chooses the stage that is kept, by all that was judged.
    pub fn choose(&mut self) {
        if !self.judged.is_empty() {
            self.chosen = self.best(&|_| true);
        }
    }

    /// Leaves only stages that lose no more than `most` of their mean recall on the source domain, 0 to 1, and
    /// chooses among them; where all lose more, the one that changes least. Rows are those of the model as it was
    /// and of each stage, for examples of these classes.
    pub fn forget_little(&mut self, predictions: &[&[f32]], classes: &[u8], most: f64) {
        let called: Vec<Vec<usize>> = predictions
            .iter()
            .map(|rows| called(rows, self.classes))
            .collect();
        let Some((before, stages)) = called.split_first() else {
            return;
        };
        self.may_be_kept = stages
            .iter()
            .map(|after| -gain(before, after, classes, self.classes).0 <= most)
            .collect();
        let may_be_kept = &self.may_be_kept;
        if self.judged.is_empty() {
            let kept = (0..=self.chosen).rev().find(|at| may_be_kept[*at]);
            self.chosen = kept.unwrap_or(0);
        } else {
            self.choose();
        }
    }

    pub fn kept(&self) -> StageKept {
        self.stages[self.chosen]
    }

    /// The position of the stage that is kept.
    pub const fn chosen(&self) -> usize {
        self.chosen
    }

    /// What was gained, each half of the objects judged by the stage that the other chooses.
    pub fn figures(&self) -> Option<DomainFigures> {
        let [mut before, mut after] = [0; 2].map(|_| Confusion::new(self.classes));
        let (mut gains, mut log_gains) = (Vec::new(), Vec::new());
        for half in 0..2 {
            let is_of = |at: usize| self.place_in_class(at) % 2 == half;
            let stage = self.best(&|at| !is_of(at));
            for (at, one) in self.judged.iter().enumerate() {
                if is_of(at) {
                    let called = [one.called[0], one.called[1 + stage]];
                    before.add(one.class, called[0], 1);
                    after.add(one.class, called[1], 1);
                    let [was, is] = called.map(|called| f64::from(u8::from(called == one.class)));
                    gains.push((is - was, one.class));
                    log_gains.push((one.logs[1 + stage] - one.logs[0], one.class));
                }
            }
        }
        let (_, error) = balanced(gains.into_iter(), self.classes);
        let log_gain = balanced(log_gains.into_iter(), self.classes);
        let found = DomainFigures::of(&before, &after)?;
        Some(found.with_gain_error(error).with_log_gain(log_gain.into()))
    }

    /// How many of its class come before an object.
    fn place_in_class(&self, at: usize) -> usize {
        let class = self.judged[at].class;
        self.judged[..at]
            .iter()
            .filter(|one| one.class == class)
            .count()
    }

    /// The last stage that may be kept and gains more than its standard error over the one that was kept before
    /// it, by those objects.
    fn best(&self, counts: &dyn Fn(usize) -> bool) -> usize {
        let all = 0..self.stages.len();
        let mut may_be_kept = all.filter(|stage| self.may_be_kept[*stage]);
        let mut kept = may_be_kept.next().unwrap_or(0);
        for stage in may_be_kept {
            let all = self.judged.iter().enumerate();
            let chosen = all.filter(|(at, _)| counts(*at)).map(|(_, one)| one);
            let gains = chosen.map(|one| (one.logs[1 + stage] - one.logs[1 + kept], one.class));
            let (gain, error) = balanced(gains, self.classes);
            if gain > error && error > 0.0 {
                kept = stage;
            }
        }
        kept
    }
}

/// What is called of each row of probabilities.
pub(crate) fn called(rows: &[f32], classes: usize) -> Vec<usize> {
    let rows = rows.chunks(classes.max(1));
    rows.map(|row| likeliest(row).unwrap_or(0)).collect()
}

/// What mean recall gains from one model to another on the same examples, and its standard error.
pub(crate) fn gain(before: &[usize], after: &[usize], truths: &[u8], classes: usize) -> (f64, f64) {
    let all = before.iter().zip(after).zip(truths);
    let gains = all.map(|((before, after), class)| {
        let class = usize::from(*class);
        let [was, is] = [before, after].map(|called| f64::from(u8::from(*called == class)));
        (is - was, class)
    });
    balanced(gains, classes)
}

/// The mean over classes of the means of their members, and its standard error; a class of one member has no
/// error of its own and is given that of the others.
fn balanced(all: impl Iterator<Item = (f64, usize)>, classes: usize) -> (f64, f64) {
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); classes];
    for (gain, class) in all {
        if let Some(members) = members.get_mut(class) {
            members.push(gain);
        }
    }
    members.retain(|members| !members.is_empty());
    let there = members.len() as f64;
    let mean = |members: &[f64]| members.iter().sum::<f64>() / members.len() as f64;
    let squares: f64 = members
        .iter()
        .map(|members| {
            members
                .iter()
                .map(|x| (x - mean(members)).powi(2))
                .sum::<f64>()
        })
        .sum();
    let free = members
        .iter()
        .map(|members| members.len() - 1)
        .sum::<usize>();
    if free == 0 {
        return (0.0, 0.0);
    }
    let spread = squares / free as f64;
    let variance: f64 = members
        .iter()
        .map(|members| spread / members.len() as f64)
        .sum();
    let gain = members.iter().map(|members| mean(members)).sum::<f64>() / there;
    (gain, variance.sqrt() / there)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [StageKept; 2] = [
        StageKept::Biases { back: 0.0 },
        StageKept::Trained { back: 0.0 },
    ];

    /// So many objects of each of two classes; each network gives the right class that probability, a little
    /// more or less from object to object.
    fn held_out(count: usize, right: [f32; 3]) -> HeldOut {
        let mut held_out = HeldOut::new(STAGES.to_vec(), 1, 2, None);
        let classes: Vec<u8> = (0..2 * count).map(|at| (at % 2) as u8).collect();
        let rows = right.map(|p| {
            let row = |(at, class): (usize, &u8)| {
                let p = p + 0.002 * (at % 7) as f32;
                if *class == 0 {
                    [p, 1.0 - p]
                } else {
                    [1.0 - p, p]
                }
            };
            classes
                .iter()
                .enumerate()
                .flat_map(row)
                .collect::<Vec<f32>>()
        });
        held_out.add(&[&rows[0], &rows[1], &rows[2]], &classes);
        held_out.choose();
        held_out
    }

    #[test]
    fn a_later_stage_is_kept_only_where_it_gains_more_than_the_error() {
        assert_eq!(held_out(20, [0.4, 0.6, 0.9]).kept(), STAGES[1]);
        assert_eq!(held_out(20, [0.4, 0.8, 0.79]).kept(), STAGES[0]);
        assert_eq!(held_out(20, [0.4, 0.8, 0.8]).kept(), STAGES[0]);
        let nothing = HeldOut::new(STAGES.to_vec(), 1, 2, None);
        assert_eq!(nothing.kept(), STAGES[1]);
        assert_eq!(nothing.figures(), None);
    }

    /// Rows of two classes, so many of each hundred called wrong.
    fn source(wrong: [usize; 3]) -> (Vec<Vec<f32>>, Vec<u8>) {
        let classes: Vec<u8> = (0..200).map(|at| (at % 2) as u8).collect();
        let rows = |wrong: usize| {
            let row = |(at, class): (usize, &u8)| {
                let is_first = (*class == 0) != (at / 2 < wrong);
                if is_first { [0.9, 0.1] } else { [0.1, 0.9] }
            };
            classes.iter().enumerate().flat_map(row).collect()
        };
        (wrong.map(rows).into(), classes)
    }

    #[test]
    fn a_stage_that_forgets_the_source_domain_is_not_kept() {
        let kept_of = |mut held_out: HeldOut, wrong: [usize; 3]| {
            let (rows, classes) = source(wrong);
            let rows: Vec<&[f32]> = rows.iter().map(|rows| &rows[..]).collect();
            held_out.forget_little(&rows, &classes, 0.02);
            held_out.kept()
        };
        let gains = || held_out(20, [0.4, 0.6, 0.9]);
        assert_eq!(kept_of(gains(), [3, 3, 5]), STAGES[1]);
        assert_eq!(kept_of(gains(), [3, 3, 6]), STAGES[0]);
        // The first may forget and the second not, as it is shown simulated examples too.
        assert_eq!(kept_of(gains(), [3, 9, 4]), STAGES[1]);
        assert_eq!(kept_of(gains(), [3, 9, 9]), STAGES[0]);
        let nothing = || HeldOut::new(STAGES.to_vec(), 1, 2, None);
        assert_eq!(kept_of(nothing(), [3, 3, 3]), STAGES[1]);
        assert_eq!(kept_of(nothing(), [3, 3, 9]), STAGES[0]);
        // What is reported of the gain is that of stages that may be kept.
        let mut held_out = gains();
        let (rows, classes) = source([3, 3, 9]);
        let rows: Vec<&[f32]> = rows.iter().map(|rows| &rows[..]).collect();
        let log_gain = |held_out: &HeldOut| held_out.figures().unwrap().log_gain.unwrap()[0];
        let before = log_gain(&held_out);
        held_out.forget_little(&rows, &classes, 0.02);
        assert!(log_gain(&held_out) < before - 0.3);
    }

    #[test]
    fn the_gain_is_measured_with_its_error() {
        let found = held_out(20, [0.4, 0.6, 0.9]).figures().unwrap();
        assert_eq!((found.examples, found.gain()), (40, 1.0));
        let same = held_out(20, [0.6, 0.6, 0.6]).figures().unwrap();
        assert!(same.gain().abs() < 1e-12 && same.is_gain() == Some(false));
    }

    #[test]
    fn what_measures_has_not_chosen() {
        // Of the first class every other object likes the last stage, the others loathe it: each half chooses
        // what is wrong for the other.
        let mut held_out = HeldOut::new(STAGES.to_vec(), 1, 2, None);
        let classes = [0_u8; 40];
        let rows = |of: &dyn Fn(usize) -> f32| -> Vec<f32> {
            (0..40).flat_map(|at| [of(at), 1.0 - of(at)]).collect()
        };
        let was = rows(&|_| 0.6);
        let biased = rows(&|at| 0.6 + 0.001 * (at % 5) as f32);
        let trained = rows(&|at| if at % 2 == 0 { 0.9 } else { 0.1 } + 0.001 * (at % 5) as f32);
        held_out.add(&[&was, &biased, &trained], &classes);
        let found = held_out.figures().unwrap();
        assert!(found.gain() < -0.4, "{found:?}");
    }
}
