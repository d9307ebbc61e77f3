//! What a fine-tuning gained and lost, and a version of a model that it made.

use std::collections::BTreeMap;

use super::{Confusion, ModelCard, ModelId, Timestamp, words::counted};
use crate::text;

/// How well a model did on one sky before and after it was taught.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DomainFigures {
    /// Examples that were judged.
    pub examples: u64,
    /// Mean over the classes of the share that was recognised: before, after; 0 to 1.
    pub mean_recall: [f64; 2],
    /// Standard errors of those, from the numbers of the classes.
    pub error: [f64; 2],
    /// Share of right classes: before, after; 0 to 1.
    pub accuracy: [f64; 2],
    /// Standard error of what the mean recall gains, object by object; none where both were not judged on the
    /// same objects.
    pub gain_error: Option<f64>,
    /// What the log-probability of the right class gains, nats, the mean over classes, and its standard error; none
    /// where both were not judged on the same objects. It sees what few labels do not show as recall.
    pub log_gain: Option<[f64; 2]>,
}

impl DomainFigures {
    /// From the matrices of both models; none where nothing was judged.
    pub fn of(before: &Confusion, after: &Confusion) -> Option<Self> {
        let figures = |confusion: &Confusion| {
            let recall = confusion.mean_recall()?;
            Some((recall, recall_error(confusion), confusion.accuracy()?))
        };
        let (before_is, after_is) = (figures(before)?, figures(after)?);
        Some(Self {
            examples: after.total(),
            mean_recall: [before_is.0, after_is.0],
            error: [before_is.1, after_is.1],
            accuracy: [before_is.2, after_is.2],
            gain_error: None,
            log_gain: None,
        })
    }

    /// The same with the standard error of the gain, from objects that both judged.
    #[must_use]
    pub const fn with_gain_error(self, error: f64) -> Self {
        Self {
            gain_error: Some(error),
            ..self
        }
    }

    /// The standard error of the gain: where it was not measured object by object, as if both were judged on
    /// different objects.
    pub fn error_of_gain(&self) -> f64 {
        self.gain_error
            .unwrap_or_else(|| self.error[0].hypot(self.error[1]))
    }

    /// True where more is gained than the standard error: of the mean recall, or, where that does not fall by more
    /// than its own, of the log-probability. None where that is not known.
    pub fn is_gain(&self) -> Option<bool> {
        let error = self.gain_error?;
        let is_surer = self.log_gain.is_some_and(|[gain, error]| gain > error);
        let is_kept = self.gain() >= -error;
        Some(self.gain() > 0.0 && self.gain() > error || is_surer && is_kept)
    }

    /// The same with what the log-probability gains, and its standard error.
    #[must_use]
    pub const fn with_log_gain(self, gain: [f64; 2]) -> Self {
        Self {
            log_gain: Some(gain),
            ..self
        }
    }

    /// What is gained and its standard error, points of mean recall: "4.0", "1.5".
    pub fn gain_in_points(&self) -> [String; 2] {
        [self.gain(), self.error_of_gain()].map(|share| format!("{:.1}", 100.0 * share))
    }

    /// ", and gives the right class 3.0 ± 0.5 % more probability", where that is surer than the gain; else empty.
    pub fn surer_behind(&self) -> String {
        let surer = self
            .log_gain
            .filter(|[gain, error]| self.gain() <= self.error_of_gain() && gain > error);
        surer.map_or_else(String::new, |[gain, error]| {
            // A difference of logarithms is a factor.
            let [more, error] = [gain.exp_m1(), gain.exp() * error].map(|share| 100.0 * share);
            text!(
                ", and gives the right class {more} ± {error} % more probability",
                more = format_args!("{more:.1}"),
                error = format_args!("{error:.1}")
            )
        })
    }

    /// "only 10 examples could be held out: more labels would measure the gain better"; none where there are enough.
    pub fn few_in_words(&self) -> Option<String> {
        /// Examples below which one more or less decides (our choice).
        const FEW: u64 = 30;
        (self.examples < FEW).then(|| {
            let examples = counted(self.examples, "example");
            text!(
                "only {examples} could be held out: more labels would measure the gain better",
                examples
            )
        })
    }

    /// The same behind a sentence; empty where there are enough.
    pub fn few_behind(&self) -> String {
        let few = self.few_in_words();
        few.map_or_else(String::new, |few| format!("; {few}"))
    }

