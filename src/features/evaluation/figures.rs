//! One model: its figures with their uncertainties.

use std::collections::BTreeMap;

use super::{
    epochs_seen::after_epochs,
    judge::{Judgements, Objects},
    workload::workload_of,
};
use crate::{
    domain::{
        Candidate, Catalogue, Confusion, Evaluation, Figures, Judged, JudgedAt, Measure,
        ModelFacts, ScoreBook,
        evaluation::{AtRecall, ClassFigures, Curves, KindFigures, SeenFigures, SnrBin},
    },
    features::labelling::truths::Truths,
    learn::metrics::{
        Groups, Ranking, Steps, bootstrap,
        calibration::{brier, calibration, expected_calibration_error},
        error_by_bin::error_by_bin,
        rank_correlation::spearman,
    },
};

/// Recalls that thresholds are given for.
const WANTED_RECALLS: [f64; 4] = [0.9, 0.95, 0.97, 0.99];
/// Where bins of S/N begin (our choice; 7 and 15 are those of Deep-HiTS).
const SNR_EDGES: [f64; 9] = [0.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0];
const CALIBRATION_BINS: usize = 10;
/// Points of a curve at most.
const MOST_POINTS: usize = 800;
/// Numbers in the data that scores are compared with: what brokers and surveys publish.
const OTHER_SCORES: [&str; 4] = ["drb", "rb", "reliability", "braai"];

/// How to evaluate.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Which epochs are judged; what is usual for the model where none is given.
    pub at: Option<JudgedAt>,
    /// Score from which a candidate is called real; that of the model where none is given.
    pub threshold: Option<f64>,
    /// Sets drawn for the uncertainties, fewer where there is much to judge.
    pub replicates: usize,
    pub seed: u64,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            at: None,
            threshold: None,
            replicates: 300,
            seed: 1,
        }
    }
}

impl Request {
    /// So many that the work stays within seconds.
    fn replicates_of(&self, n: usize) -> usize {
        const MOST_COUNTED: usize = 40_000_000;
        self.replicates.min((MOST_COUNTED / n.max(1)).max(40))
    }
}

/// Judges a model by the truths that there are.
pub fn evaluate(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    facts: &ModelFacts,
    request: &Request,
) -> Evaluation {
    let judge = |objects| Judgements::of(objects, catalogue, truths, scores, facts, request);
    let judgements = judge(Objects::Unseen);
    let seen = (!facts.learned.is_empty()).then(|| judge(Objects::Seen));
    let counted = Counted::of(&judgements, facts);
    let once = vec![1; judgements.judged.len()];
    let groups = Groups::by(judgements.judged.iter().map(|judged| judged.candidate));
    let replicates = request.replicates_of(judgements.judged.len());
    let scatter = bootstrap(&groups, replicates, request.seed, |weights| {
        counted.figures(weights)
    });
    let confusion = counted.confusion(&once);
    let figures = Figures(counted.figures(&once));
    // Epochs of one object are no independent examples.
    let objects_an_epoch = groups.len() as f64 / judgements.judged.len().max(1) as f64;
    let uncertainty = with_least_errors(&figures, scatter, |measure| {
        let epochs = counted.behind(measure, &confusion)?;
        Some(epochs as f64 * objects_an_epoch)
    });
    let steps = counted.rankings.first().map(Ranking::steps);
    let threshold = facts
        .positive
        .map(|_| request.threshold.unwrap_or(facts.threshold));
    Evaluation {
        model: facts.id.clone(),
        classes: facts.classes.clone(),
        at: request.at.unwrap_or_else(|| facts.usual_at()),
        threshold,
        n: judgements.judged.len(),
        objects: groups.len(),
        figures,
        uncertainty,
        per_class: counted.per_class(&confusion, &facts.classes),
        confusion,
        at_recall: at_recall(facts, steps.as_ref()),
        workload: workload_of(catalogue, truths, scores, facts, request),
        by_snr: by_snr(catalogue, &judgements.judged),
        by_kind: by_kind(catalogue, &judgements.judged, facts),
        by_epochs: if judgements.judged.is_empty() {
            Vec::new()
        } else {
            after_epochs(catalogue, truths, scores, facts)
        },
        rank_correlation: rank_correlations(catalogue, &judgements.judged, facts),
        left_out: judgements.left_out(),
        seen: seen.and_then(|seen| seen_figures(&seen, facts)),
        sets: Vec::new(),
        positive: facts.positive,
        curves: counted.curves(steps.as_ref(), threshold),
        judged: judgements.judged.into(),
    }
}

