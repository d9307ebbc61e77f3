//! How well clusters agree with labels: accuracy by two ways of naming clusters, mutual information and
//! the Rand index.

use crate::domain::confusion::ratio;

/// How often each cluster holds each label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contingency {
    clusters: usize,
    labels: usize,
    counts: Vec<u64>,
}

impl Contingency {
    /// Nothing counted yet.
    pub fn new(clusters: usize, labels: usize) -> Self {
        Self {
            clusters,
            labels,
            counts: vec![0; clusters * labels],
        }
    }

    /// Counts `times` things of a label in a cluster; what is out of range is not counted.
    pub fn add(&mut self, cluster: usize, label: usize, times: u64) {
        if cluster < self.clusters && label < self.labels {
            self.counts[cluster * self.labels + label] += times;
        }
    }

    /// Things of that label in that cluster.
    pub fn count(&self, cluster: usize, label: usize) -> u64 {
        let is_inside = cluster < self.clusters && label < self.labels;
        if is_inside {
            self.counts[cluster * self.labels + label]
        } else {
            0
        }
    }

    /// Labelled things in a cluster.
    pub fn of_cluster(&self, cluster: usize) -> u64 {
        (0..self.labels)
            .map(|label| self.count(cluster, label))
            .sum()
    }

    /// Things of a label.
    pub fn of_label(&self, label: usize) -> u64 {
        (0..self.clusters)
            .map(|cluster| self.count(cluster, label))
            .sum()
    }

    /// All things.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The label that most things of each cluster have; the first among equals, none in an empty one.
    pub fn majority(&self) -> Vec<Option<usize>> {
        let most = |cluster: usize| {
            let labels = (0..self.labels).rev();
            let best = labels.max_by_key(|label| self.count(cluster, *label));
            best.filter(|label| self.count(cluster, *label) > 0)
        };
        (0..self.clusters).map(most).collect()
    }

    /// Share of things whose cluster has their label, for that naming of the clusters; none where
    /// nothing is labelled.
    pub fn accuracy_of(&self, names: &[Option<usize>]) -> Option<f64> {
        let named = names.iter().enumerate();
        let right = named.filter_map(|(cluster, label)| Some(self.count(cluster, (*label)?)));
        ratio(right.sum(), self.total())
    }

    /// The same where every cluster has the label that most of its things have: several clusters may
    /// stand for one label. Also known as purity.
    pub fn majority_accuracy(&self) -> Option<f64> {
        self.accuracy_of(&self.majority())
    }

    /// The same where every label stands for one cluster at most, chosen as well as can be by the
    /// Hungarian method (Kuhn 1955), as Jiang et al. (2017) count it. With many more clusters than
    /// labels most clusters have no label, and it is low.
    pub fn hungarian_accuracy(&self) -> Option<f64> {
        let side = self.clusters.max(self.labels);
        let most = self.counts.iter().copied().max().unwrap_or(0);
        let cost = |cluster: usize, label: usize| (most - self.count(cluster, label)) as i64;
        let mut names = assign(side, cost);
        names.truncate(self.clusters);
        let names: Vec<Option<usize>> = names.into_iter().map(Some).collect();
        self.accuracy_of(&names)
    }

    /// Mutual information over the mean of both entropies; 1 where clusters and labels are both all one,
    /// none where nothing is labelled.
    pub fn normalised_mutual_information(&self) -> Option<f64> {
        let all = self.total() as f64;
        if all < 1.0 {
            return None;
        }
        let entropy = |counts: &[u64]| -> f64 {
            let shares = counts.iter().filter(|n| **n > 0).map(|n| *n as f64 / all);
            shares.map(|share| -share * share.ln()).sum()
        };
        let (clusters, labels) = self.margins();
        let (of_clusters, of_labels) = (entropy(&clusters), entropy(&labels));
        let mutual = of_clusters + of_labels - entropy(&self.counts);
        let mean = f64::midpoint(of_clusters, of_labels);
        Some(if mean > 0.0 {
            (mutual / mean).max(0.0)
        } else {
            1.0
        })
    }

    /// The Rand index, adjusted for chance (Hubert & Arabie 1985); 1 where clusters and labels are both
    /// all one or all apart, none for fewer than two things.
    pub fn adjusted_rand_index(&self) -> Option<f64> {
        let pairs = |n: u64| n as f64 * (n as f64 - 1.0) / 2.0;
        let all = pairs(self.total());
        if self.total() < 2 {
            return None;
        }
        let sum = |counts: &[u64]| counts.iter().map(|n| pairs(*n)).sum::<f64>();
        let (clusters, labels) = self.margins();
        let (in_clusters, in_labels) = (sum(&clusters), sum(&labels));
        let expected = in_clusters * in_labels / all;
        let most = f64::midpoint(in_clusters, in_labels);
        let range = most - expected;
        Some(if range.abs() > 0.0 {
            (sum(&self.counts) - expected) / range
        } else {
            1.0
        })
    }

    fn margins(&self) -> (Vec<u64>, Vec<u64>) {
        let clusters = (0..self.clusters).map(|cluster| self.of_cluster(cluster));
        let labels = (0..self.labels).map(|label| self.of_label(label));
        (clusters.collect(), labels.collect())
    }
}