    /// How much more is recognised after than before; negative where less is.
    pub fn gain(&self) -> f64 {
        self.mean_recall[1] - self.mean_recall[0]
    }
}

/// The standard error of a mean recall, with (k + 1) / (n + 2) for a class's share, so that few right
/// ones are no certainty.
fn recall_error(confusion: &Confusion) -> f64 {
    let classes = (0..confusion.rows().count()).filter_map(|class| {
        let all = confusion.of_class(class) as f64;
        let right = confusion.count(class, class) as f64;
        (all > 0.0).then(|| {
            let share = (right + 1.0) / (all + 2.0);
            share * (1.0 - share) / all
        })
    });
    let variances: Vec<f64> = classes.collect();
    variances.iter().sum::<f64>().sqrt() / variances.len().max(1) as f64
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FineTuneFigures {
    /// On labels of the new sky that were held out; none where there were too few.
    pub target_domain: Option<DomainFigures>,
    /// On simulated examples.
    pub source_domain: Option<DomainFigures>,
}

impl FineTuneFigures {
    /// The figures as a card tells them: `new_sky_accuracy_before` and so on.
    pub fn by_name(&self) -> BTreeMap<String, f64> {
        let mut named = BTreeMap::new();
        for (sky, figures) in [
            ("new_sky", self.target_domain),
            ("old_sky", self.source_domain),
        ] {
            let Some(figures) = figures else {
                continue;
            };
            named.insert(format!("{sky}_examples"), figures.examples as f64);
            for (at, when) in ["before", "after"].into_iter().enumerate() {
                let values = [
                    ("accuracy", figures.accuracy[at]),
                    ("mean_recall", figures.mean_recall[at]),
                    ("mean_recall_error", figures.error[at]),
                ];
                for (what, value) in values {
                    named.insert(format!("{sky}_{what}_{when}"), value);
                }
            }
            if let Some(error) = figures.gain_error {
                named.insert(format!("{sky}_gain_error"), error);
            }
            if let Some([gain, error]) = figures.log_gain {
                named.insert(format!("{sky}_log_gain"), gain);
                named.insert(format!("{sky}_log_gain_error"), error);
            }
        }
        named
    }

    /// Why the taught model should not be used by itself; none where it should.
    /// `most_forgotten` is what the source domain may lose of its mean recall, 0 to 1; a loss counts as far as it
    /// is larger than its standard error, where that was measured example by example.
    pub fn objection(&self, most_forgotten: f64) -> Option<Objection> {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        if let Some(old) = self
            .source_domain
            .filter(|old| -old.gain() - old.gain_error.unwrap_or(0.0) > most_forgotten)
        {
            return Some(Objection::loss(text!(
                "it forgets: mean recall on simulated data falls from {before} to {after}",
                before = percent(old.mean_recall[0]),
                after = percent(old.mean_recall[1])
            )));
        }
        let Some(new) = self.target_domain else {
            let why = text!("too few labels to hold any out: what it gains is not known");
            return Some(Objection::neutral(why.into()));
        };
        let [before, after] = new.mean_recall.map(percent);
        let few = new.few_behind();
        match new.is_gain() {
            Some(true) => None,
            _ if new.gain() < 0.0 && -new.gain() > new.error_of_gain() => {
                Some(Objection::loss(text!(
                    "it is worse: mean recall on {examples} held-out labels falls from {before} to {after}{few}",
                    examples = new.examples,
                    before,
                    after,
                    few
                )))
            }
            _ if new.gain() <= 0.0 => Some(Objection::neutral(text!(
                "it gains nothing: mean recall on {examples} held-out labels was {before} and is {after}{few}",
                examples = new.examples,
                before,
                after,
                few
            ))),
            Some(false) => {
                let [gain, error] = new.gain_in_points();
                Some(Objection::neutral(text!(
                    "it gains {gain} ± {error} points of mean recall on {examples} held-out labels: less than the standard error{few}",
                    gain,
                    error,
                    examples = new.examples,
                    few
                )))
            }
            None => None,
        }
    }
}

/// Why a version is not used by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// A sentence without its end.
    pub why: String,
    /// True where something became worse: nothing gained is no bad news.
    pub is_loss: bool,
}

impl Objection {
    pub const fn loss(why: String) -> Self {
        Self { why, is_loss: true }
    }