fn seen_figures(seen: &Judgements, facts: &ModelFacts) -> Option<SeenFigures> {
    let mut confusion = Confusion::new(facts.classes.len());
    for judged in &seen.judged {
        confusion.add(usize::from(judged.truth), usize::from(judged.predicted), 1);
    }
    Some(SeenFigures {
        n: seen.judged.len(),
        mean_recall: confusion.mean_recall()?,
        accuracy: confusion.accuracy()?,
    })
}

/// What the figures are counted from.
struct Counted<'a> {
    judged: &'a [Judged],
    classes: usize,
    positive: Option<usize>,
    /// Of the positive class; else of every class against the rest.
    rankings: Vec<Ranking>,
    /// Probability of the positive class and whether it is so; else of the class that was said and
    /// whether that is right.
    predicted: Vec<f64>,
    is_so: Vec<bool>,
}

impl<'a> Counted<'a> {
    fn of(judgements: &'a Judgements, facts: &ModelFacts) -> Self {
        let classes = facts.classes.len();
        let ranking = |class: usize| {
            let rows = judgements.probabilities.chunks(classes.max(1));
            let scores: Vec<f64> = rows.map(|row| f64::from(row[class])).collect();
            let is = |judged: &Judged| usize::from(judged.truth) == class;
            let is_positive: Vec<bool> = judgements.judged.iter().map(is).collect();
            Ranking::new(&scores, &is_positive)
        };
        let is_so = |judged: &Judged| match facts.positive {
            Some(positive) => usize::from(judged.truth) == positive,
            None => judged.is_right(),
        };
        Self {
            judged: &judgements.judged,
            classes,
            positive: facts.positive,
            rankings: match facts.positive {
                Some(positive) => vec![ranking(positive)],
                None => (0..classes).map(ranking).collect(),
            },
            predicted: judgements
                .judged
                .iter()
                .map(|j| f64::from(j.score))
                .collect(),
            is_so: judgements.judged.iter().map(is_so).collect(),
        }
    }

    fn confusion(&self, weights: &[u32]) -> Confusion {
        let mut confusion = Confusion::new(self.classes);
        for (judged, weight) in self.judged.iter().zip(weights) {
            let (truth, predicted) = (usize::from(judged.truth), usize::from(judged.predicted));
            confusion.add(truth, predicted, u64::from(*weight));
        }
        confusion
    }

    fn figures(&self, weights: &[u32]) -> [Option<f64>; Measure::COUNT] {
        let confusion = self.confusion(weights);
        let of = |figure: fn(&Confusion, usize) -> Option<f64>| match self.positive {
            Some(positive) => figure(&confusion, positive),
            None => confusion.mean_over_classes(figure),
        };
        let steps: Vec<Steps> = self
            .rankings
            .iter()
            .map(|ranking| ranking.weighted(weights))
            .collect();
        let one = steps.first().filter(|_| self.positive.is_some());
        let bins = calibration(&self.predicted, &self.is_so, weights, CALIBRATION_BINS);
        let is_binary = self.positive.is_some();
        // Where everything is positive any order of scores is perfect, which tells nothing.
        let both = steps.iter().filter(|steps| steps.has_both());
        let at_recall = one
            .filter(|steps| steps.has_both())
            .and_then(|steps| steps.at_recall(0.95));
        // A rate below one of the bogus cannot be measured with so few of them.
        let fnr_at = |fpr: f64| {
            one.filter(|_| fpr * self.negatives() as f64 >= 1.0)
                .and_then(|steps| steps.fnr_at_fpr(fpr))
        };
        [
            confusion.accuracy(),
            of(Confusion::precision),
            of(Confusion::recall),
            of(Confusion::f1),
            confusion.mean_recall(),
            mean(steps.iter().filter_map(Steps::auc)),
            mean(both.filter_map(Steps::average_precision)),
            fnr_at(1e-2),
            fnr_at(1e-3),
            at_recall.and_then(|point| point.specificity),
            is_binary
                .then(|| brier(&self.predicted, &self.is_so, weights))
                .flatten(),
            expected_calibration_error(&bins),
        ]
    }

