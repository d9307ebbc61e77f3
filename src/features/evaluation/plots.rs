//! The plots of an evaluation: DET, ROC, precision and recall, calibration, where to stop, error against S/N.

use crate::{
    domain::{
        Evaluation, Plot,
        evaluation::SnrBin,
        plot::{Axis, Corner, Ink, Mark, Point, Series, Tick},
    },
    english,
    learn::metrics::{det::deviate, published::PUBLISHED},
    text,
};

/// What a plot says where no class is positive.
const NEEDS_TWO_CLASSES: &str =
    english!("Needs a model of real and bogus, and labelled candidates of both kinds.");
/// Rates below this are not told apart on axes of deviates.
const FINEST: u64 = 10_000_000;

/// The place of *Where to stop* among the plots.
pub(crate) const WORKLOAD: usize = 4;

/// All plots of some models.
pub(crate) fn plots(models: &[Evaluation]) -> Vec<Plot> {
    vec![
        det(models),
        roc(models),
        precision_recall(models),
        calibration(models),
        workload(models),
        error_by_snr(models),
        recall_by_epochs(models),
    ]
}

fn axis(title: &str, ticks: &[f64], range: [f64; 2], place: impl Fn(f64) -> f64) -> Axis {
    let tick = |value: &f64| Tick {
        place: place(*value),
        label: value.to_string(),
    };
    Axis {
        title: title.into(),
        ticks: ticks.iter().map(tick).collect(),
        range: range.map(place),
    }
}

fn share_axis(title: &str) -> Axis {
    axis(
        title,
        &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        [0.0, 1.0],
        |share| share,
    )
}

fn deviate_axis(title: &str, range: [f64; 2]) -> Axis {
    let rates = [
        1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9,
    ];
    let ticks: Vec<_> = rates
        .into_iter()
        .filter(|rate| (range[0]..=range[1]).contains(rate))
        .collect();
    axis(title, &ticks, range, |rate| {
        deviate(rate, FINEST).unwrap_or(0.0)
    })
}

/// One series of each model.
fn of_models(
    models: &[Evaluation],
    mark: Mark,
    points: impl Fn(&Evaluation) -> Vec<Point>,
) -> Vec<Series> {
    let series = |(at, model): (usize, &Evaluation)| Series {
        name: model.model.to_string(),
        mark,
        ink: Ink::Model(at),
        points: points(model),
    };
    models.iter().enumerate().map(series).collect()
}

/// Where the threshold of each model stands.
fn operating(
    models: &[Evaluation],
    point: impl Fn(&Evaluation, [f64; 2]) -> Option<Point>,
) -> Vec<Series> {
    let mut series = of_models(models, Mark::Operating, |model| {
        let rates = model.curves.operating;
        rates
            .and_then(|rates| point(model, rates))
            .into_iter()
            .collect()
    });
    for (series, model) in series.iter_mut().zip(models) {
        series.name = text!(
            "threshold {threshold}",
            threshold = format_args!("{:.3}", model.threshold.unwrap_or(f64::NAN))
        );
    }
    series.retain(|series| !series.points.is_empty());
    series
}

fn plain(curve: &[[f64; 2]]) -> Vec<Point> {
    curve.iter().copied().map(Point::plain).collect()
}

fn guide(name: &str, points: &[[f64; 2]]) -> Series {
    Series {
        name: name.into(),
        mark: Mark::Line,
        ink: Ink::Guide,
        points: plain(points),
    }
}

