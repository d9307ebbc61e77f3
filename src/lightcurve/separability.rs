//! Can a random forest tell two samples apart?

use std::collections::BTreeSet;

use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    linalg::basic::{arrays::Array, matrix::DenseMatrix},
    linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters},
};

use crate::domain::ranking::area_under_roc;

/// Trees of the forest.
const TREES: usize = 300;
/// Fewest rows in a leaf: with few hundred rows smaller leaves only learn noise.
const LEAF: usize = 3;

/// A row of numbers, and the group (a field, an exposure) whose particulars it shares.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupedRow {
    /// Numbers, as many in every row.
    pub numbers: Vec<f64>,
    pub group: String,
}

/// The area under the ROC curve of a random forest that was trained to tell the rows of `a` from
/// those of `b`, each row judged by trees that have not seen it (out of bag): 0.5 where it cannot
/// tell them apart, 1 where it always can.
///
/// # Errors
/// A sentence, where a sample is too small or rows differ in length.
pub fn separability(a: &[GroupedRow], b: &[GroupedRow], seed: u64) -> Result<f64, String> {
    let (matrix, classes) =
        training_set(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>())?;
    let scores = RandomForestRegressor::fit(&matrix, &classes, parameters(a, seed))
        .and_then(|forest| forest.predict_oob(&matrix))
        .map_err(|error| error.to_string())?;
    let (of_a, of_b) = scores.split_at(a.len());
    area(of_a, of_b)
}

/// The same, where each group is judged by a forest that has seen no row of it: what the forest
/// learns is not what one group happens to be like. Mean over the groups by their rows of `a`;
/// groups with fewer than ten of either sample are trained on only. None where no group is left.
///
/// # Errors
/// As [`separability`].
pub fn separability_of_unseen(
    a: &[GroupedRow],
    b: &[GroupedRow],
    seed: u64,
) -> Result<Option<f64>, String> {
    const FEWEST: usize = 10;
    let groups: BTreeSet<&str> = a.iter().map(|row| row.group.as_str()).collect();
    let (mut sum, mut weight) = (0.0, 0.0);
    for group in groups {
        let split = |rows: &'_ [GroupedRow]| -> [Vec<usize>; 2] {
            let (inside, outside) = (0..rows.len()).partition(|at| rows[*at].group == group);
            [inside, outside]
        };
        let ([a_in, a_out], [b_in, b_out]) = (split(a), split(b));
        if a_in.len() < FEWEST || b_in.len() < FEWEST || a_out.len() < FEWEST {
            continue;
        }
        let pick = |rows: &'_ [GroupedRow], at: &[usize]| -> Vec<GroupedRow> {
            at.iter().map(|at| rows[*at].clone()).collect()
        };
        let trained = [pick(a, &a_out), pick(b, &b_out)];
        let judged = [pick(a, &a_in), pick(b, &b_in)];
        let [of_a, of_b] = judged_by_others(&trained, &judged, seed)?;
        sum += a_in.len() as f64 * area(&of_a, &of_b)?;
        weight += a_in.len() as f64;
    }
    Ok((weight > 0.0).then(|| sum / weight))
}

/// The area under the ROC curve of a logistic regression, the lightest of classifiers: numbers
/// standardised, each fifth of the rows judged by a fit to the others.
///
/// # Errors
/// As [`separability`].
pub fn linear_separability(a: &[GroupedRow], b: &[GroupedRow]) -> Result<f64, String> {
    const FOLDS: usize = 5;
    let mut scores = [vec![0.0; a.len()], vec![0.0; b.len()]];
    for fold in 0..FOLDS {
        let others = |rows: &'_ [GroupedRow]| -> Vec<GroupedRow> {
            let others = rows.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
            others.map(|(_, row)| row.clone()).collect()
        };
        let linear = Linear::fit(&others(a), &others(b))?;
        for (rows, scores) in [a, b].into_iter().zip(&mut scores) {
            let judged = rows.iter().zip(scores).skip(fold).step_by(FOLDS);
            for (row, score) in judged {
                *score = linear.score(&row.numbers);
            }
        }
    }
    area(&scores[0], &scores[1])
}