    /// How many are not of the positive class, where there is one.
    fn negatives(&self) -> usize {
        self.is_so.iter().filter(|is_so| !**is_so).count()
    }

    /// How many a figure is the share of; none for those that are no shares. Of a figure of both kinds that of which there are
    /// fewer.
    fn behind(&self, measure: Measure, confusion: &Confusion) -> Option<usize> {
        let all = self.judged.len();
        let Some(positive) = self.positive else {
            let is_share = !matches!(measure, Measure::Brier | Measure::CalibrationError);
            return is_share.then_some(all);
        };
        let negatives = self.negatives();
        let positives = all - negatives;
        match measure {
            Measure::Accuracy => Some(all),
            Measure::Precision => Some(confusion.called(positive) as usize),
            Measure::Recall | Measure::F1 | Measure::FnrAtFpr01 | Measure::FnrAtFpr001 => {
                Some(positives)
            }
            Measure::MeanRecall | Measure::Auc | Measure::AveragePrecision => {
                Some(positives.min(negatives))
            }
            Measure::SpecificityAtRecall95 => Some(negatives),
            Measure::Brier | Measure::CalibrationError => None,
        }
    }

    fn per_class(&self, confusion: &Confusion, names: &[String]) -> Vec<ClassFigures> {
        let auc = |class: usize| match self.positive {
            // One class against the only other: the same area from both sides.
            Some(_) => self.rankings.first()?.steps().auc(),
            None => self.rankings.get(class)?.steps().auc(),
        };
        let of = |(class, name): (usize, &String)| ClassFigures {
            class: name.clone(),
            n: confusion.of_class(class),
            precision: confusion.precision(class),
            recall: confusion.recall(class),
            f1: confusion.f1(class),
            auc: auc(class),
        };
        names.iter().enumerate().map(of).collect()
    }

    fn curves(&self, steps: Option<&Steps>, threshold: Option<f64>) -> Curves {
        let once = vec![1; self.predicted.len()];
        let bins = calibration(&self.predicted, &self.is_so, &once, CALIBRATION_BINS);
        let filled = bins.iter().filter(|bin| bin.count > 0);
        let calibration = filled
            .map(|bin| (bin.mean_probability, bin.share, bin.count))
            .collect();
        let (Some(steps), Some(threshold)) = (steps, threshold) else {
            return Curves {
                calibration,
                ..Curves::default()
            };
        };
        let point = steps.at_threshold(threshold);
        let operating = point.specificity.zip(point.recall);
        Curves {
            roc: thinned(&steps.roc()),
            det: thinned(&steps.det()),
            precision_recall: thinned(&steps.precision_recall()),
            calibration,
            operating: operating.map(|(specificity, recall)| [1.0 - specificity, recall]),
            counts: [steps.positives(), steps.negatives()],
        }
    }
}