fn det(models: &[Evaluation]) -> Plot {
    let point = |value: [f64; 2], [positives, negatives]: [u64; 2]| {
        let place = [deviate(value[0], negatives)?, deviate(value[1], positives)?];
        Some(Point {
            value,
            place,
            interval: None,
        })
    };
    let mut series = of_models(models, Mark::Line, |model| {
        let curve = model.curves.det.iter();
        curve
            .filter_map(|value| point(*value, model.curves.counts))
            .collect()
    });
    series.extend(operating(models, |model, [fpr, tpr]| {
        point([fpr, 1.0 - tpr], model.curves.counts)
    }));
    series.extend(PUBLISHED.iter().enumerate().map(|(at, published)| {
        Series {
            name: published.name.into(),
            mark: Mark::LineAndPoints,
            ink: Ink::Published(at),
            points: published
                .points
                .iter()
                .filter_map(|value| point(*value, [FINEST; 2]))
                .collect(),
        }
    }));
    Plot {
        name: "det",
        title: english!("Detection error trade-off").into(),
        x: deviate_axis(english!("false-positive rate"), [8e-5, 0.6]),
        y: deviate_axis(english!("false-negative rate"), [2e-4, 0.95]),
        series,
        names: Corner::UpperRight,
        why_empty: NEEDS_TWO_CLASSES,
    }
}

fn roc(models: &[Evaluation]) -> Plot {
    let mut series = vec![guide(english!("by chance"), &[[0.0, 0.0], [1.0, 1.0]])];
    series.extend(of_models(models, Mark::Line, |model| {
        plain(&model.curves.roc)
    }));
    series.extend(operating(models, |_, rates| Some(Point::plain(rates))));
    Plot {
        name: "roc",
        title: english!("Receiver operating characteristic").into(),
        x: share_axis(english!("false-positive rate")),
        y: share_axis(english!("true-positive rate (recall)")),
        series,
        names: Corner::LowerRight,
        why_empty: NEEDS_TWO_CLASSES,
    }
}

fn precision_recall(models: &[Evaluation]) -> Plot {
    let mut series = of_models(models, Mark::Line, |model| {
        plain(&model.curves.precision_recall)
    });
    series.extend(operating(models, |model, [_, recall]| {
        let positive = model.positive?;
        Some(Point::plain([recall, model.confusion.precision(positive)?]))
    }));
    Plot {
        name: "precision_recall",
        title: english!("Precision and recall").into(),
        x: share_axis(english!("recall")),
        y: share_axis(english!("precision")),
        series,
        names: Corner::LowerLeft,
        why_empty: NEEDS_TWO_CLASSES,
    }
}

fn calibration(models: &[Evaluation]) -> Plot {
    let mut series = vec![guide(
        english!("perfect calibration"),
        &[[0.0, 0.0], [1.0, 1.0]],
    )];
    series.extend(of_models(models, Mark::LineAndPoints, |model| {
        let bins = model.curves.calibration.iter();
        bins.map(|(predicted, share, count)| Point {
            interval: Some(binomial(*share, *count)),
            ..Point::plain([*predicted, *share])
        })
        .collect()
    }));
    // Of several classes it is the probability of the one that was called.
    let has_positive = |model: &Evaluation| model.positive.is_some();
    let share = match (
        models.iter().any(has_positive),
        models.iter().all(has_positive),
    ) {
        (true, true) => english!("fraction real"),
        (true, false) => english!("fraction real, or rightly called"),
        (false, _) => english!("fraction rightly called"),
    };
    Plot {
        name: "calibration",
        title: english!("Calibration").into(),
        x: share_axis(english!("probability that the model gives")),
        y: share_axis(share),
        series,
        names: Corner::LowerRight,
        why_empty: english!("Needs labelled candidates that are scored."),
    }
}

/// Share of the real ones of the whole set among so many of its candidates.
fn workload(models: &[Evaluation]) -> Plot {
    let series = of_models(models, Mark::Line, |model| {
        let curve = model.workload.iter().flat_map(|workload| &workload.curve);
        curve
            .map(|looked| {
                let value = [looked.looked_at as f64, looked.recall.median];
                Point {
                    value,
                    place: [value[0].log10(), value[1]],
                    interval: Some([looked.recall.low, looked.recall.high]),
                }
            })
            .collect()
    });
    let counts = models.iter().filter_map(|model| model.workload.as_ref());
    let most = counts
        .map(|workload| workload.candidates)
        .max()
        .unwrap_or(10) as f64;
    let decades = (0..).map(|power| 10_f64.powi(power));
    let ticks: Vec<f64> = decades
        .flat_map(|decade| [decade, 3.0 * decade])
        .take_while(|tick| *tick <= most)
        .collect();
    Plot {
        name: "workload",
        title: english!("Where to stop").into(),
        x: axis(
            english!("candidates looked at, highest score first"),
            &ticks,
            [1.0, most.max(2.0)],
            f64::log10,
        ),
        y: share_axis(english!("share of the real ones that is found")),
        series,
        names: Corner::LowerRight,
        why_empty: english!(
            "Needs a model of real and bogus, and 20 labels that it has not learned, one of them real at least."
        ),
    }
}