fn area(below: &[f64], above: &[f64]) -> Result<f64, String> {
    area_under_roc(below, above).ok_or_else(|| "no row has a score that is a number".into())
}

/// A logistic regression with its standardisation.
struct Linear {
    centers: Vec<f64>,
    scales: Vec<f64>,
    slopes: Vec<f64>,
}

impl Linear {
    fn fit(a: &[GroupedRow], b: &[GroupedRow]) -> Result<Self, String> {
        let rows: Vec<&GroupedRow> = a.iter().chain(b).collect();
        let width = rows.first().map_or(0, |row| row.numbers.len());
        let column = |at: usize| rows.iter().map(move |row| row.numbers[at]);
        let count = rows.len().max(1) as f64;
        let centers: Vec<f64> = (0..width)
            .map(|at| column(at).sum::<f64>() / count)
            .collect();
        let scale = |at: usize| {
            let squares: f64 = column(at).map(|x| (x - centers[at]).powi(2)).sum();
            (squares / count).sqrt().max(f64::MIN_POSITIVE)
        };
        let mut linear = Self {
            scales: (0..width).map(scale).collect(),
            slopes: vec![0.0; width],
            centers,
        };
        let standard = |rows: &[GroupedRow]| -> Vec<GroupedRow> {
            let row = |row: &GroupedRow| GroupedRow {
                numbers: linear.standardised(&row.numbers).collect(),
                group: String::new(),
            };
            rows.iter().map(row).collect()
        };
        let (a, b) = (standard(a), standard(b));
        let (matrix, classes) =
            training_set(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>())?;
        let classes: Vec<u32> = classes.into_iter().map(|class| class as u32).collect();
        // A weak ridge: classes that can be told apart would have slopes without end.
        let weak = LogisticRegressionParameters::default().with_alpha(1.0);
        let fitted =
            LogisticRegression::fit(&matrix, &classes, weak).map_err(|error| error.to_string())?;
        let slopes = fitted.coefficients();
        linear.slopes = (0..width).map(|at| *slopes.get((0, at))).collect();
        Ok(linear)
    }

    fn standardised<'a>(&'a self, numbers: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let scaled = numbers.iter().zip(&self.centers).zip(&self.scales);
        scaled.map(|((x, center), scale)| (x - center) / scale)
    }

    fn score(&self, numbers: &[f64]) -> f64 {
        let terms = self.standardised(numbers).zip(&self.slopes);
        terms.map(|(x, slope)| x * slope).sum()
    }
}

/// Scores of rows by a forest that was trained on others.
fn judged_by_others(
    trained: &[Vec<GroupedRow>; 2],
    judged: &[Vec<GroupedRow>; 2],
    seed: u64,
) -> Result<[Vec<f64>; 2], String> {
    let refs = |rows: &[Vec<GroupedRow>; 2]| {
        let [a, b] = rows.each_ref().map(|rows| rows.iter().collect::<Vec<_>>());
        training_set(&a, &b)
    };
    let (matrix, classes) = refs(trained)?;
    let (unseen, _) = refs(judged)?;
    let mut scores = RandomForestRegressor::fit(&matrix, &classes, parameters(&trained[0], seed))
        .and_then(|forest| forest.predict(&unseen))
        .map_err(|error| error.to_string())?;
    let of_b = scores.split_off(judged[0].len());
    Ok([scores, of_b])
}

fn parameters(rows: &[GroupedRow], seed: u64) -> RandomForestRegressorParameters {
    let width = rows.first().map_or(1, |row| row.numbers.len());
    RandomForestRegressorParameters::default()
        .with_n_trees(TREES)
        .with_min_samples_leaf(LEAF)
        .with_m((width as f64).sqrt().ceil() as usize)
        .with_keep_samples(true)
        .with_seed(seed)
}