/// Where all are right, or none is, drawing them again finds no scatter. There the error is that of the share (k + 1) / (n + 2), so that a
/// few right ones are no certainty.
fn with_least_errors(
    figures: &Figures,
    mut scatter: [Option<f64>; Measure::COUNT],
    behind: impl Fn(Measure) -> Option<f64>,
) -> Figures {
    for (measure, error) in Measure::ALL.into_iter().zip(&mut scatter) {
        let (Some(share), Some(found), Some(n)) = (figures.get(measure), *error, behind(measure))
        else {
            continue;
        };
        if n > 0.0 && (share <= 0.0 || share >= 1.0) {
            let share = (share * n + 1.0) / (n + 2.0);
            *error = Some(found.max((share * (1.0 - share) / n).sqrt()));
        }
    }
    Figures(scatter)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Only corners of a staircase, and no more of them than a picture can show.
fn thinned(curve: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let same = |a: f64, b: f64| a.total_cmp(&b).is_eq();
    let is_corner = |at: usize| {
        let (Some(before), Some(after)) = (at.checked_sub(1), curve.get(at + 1)) else {
            return true;
        };
        let on_line = |axis: usize| {
            same(curve[before][axis], curve[at][axis]) && same(curve[at][axis], after[axis])
        };
        !on_line(0) && !on_line(1)
    };
    let corners: Vec<_> = (0..curve.len()).filter(|at| is_corner(*at)).collect();
    let step = corners.len().div_ceil(MOST_POINTS).max(1);
    // The ends of a curve are where it matters: what few false positives or misses are let in.
    let is_kept = |at: usize| {
        at < MOST_POINTS / 4 || at + MOST_POINTS / 4 >= corners.len() || at.is_multiple_of(step)
    };
    let kept = corners.iter().enumerate().filter(|(at, _)| is_kept(*at));
    kept.map(|(_, at)| curve[*at]).collect()
}

fn at_recall(facts: &ModelFacts, steps: Option<&Steps>) -> Vec<AtRecall> {
    let Some(steps) = steps.filter(|_| facts.positive.is_some()) else {
        return Vec::new();
    };
    let points = WANTED_RECALLS.iter().filter_map(|wanted| {
        let point = steps.at_recall(*wanted)?;
        Some(AtRecall {
            wanted: *wanted,
            threshold: point.threshold,
            recall: point.recall,
            specificity: point.specificity,
        })
    });
    points.collect()
}

/// The signal-to-noise ratio of an epoch: the true one of a simulation, else what the data say of
/// the epoch, else by the error of its magnitude.
fn snr(candidate: &Candidate, epoch: usize) -> Option<f64> {
    let visit = candidate.epochs.get(epoch)?;
    let by_error = |err: f32| (err > 0.0).then(|| 2.5 / (std::f64::consts::LN_10 * f64::from(err)));
    let given = candidate
        .fields
        .number("SNR")
        .or_else(|| visit.fields.number("SNR"))
        .map(f64::abs);
    given.or_else(|| visit.mag_err.and_then(by_error))
}

fn by_snr(catalogue: &Catalogue, judged: &[Judged]) -> Vec<SnrBin> {
    let values = judged.iter().filter_map(|judged| {
        let candidate = catalogue.get(judged.candidate)?;
        Some((snr(candidate, judged.epoch as usize)?, !judged.is_right()))
    });
    let bins = error_by_bin(values, &SNR_EDGES).into_iter();
    let filled = bins.filter(|bin| bin.count > 0);
    let bin = |bin: crate::learn::metrics::error_by_bin::ErrorBin| SnrBin {
        from: bin.from,
        to: bin.to,
        n: bin.count,
        wrong: bin.wrong,
        error: bin.error(),
        interval: bin.interval(),
    };
    filled.map(bin).collect()
}

fn by_kind(catalogue: &Catalogue, judged: &[Judged], facts: &ModelFacts) -> Vec<KindFigures> {
    let mut counts = BTreeMap::new();
    for judged in judged {
        let candidate = catalogue.get(judged.candidate);
        let kind = candidate.and_then(|candidate| candidate.fields.text("KIND"));
        let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
            continue;
        };
        let (n, right) = counts.entry((judged.truth, kind)).or_insert((0, 0));
        *n += 1;
        *right += u64::from(judged.is_right());
    }
    let row = |((class, kind), (n, right)): ((u8, &std::sync::Arc<str>), (u64, u64))| KindFigures {
        kind: kind.clone(),
        class: facts.classes[usize::from(class)].clone(),
        n,
        recall: Some(right as f64 / n as f64),
    };
    counts.into_iter().map(row).collect()
}

/// With what the data say of the same epochs.
fn rank_correlations(
    catalogue: &Catalogue,
    judged: &[Judged],
    facts: &ModelFacts,
) -> BTreeMap<String, Option<f64>> {
    if facts.positive.is_none() {
        return BTreeMap::new();
    }
    let with = |name: &str| {
        let pairs = judged.iter().filter_map(|judged| {
            let candidate = catalogue.get(judged.candidate)?;
            let visit = candidate.epochs.get(judged.epoch as usize)?;
            let other = visit.fields.number(name);
            let other = other.or_else(|| candidate.fields.number(name))?;
            Some((f64::from(judged.score), other))
        });
        let pairs: Vec<_> = pairs.collect();
        (!pairs.is_empty()).then(|| (name.to_owned(), spearman(&pairs)))
    };
    OTHER_SCORES.into_iter().filter_map(with).collect()
}