    pub const fn neutral(why: String) -> Self {
        Self {
            why,
            is_loss: false,
        }
    }
}

/// A version of a model that a project keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelVersion {
    pub id: ModelId,
    /// What it was taught from; its own identity where it was brought in from a file.
    pub parent: ModelId,
    /// Name or file of that.
    pub parent_source: String,
    /// When.
    pub made_at: Timestamp,
    /// Its card, with labels, recipe, seed and figures.
    pub card: ModelCard,
}

impl ModelVersion {
    /// True where it was not taught in this project: then nothing stands before it.
    pub fn is_imported(&self) -> bool {
        self.parent == self.id
    }

    /// Where it comes from, in words.
    pub fn origin(&self) -> String {
        if self.is_imported() {
            text!("imported from {source}", source = self.parent_source)
        } else {
            text!("fine-tuned from {model}", model = self.parent)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confusion(counts: [[u64; 2]; 2]) -> Confusion {
        let mut confusion = Confusion::new(2);
        for (truth, row) in counts.iter().enumerate() {
            for (predicted, times) in row.iter().enumerate() {
                confusion.add(truth, predicted, *times);
            }
        }
        confusion
    }

    #[test]
    fn a_model_that_forgets_or_gains_nothing_is_objected_to() {
        let good = confusion([[9, 1], [1, 9]]);
        let bad = confusion([[7, 3], [3, 7]]);
        let gain = DomainFigures::of(&bad, &good).unwrap();
        assert!((gain.gain() - 0.2).abs() < 1e-12);
        // Each class (10 + 1) / (10 + 2) right at most: 10/12 of 10.
        let share: f64 = 10.0 / 12.0;
        let error = (2.0 * share * (1.0 - share) / 10.0).sqrt() / 2.0;
        assert!((gain.error[1] - error).abs() < 1e-12);
        let figures = |target_domain, source_domain| FineTuneFigures {
            target_domain,
            source_domain,
        };
        let same = DomainFigures::of(&good, &good);
        let loss = DomainFigures::of(&good, &bad);
        assert_eq!(figures(Some(gain), same).objection(0.01), None);
        let Objection { why, is_loss } = figures(Some(gain), loss).objection(0.01).unwrap();
        assert!(
            is_loss && why.contains("forgets") && why.contains("90.0 %"),
            "{why}"
        );
        assert_eq!(figures(Some(gain), loss).objection(0.25), None);
        let Objection { why, is_loss } = figures(same, same).objection(0.01).unwrap();
        assert!(!is_loss && why.contains("gains nothing"), "{why}");
        assert!(why.contains("only 20 examples could be held out"), "{why}");
        let worse = figures(loss, same).objection(0.01).unwrap();
        assert!(
            worse.is_loss && worse.why.contains("it is worse"),
            "{worse:?}"
        );
        assert!(figures(None, same).objection(0.01).is_some());
        // Gained, but less than its standard error.
        let small = Some(gain.with_gain_error(0.25));
        let Objection { why, is_loss } = figures(small, same).objection(0.01).unwrap();
        assert!(
            !is_loss && why.contains("gains 20.0 ± 25.0 points"),
            "{why}"
        );
        assert_eq!(
            figures(Some(gain.with_gain_error(0.15)), same).objection(0.01),
            None
        );
        // As many right as before, but surer of them.
        let surer =
            |gain: f64| same.map(|same| same.with_gain_error(0.02).with_log_gain([gain, 0.05]));
        assert_eq!(figures(surer(0.2), same).objection(0.01), None);
        assert!(figures(surer(0.04), same).objection(0.01).is_some());
        let named = figures(surer(0.2), None).by_name();
        assert_eq!(named.get("new_sky_log_gain"), Some(&0.2));
        assert_eq!(DomainFigures::of(&Confusion::new(2), &good), None);
    }

    #[test]
    fn figures_come_back_from_a_card() {
        let sky = DomainFigures::of(&confusion([[3, 1], [2, 2]]), &confusion([[4, 0], [1, 3]]));
        let figures = FineTuneFigures {
            target_domain: sky,
            source_domain: None,
        };
        let named = figures.by_name();
        assert_eq!(named.get("new_sky_examples"), Some(&8.0));
        assert!(!named.contains_key("old_sky_examples"));
    }
}