/// The rows as a matrix, and 0 for those of `a`, 1 for those of `b`.
fn training_set(
    a: &[&GroupedRow],
    b: &[&GroupedRow],
) -> Result<(DenseMatrix<f64>, Vec<f64>), String> {
    let width = a.first().map_or(0, |row| row.numbers.len());
    if a.len() < 2 * LEAF || b.len() < 2 * LEAF || width == 0 {
        return Err(format!(
            "{} and {} rows are too few to separate samples",
            a.len(),
            b.len()
        ));
    }
    let rows: Vec<Vec<f64>> = a.iter().chain(b).map(|row| row.numbers.clone()).collect();
    if rows.iter().any(|row| row.len() != width) {
        return Err("rows differ in length".into());
    }
    let classes = (0..rows.len()).map(|at| f64::from(at >= a.len())).collect();
    let matrix = DenseMatrix::from_2d_vec(&rows).map_err(|error| error.to_string())?;
    Ok((matrix, classes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of three numbers scattered over 0 to 1, the first of them shifted, in three groups.
    fn rows(count: usize, shift: f64, offset: usize) -> Vec<GroupedRow> {
        // Numbers of a low discrepancy repel each other, which a forest would learn.
        let scattered = |at: usize| ((at as f64 * 12.989_8).sin() * 43_758.545_3).abs().fract();
        let row = |k: usize| {
            let part = |column: usize| scattered(3 * (k + offset) + column + 1);
            GroupedRow {
                numbers: vec![part(0) + shift, part(1), part(2)],
                group: (k % 3).to_string(),
            }
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn the_same_cannot_be_told_apart_and_the_different_can() {
        let base = rows(200, 0.0, 0);
        let same = separability(&base, &rows(200, 0.0, 1000), 1).unwrap();
        assert!((0.4..0.6).contains(&same), "{same}");
        let other = separability(&base, &rows(200, 0.5, 1000), 1).unwrap();
        assert!(other > 0.7, "{other}");
        let apart = separability(&base, &rows(200, 2.0, 1000), 1).unwrap();
        assert!(apart > 0.999, "{apart}");
        let unseen = |b: &[GroupedRow]| separability_of_unseen(&base, b, 1).unwrap().unwrap();
        assert!((0.35..0.65).contains(&unseen(&rows(200, 0.0, 1000))));
        assert!(unseen(&rows(200, 2.0, 1000)) > 0.999);
        let linear = |b: &[GroupedRow]| linear_separability(&base, b).unwrap();
        assert!((0.4..0.6).contains(&linear(&rows(200, 0.0, 1000))));
        assert!(linear(&rows(200, 2.0, 1000)) > 0.999);
    }

    #[test]
    fn what_only_one_group_is_like_does_not_tell_others_apart() {
        // Each group of `a` has a number of its own in the first column; `b` has them mixed.
        let mut a = rows(300, 0.0, 0);
        for row in &mut a {
            row.numbers[0] = row.group.parse::<f64>().unwrap();
        }
        let mut b = rows(300, 0.0, 1000);
        for (at, row) in b.iter_mut().enumerate() {
            row.numbers[0] = (at % 7) as f64;
        }
        let seen = separability(&a, &b, 1).unwrap();
        let unseen = separability_of_unseen(&a, &b, 1).unwrap().unwrap();
        assert!(seen > 0.65 && unseen < seen, "{seen} {unseen}");
    }

    #[test]
    fn too_few_rows_are_refused() {
        assert!(separability(&rows(2, 0.0, 0), &rows(200, 0.0, 0), 1).is_err());
        assert!(separability(&[], &[], 1).is_err());
        let few = rows(12, 0.0, 0);
        assert_eq!(separability_of_unseen(&few, &few, 1), Ok(None));
    }
}
