//! Can a random forest tell two samples apart?

use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    linalg::basic::matrix::DenseMatrix,
};

/// Trees of the forest.
const TREES: usize = 300;
/// Fewest rows in a leaf: with few hundred rows smaller leaves only learn noise.
const LEAF: usize = 3;

/// The area under the ROC curve of a random forest that was trained to tell the rows of `a` from
/// those of `b`, each row judged by trees that have not seen it (out of bag): 0.5 where it cannot
/// tell them apart, 1 where it always can.
///
/// # Errors
/// A sentence, where a sample is too small or rows differ in length.
pub fn separability(a: &[Vec<f64>], b: &[Vec<f64>], seed: u64) -> Result<f64, String> {
    let width = a.first().map_or(0, Vec::len);
    if a.len() < 2 * LEAF || b.len() < 2 * LEAF || width == 0 {
        return Err(format!(
            "{} and {} rows are too few to tell samples apart",
            a.len(),
            b.len()
        ));
    }
    let rows: Vec<Vec<f64>> = a.iter().chain(b).cloned().collect();
    if rows.iter().any(|row| row.len() != width) {
        return Err("rows differ in length".into());
    }
    let classes: Vec<f64> = (0..rows.len()).map(|at| f64::from(at >= a.len())).collect();
    let matrix = DenseMatrix::from_2d_vec(&rows).map_err(|error| error.to_string())?;
    let parameters = RandomForestRegressorParameters::default()
        .with_n_trees(TREES)
        .with_min_samples_leaf(LEAF)
        .with_m((width as f64).sqrt().ceil() as usize)
        .with_keep_samples(true)
        .with_seed(seed);
    let scores = RandomForestRegressor::fit(&matrix, &classes, parameters)
        .and_then(|forest| forest.predict_oob(&matrix))
        .map_err(|error| error.to_string())?;
    let (of_a, of_b) = scores.split_at(a.len());
    Ok(area_under_roc(of_a, of_b))
}

/// The probability that a value of `above` exceeds one of `below`, ties counted half
/// (Mann & Whitney 1947).
pub fn area_under_roc(below: &[f64], above: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = below.iter().map(|value| (*value, false)).collect();
    all.extend(above.iter().map(|value| (*value, true)));
    all.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    let mut wins = 0.0;
    let mut passed = 0.0;
    for ties in all.chunk_by(|x, y| x.0 == y.0) {
        let high = ties.iter().filter(|(_, is_above)| *is_above).count() as f64;
        let low = ties.len() as f64 - high;
        wins += high * (passed + 0.5 * low);
        passed += low;
    }
    wins / (below.len() as f64 * above.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of three numbers scattered over 0 to 1, the first of them shifted.
    fn rows(count: usize, shift: f64, offset: usize) -> Vec<Vec<f64>> {
        // Numbers of a low discrepancy repel each other, which a forest would learn.
        let scattered = |at: usize| ((at as f64 * 12.989_8).sin() * 43_758.545_3).abs().fract();
        let row = |k: usize| {
            let part = |column: usize| scattered(3 * (k + offset) + column + 1);
            vec![part(0) + shift, part(1), part(2)]
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn the_same_cannot_be_told_apart_and_the_different_can() {
        let same = separability(&rows(200, 0.0, 0), &rows(200, 0.0, 1000), 1).unwrap();
        assert!((0.3..0.7).contains(&same), "{same}");
        let other = separability(&rows(200, 0.0, 0), &rows(200, 0.5, 1000), 1).unwrap();
        assert!(other > 0.7, "{other}");
        let apart = separability(&rows(200, 0.0, 0), &rows(200, 2.0, 1000), 1).unwrap();
        assert!(apart > 0.999, "{apart}");
    }

    #[test]
    fn too_few_rows_are_refused() {
        assert!(separability(&rows(2, 0.0, 0), &rows(200, 0.0, 0), 1).is_err());
        assert!(separability(&[], &[], 1).is_err());
    }

    #[test]
    fn ties_count_half() {
        assert_eq!(area_under_roc(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(area_under_roc(&[1.0], &[1.0]), 0.5);
        assert_eq!(area_under_roc(&[1.0, 3.0], &[2.0]), 0.5);
    }
}
