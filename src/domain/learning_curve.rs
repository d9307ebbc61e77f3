//! What each label brings: how well a model recognises a new sky after so many labels, in the order in
//! which a person gave them and in an order by chance.

use super::plot::{Axis, Corner, Ink, Mark, Plot, Point, Series, Tick};
use crate::english;

/// After so many labels.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningPoint {
    /// Labelled candidates that were learned from.
    pub labels: usize,
    /// Mean recall after the first ones that the person gave, 0 to 1; none where it is not known (yet).
    pub in_order: Option<f64>,
    /// The same after as many drawn by chance, one for each draw.
    pub by_chance: Vec<f64>,
}

/// Mean recall on labels that were held out, against the number of labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearningCurve {
    /// Mean recall of the model as it was, 0 to 1.
    pub before: Option<f64>,
    /// Examples that were held out, the same for every point.
    pub held_out: usize,
    /// Points, by number of labels.
    pub points: Vec<LearningPoint>,
}

impl LearningPoint {
    /// Mean of the draws, and their standard deviation; none where there is no draw.
    pub fn chance(&self) -> Option<[f64; 2]> {
        let count = self.by_chance.len() as f64;
        let mean = self.by_chance.iter().sum::<f64>() / count;
        let squares = self.by_chance.iter().map(|one| (one - mean).powi(2));
        let variance = squares.sum::<f64>() / (count - 1.0).max(1.0);
        (count > 0.0).then(|| [mean, variance.sqrt()])
    }
}

impl LearningCurve {
    /// As a plot: labels to the right, logarithmic; mean recall upwards.
    pub fn plot(&self) -> Plot {
        let place = |labels: usize| (labels.max(1) as f64).log2();
        let at = |labels: usize, recall: f64| Point {
            value: [labels as f64, recall],
            place: [place(labels), recall],
            interval: None,
        };
        let points = || self.points.iter();
        let in_order = points().filter_map(|point| Some(at(point.labels, point.in_order?)));
        let by_chance = points().filter_map(|point| {
            let [mean, spread] = point.chance()?;
            Some(Point {
                interval: Some([(mean - spread).max(0.0), (mean + spread).min(1.0)]),
                ..at(point.labels, mean)
            })
        });
        let counts: Vec<usize> = points().map(|point| point.labels).collect();
        let first = counts.first().copied().unwrap_or(1);
        let last = counts.last().copied().unwrap_or(2).max(first + 1);
        let series = |name: &str, mark: Mark, ink: Ink, points: Vec<Point>| Series {
            name: name.into(),
            mark,
            ink,
            points,
        };
        let before = self.before.into_iter();
        let before = before.flat_map(|recall| [at(first, recall), at(last, recall)]);
        let series = vec![
            series(
                english!("as it was"),
                Mark::Line,
                Ink::Guide,
                before.collect(),
            ),
            series(
                english!("labels by chance"),
                Mark::LineAndPoints,
                Ink::Model(1),
                by_chance.collect(),
            ),
            series(
                english!("labels as given"),
                Mark::LineAndPoints,
                Ink::Model(0),
                in_order.collect(),
            ),
        ];
        let lowest = series.iter().flat_map(|one| &one.points);
        let lowest = lowest.map(|point| point.interval.map_or(point.value[1], |[low, _]| low));
        let low = (lowest.fold(0.9, f64::min) * 10.0 - 0.3).floor().max(0.0) / 10.0;
        let share = |percent: u32| Tick {
            place: f64::from(percent) / 100.0,
            label: format!("{percent} %"),
        };
        Plot {
            name: "learning_curve",
            title: english!("What each label brings").into(),
            x: Axis {
                title: english!("labels").into(),
                ticks: counts
                    .into_iter()
                    .map(|count| Tick {
                        place: place(count),
                        label: count.to_string(),
                    })
                    .collect(),
                range: [place(first) - 0.1, place(last) + 0.1],
            },
            y: Axis {
                title: english!("mean recall on held-out labels").into(),
                ticks: (0..=10)
                    .map(|tenth| share(10 * tenth))
                    .filter(|tick| tick.place >= low - 1e-9)
                    .collect(),
                range: [low, 1.01],
            },
            series,
            names: Corner::LowerRight,
            why_empty: english!("Nothing is measured yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plot_has_what_was_measured() {
        let curve = LearningCurve {
            before: Some(0.5),
            held_out: 12,
            points: vec![
                LearningPoint {
                    labels: 8,
                    in_order: Some(0.6),
                    by_chance: vec![0.5, 0.7],
                },
                LearningPoint {
                    labels: 16,
                    in_order: None,
                    by_chance: vec![],
                },
            ],
        };
        let [mean, spread] = curve.points[0].chance().unwrap();
        assert!((mean - 0.6).abs() < 1e-12 && (spread - 0.02_f64.sqrt()).abs() < 1e-12);
        let plot = curve.plot();
        let counts: Vec<_> = plot
            .series
            .iter()
            .map(|series| series.points.len())
            .collect();
        assert_eq!(counts, [2, 1, 1]);
        assert!(plot.y.range[0] <= 0.4 && !plot.is_empty());
        assert!(LearningCurve::default().plot().is_empty());
    }
}