/// One standard deviation of a share of that many about it.
fn binomial(share: f64, count: u64) -> [f64; 2] {
    let deviation = (share * (1.0 - share) / count.max(1) as f64).sqrt();
    [share - deviation, share + deviation]
}

/// The mean recall of every model; of one alone also that of each class.
fn recall_by_epochs(models: &[Evaluation]) -> Plot {
    let mut series = of_models(models, Mark::LineAndPoints, |model| {
        let known = model.by_epochs.iter();
        known
            .filter_map(|after| Some(Point::plain([after.epochs.into(), after.mean_recall?])))
            .collect()
    });
    for series in &mut series {
        series.name = text!("mean, {model}", model = series.name);
    }
    if let [model] = models {
        let classes = model.classes.iter().enumerate();
        series.extend(classes.filter_map(|(at, class)| {
            let known = model.by_epochs.iter();
            let points: Vec<Point> = known
                .filter_map(|after| Some(Point::plain([after.epochs.into(), after.recall[at]?])))
                .collect();
            (!points.is_empty()).then(|| Series {
                name: class.clone(),
                mark: Mark::Line,
                ink: Ink::Class(at),
                points,
            })
        }));
    }
    let most = models.iter().map(|model| model.by_epochs.len()).max();
    let most = most.unwrap_or(0).max(2) as f64;
    Plot {
        name: "recall_by_epochs",
        title: english!("Recall against the number of epochs seen").into(),
        x: axis(
            english!("epochs seen"),
            &[1.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0].map(|tick: f64| tick.min(most)),
            [0.5, most + 0.5],
            |epochs| epochs,
        ),
        y: share_axis(english!("recall")),
        series,
        names: Corner::LowerRight,
        why_empty: english!(
            "Needs a model that follows sequences, and labelled candidates with several epochs."
        ),
    }
}

fn error_by_snr(models: &[Evaluation]) -> Plot {
    let most = models
        .iter()
        .flat_map(|model| &model.by_snr)
        .filter_map(|bin| bin.interval)
        .fold(0.05, |most, [_, high]| high.max(most));
    let series = of_models(models, Mark::LineAndPoints, |model| {
        model.by_snr.iter().filter_map(snr_point).collect()
    });
    let shares = [
        0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,
    ];
    let step = if most > 0.4 { 4 } else { 0 };
    let ticks: Vec<_> = shares
        .into_iter()
        .enumerate()
        .filter(|(at, share)| *share <= most && (*at == 0 || *at >= step))
        .map(|(_, share)| share)
        .collect();
    Plot {
        name: "error_by_snr",
        title: english!("Errors against signal-to-noise ratio").into(),
        x: axis(
            english!("signal-to-noise ratio"),
            &[3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 100.0],
            [1.8, 110.0],
            f64::log10,
        ),
        y: axis(
            english!("error rate"),
            &ticks,
            [0.0, most * 1.05],
            |share| share,
        ),
        series,
        names: Corner::UpperRight,
        why_empty: english!("The labelled candidates have no signal-to-noise ratio."),
    }
}

/// At the geometric middle of a bin; the open ones at half and one and a half times their edge.
fn snr_point(bin: &SnrBin) -> Option<Point> {
    let middle = match (bin.from > 0.0, bin.to.is_finite()) {
        (false, _) => bin.to / 1.5,
        (true, false) => bin.from * 1.5,
        (true, true) => (bin.from * bin.to).sqrt(),
    };
    let value = [middle, bin.error?];
    Some(Point {
        value,
        place: [middle.log10(), value[1]],
        interval: bin.interval,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_stop_is_in_its_place() {
        assert_eq!(plots(&[])[WORKLOAD].name, "workload");
    }
}
