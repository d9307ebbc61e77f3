//! Linear equations of a handful of unknowns: as many as a model has classes.

/// Solves `matrix · x = right` by Gauss-Jordan elimination with pivots; none where the matrix, `n` rows of
/// `n` numbers, is singular.
pub(super) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for column in 0..n {
        let largest = |row: &usize| matrix[*row][column].abs();
        let pivot = (column..n).max_by(|a, b| largest(a).total_cmp(&largest(b)))?;
        if largest(&pivot) < f64::MIN_POSITIVE {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let scale = 1.0 / matrix[column][column];
        for row in (0..n).filter(|row| *row != column) {
            let factor = matrix[row][column] * scale;
            let above = matrix[column].clone();
            for (number, above) in matrix[row].iter_mut().zip(above) {
                *number -= factor * above;
            }
            right[row] -= factor * right[column];
        }
    }
    let solved = (0..n).map(|at| right[at] / matrix[at][at]);
    let solved: Vec<f64> = solved.collect();
    solved.iter().all(|x| x.is_finite()).then_some(solved)
}

/// The inverse, column by column; none of a singular matrix.
pub(super) fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let unit = |at: usize| (0..n).map(|row| f64::from(u8::from(row == at))).collect();
    (0..n).map(|at| solve(matrix.to_vec(), unit(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_and_singular_ones_refused() {
        // Needs a pivot: the first number is 0.
        let matrix = vec![
            vec![0.0, 2.0, 1.0],
            vec![1.0, -1.0, 0.0],
            vec![3.0, 0.0, -2.0],
        ];
        let x = solve(matrix.clone(), vec![7.0, -1.0, -3.0]).unwrap();
        for (found, expected) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-12, "{x:?}");
        }
        let back = inverse(&matrix).unwrap();
        let product = |row: usize, column: usize| -> f64 {
            (0..3).map(|at| matrix[row][at] * back[column][at]).sum()
        };
        assert!((product(0, 0) - 1.0).abs() < 1e-12 && product(0, 1).abs() < 1e-12);
        assert_eq!(
            solve(vec![vec![1.0, 2.0], vec![2.0, 4.0]], vec![1.0, 1.0]),
            None
        );
    }
}