/// The column of every row such that the sum of costs is least: the Hungarian method with potentials,
/// in O(n^3). Columns are counted from 1 inside, 0 being no column.
fn assign(side: usize, cost: impl Fn(usize, usize) -> i64) -> Vec<usize> {
    let mut of_rows = vec![0_i64; side + 1];
    let mut of_columns = vec![0_i64; side + 1];
    let mut row_at = vec![0_usize; side + 1];
    for row in 1..=side {
        row_at[0] = row;
        let mut least = vec![i64::MAX; side + 1];
        let mut before = vec![0_usize; side + 1];
        let mut is_seen = vec![false; side + 1];
        let mut at = 0;
        while row_at[at] != 0 {
            is_seen[at] = true;
            let from = row_at[at];
            let (mut step, mut next) = (i64::MAX, 0);
            for column in (1..=side).filter(|column| !is_seen[*column]) {
                let reduced = cost(from - 1, column - 1) - of_rows[from] - of_columns[column];
                if reduced < least[column] {
                    (least[column], before[column]) = (reduced, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=side {
                if is_seen[column] {
                    of_rows[row_at[column]] += step;
                    of_columns[column] -= step;
                } else if least[column] < i64::MAX {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            row_at[at] = row_at[before[at]];
            at = before[at];
        }
    }
    let mut columns = vec![0; side];
    for (column, row) in row_at.into_iter().enumerate().skip(1) {
        columns[row - 1] = column - 1;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[u64]]) -> Contingency {
        let mut table = Contingency::new(rows.len(), rows[0].len());
        for (cluster, row) in rows.iter().enumerate() {
            for (label, count) in row.iter().enumerate() {
                table.add(cluster, label, *count);
            }
        }
        table
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    /// Worked by hand: 17 things in the textbook example of Manning, Raghavan & Schuetze (2008,
    /// figure 16.4), whose purity is 12/17.
    fn textbook() -> Contingency {
        table(&[&[5, 1, 0], &[1, 4, 1], &[2, 0, 3]])
    }

    #[test]
    fn accuracy_by_majority_and_by_the_hungarian_method() {
        close(textbook().majority_accuracy(), 12.0 / 17.0);
        close(textbook().hungarian_accuracy(), 12.0 / 17.0);
        // Four clusters, two labels: the majority names all four, the Hungarian method two of them.
        let many = table(&[&[10, 0], &[7, 1], &[0, 9], &[2, 4]]);
        close(many.majority_accuracy(), 30.0 / 33.0);
        close(many.hungarian_accuracy(), 19.0 / 33.0);
        // The best cluster of both labels is the first: 6 + 9 beats 10 + 4.
        let contested = table(&[&[10, 9], &[6, 4]]);
        close(contested.hungarian_accuracy(), 15.0 / 29.0);
        // A naming found elsewhere.
        close(
            many.accuracy_of(&[Some(0), Some(1), None, Some(1)]),
            15.0 / 33.0,
        );
        // More labels than clusters.
        close(table(&[&[3, 2, 5]]).hungarian_accuracy(), 0.5);
    }

    #[test]
    fn the_hungarian_method_finds_the_least_of_all_assignments() {
        let cost =
            |row: usize, column: usize| ((row * 37 + column * 61 + row * column * 13) % 29) as i64;
        let found = assign(5, cost);
        let sum = |columns: &[usize]| -> i64 { (0..5).map(|row| cost(row, columns[row])).sum() };
        let mut least = i64::MAX;
        for code in 0..5_usize.pow(5) {
            let columns: Vec<usize> = (0..5).map(|row| code / 5_usize.pow(row) % 5).collect();
            let mut sorted = columns.clone();
            sorted.sort_unstable();
            if sorted == [0, 1, 2, 3, 4] {
                least = least.min(sum(&columns));
            }
        }
        assert_eq!(sum(&found), least);
    }

    #[test]
    fn mutual_information_and_rand_index_by_their_definitions() {
        // Pairs: cells 10 + 6 + 1 + 3 = 20; clusters 15 + 15 + 10 = 40; labels 28 + 10 + 6 = 44; all 136.
        let expected = 40.0 * 44.0 / 136.0;
        close(
            textbook().adjusted_rand_index(),
            (20.0 - expected) / (42.0 - expected),
        );
        // Clusters that halve two labels exactly: I = ln 2, H = ln 4 and ln 2.
        let halves = table(&[&[5, 0], &[5, 0], &[0, 5], &[0, 5]]);
        close(halves.normalised_mutual_information(), 2.0 / 3.0);
        // Independent: nothing is known.
        let nothing = table(&[&[4, 4], &[4, 4]]);
        close(nothing.normalised_mutual_information(), 0.0);
        close(nothing.majority_accuracy(), 0.5);
        let equal = table(&[&[0, 3], &[6, 0]]);
        close(equal.normalised_mutual_information(), 1.0);
        close(equal.adjusted_rand_index(), 1.0);
    }

    #[test]
    fn without_labels_nothing_is_known() {
        let empty = Contingency::new(3, 2);
        assert_eq!(empty.majority_accuracy(), None);
        assert_eq!(empty.hungarian_accuracy(), None);
        assert_eq!(empty.normalised_mutual_information(), None);
        assert_eq!(empty.adjusted_rand_index(), None);
        assert_eq!(Contingency::new(2, 0).majority(), [None, None]);
        let one = table(&[&[1]]);
        assert_eq!(one.adjusted_rand_index(), None);
        close(table(&[&[4]]).normalised_mutual_information(), 1.0);
        close(table(&[&[4]]).adjusted_rand_index(), 1.0);
    }
}
