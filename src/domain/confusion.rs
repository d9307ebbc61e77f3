//! The confusion matrix: what things are against what they were called.

use serde::{Serialize, Serializer};

/// Counts by true class (rows) and by the class that was said (columns).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Confusion {
    size: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// Nothing counted yet, for that many classes.
    pub fn new(size: usize) -> Self {
        Self {
            size,
            counts: vec![0; size * size],
        }
    }

    /// Counts `times` things of class `truth` that were called `predicted`; a class that is not among
    /// the classes is not counted.
    pub fn add(&mut self, truth: usize, predicted: usize, times: u64) {
        if truth < self.size && predicted < self.size {
            self.counts[truth * self.size + predicted] += times;
        }
    }

    /// Number of classes.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// How many of class `truth` were called `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        let is_inside = truth < self.size && predicted < self.size;
        if is_inside {
            self.counts[truth * self.size + predicted]
        } else {
            0
        }
    }

    /// Rows, one for every true class.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks(self.size.max(1))
    }

    /// Everything counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub fn of_class(&self, truth: usize) -> u64 {
        (0..self.size)
            .map(|predicted| self.count(truth, predicted))
            .sum()
    }

    /// How many were called so.
    pub fn called(&self, predicted: usize) -> u64 {
        (0..self.size)
            .map(|truth| self.count(truth, predicted))
            .sum()
    }

    /// Share that was called rightly; none where nothing was counted.
    pub fn accuracy(&self) -> Option<f64> {
        let right = (0..self.size).map(|class| self.count(class, class)).sum();
        ratio(right, self.total())
    }

    /// Share of a class that was called so; none where there is none of it.
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.of_class(class))
    }

    /// Share of what was called so that is so; none where nothing was called so.
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.called(class))
    }

    /// Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).
    pub fn f1(&self, class: usize) -> Option<f64> {
        let both = self.of_class(class) + self.called(class);
        ratio(2 * self.count(class, class), both)
    }

    /// Mean recall (balanced accuracy) over the classes that there are.
    pub fn mean_recall(&self) -> Option<f64> {
        self.mean_over_classes(Self::recall)
    }

    /// The unweighted mean of a figure over the classes that there are; a class that nothing was
    /// called counts with a precision of 0.
    pub fn mean_over_classes(&self, figure: impl Fn(&Self, usize) -> Option<f64>) -> Option<f64> {
        let present: Vec<_> = (0..self.size)
            .filter(|class| self.of_class(*class) > 0)
            .collect();
        let sum: f64 = present
            .iter()
            .map(|class| figure(self, *class).unwrap_or(0.0))
            .sum();
        (!present.is_empty()).then(|| sum / present.len() as f64)
    }
}

/// A part of a whole; none where the whole is nothing.
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Serialize for Confusion {
    /// As a list of rows.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confusion(truths: &[usize], predicted: &[usize], size: usize) -> Confusion {
        let mut confusion = Confusion::new(size);
        for (truth, predicted) in truths.iter().zip(predicted) {
            confusion.add(*truth, *predicted, 1);
        }
        confusion
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    /// Expected values: scikit-learn 1.9.1.
    #[test]
    fn three_classes_as_scikit_learn_counts_them() {
        let truths = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2];
        let predicted = [0, 0, 1, 1, 1, 2, 0, 2, 2, 2, 1, 2];
        let confusion = confusion(&truths, &predicted, 3);
        let rows: Vec<_> = confusion.rows().collect();
        assert_eq!(rows, [[2, 1, 0], [1, 2, 1], [0, 1, 4]]);
        close(confusion.accuracy(), 0.666_666_666_666_666_6);
        close(confusion.precision(2), 0.8);
        close(confusion.recall(1), 0.5);
        close(confusion.mean_recall(), 0.655_555_555_555_555_6);
        close(
            confusion.mean_over_classes(Confusion::f1),
            0.655_555_555_555_555_6,
        );
    }

    #[test]
    fn classes_that_are_not_there_have_no_recall() {
        let confusion = confusion(&[1, 1, 5], &[1, 0, 0], 2);
        assert_eq!(confusion.total(), 2);
        assert_eq!(confusion.recall(0), None);
        assert_eq!(confusion.precision(0), Some(0.0));
        assert_eq!(confusion.mean_recall(), Some(0.5));
        assert_eq!(Confusion::new(2).accuracy(), None);
    }

    #[test]
    fn it_is_written_as_rows() {
        let text = serde_json::to_string(&confusion(&[0, 1], &[1, 1], 2)).unwrap();
        assert_eq!(text, "[[0,1],[0,1]]");
    }
}
