//! Principal axes: the directions in which points are spread most.

/// Sweeps of rotations after which a matrix counts as diagonal, at the latest.
const MOST_SWEEPS: usize = 50;

/// The principal axes of a cloud of points.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalAxes {
    /// The middle of the cloud.
    pub mean: Vec<f32>,
    /// Unit vectors, that of the widest spread first. Of both signs the one whose largest number
    /// is positive.
    pub axes: Vec<Vec<f32>>,
    /// Variances along them.
    pub variances: Vec<f32>,
}

impl PrincipalAxes {
    /// Of rows of `dimensions` numbers; rows with a number that is not finite are passed over.
    pub fn of(rows: &[f32], dimensions: usize) -> Self {
        let (mean, covariance) = covariance(rows, dimensions);
        let (values, vectors) = eigen_symmetric(covariance, dimensions);
        let mut order: Vec<usize> = (0..dimensions).collect();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
        let axis = |at: &usize| {
            let axis: Vec<f64> = (0..dimensions)
                .map(|row| vectors[row * dimensions + at])
                .collect();
            let largest = axis
                .iter()
                .copied()
                .reduce(|a, b| if b.abs() > a.abs() { b } else { a });
            let sign = if largest.unwrap_or(0.0) < 0.0 {
                -1.0
            } else {
                1.0
            };
            axis.into_iter()
                .map(|value| (sign * value) as f32)
                .collect()
        };
        Self {
            axes: order.iter().map(axis).collect(),
            variances: order.iter().map(|at| values[*at].max(0.0) as f32).collect(),
            mean: mean.into_iter().map(|value| value as f32).collect(),
        }
    }

    /// The share of the whole variance along the first `count` axes, 0 to 1.
    pub fn explained(&self, count: usize) -> f32 {
        let all: f32 = self.variances.iter().sum();
        let first: f32 = self.variances.iter().take(count).sum();
        if all > 0.0 { first / all } else { 0.0 }
    }
}

/// Mean and covariance, row by row.
fn covariance(rows: &[f32], dimensions: usize) -> (Vec<f64>, Vec<f64>) {
    let whole = || {
        let rows = rows.chunks_exact(dimensions.max(1));
        rows.filter(|row| row.iter().all(|value| value.is_finite()))
    };
    let count = whole().count().max(1) as f64;
    let mut mean = vec![0.0; dimensions];
    for row in whole() {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += f64::from(*value) / count;
        }
    }
    let mut covariance = vec![0.0; dimensions * dimensions];
    let mut off = vec![0.0; dimensions];
    for row in whole() {
        for ((off, value), mean) in off.iter_mut().zip(row).zip(&mean) {
            *off = f64::from(*value) - mean;
        }
        for (line, a) in covariance.chunks_exact_mut(dimensions).zip(&off) {
            for (sum, b) in line.iter_mut().zip(&off) {
                *sum += a * b / count;
            }
        }
    }
    (mean, covariance)
}

/// Eigenvalues, and eigenvectors as columns, of a symmetric matrix by Jacobi's rotations (Golub &
/// Van Loan, Matrix Computations, section 8.5).
fn eigen_symmetric(mut matrix: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors: Vec<f64> = (0..n * n)
        .map(|at| f64::from(u8::from(at / n == at % n)))
        .collect();
    let scale: f64 = matrix.iter().map(|value| value * value).sum();
    for _ in 0..MOST_SWEEPS {
        let pairs = (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q)));
        let rest: f64 = pairs.clone().map(|(p, q)| matrix[p * n + q].powi(2)).sum();
        if rest <= 1e-28 * scale {
            break;
        }
        for (p, q) in pairs {
            rotate(&mut matrix, &mut vectors, n, (p, q));
        }
    }
    ((0..n).map(|at| matrix[at * n + at]).collect(), vectors)
}

/// Turns axes p and q so that their covariance becomes zero.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], n: usize, (p, q): (usize, usize)) {
    let between = matrix[p * n + q];
    if between.abs() < f64::MIN_POSITIVE {
        return;
    }
    let tau = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * between);
    let tangent = tau.signum() / (tau.abs() + tau.hypot(1.0));
    let cos = 1.0 / tangent.hypot(1.0);
    let sin = tangent * cos;
    for at in 0..n {
        turn(matrix, (at * n + p, at * n + q), (cos, sin));
        turn(vectors, (at * n + p, at * n + q), (cos, sin));
    }
    for at in 0..n {
        turn(matrix, (p * n + at, q * n + at), (cos, sin));
    }
}

fn turn(values: &mut [f64], (a, b): (usize, usize), (cos, sin): (f64, f64)) {
    let (x, y) = (values[a], values[b]);
    values[a] = cos * x - sin * y;
    values[b] = sin * x + cos * y;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points along a line of slope 3/4 with a little width.
    fn rows() -> Vec<f32> {
        let rows = (-50..=50).flat_map(|at| {
            let along = at as f32 * 0.1;
            let across = if at % 2 == 0 { 0.05 } else { -0.05 };
            [
                2.0 + 0.8 * along - 0.6 * across,
                -1.0 + 0.6 * along + 0.8 * across,
                5.0,
            ]
        });
        rows.collect()
    }

    #[test]
    fn the_longest_direction_comes_first() {
        let mut rows = rows();
        rows.extend([f32::NAN, 0.0, 0.0]);
        let found = PrincipalAxes::of(&rows, 3);
        for (axis, expected) in found.axes[0].iter().zip([0.8, 0.6, 0.0]) {
            assert!((axis - expected).abs() < 1e-3, "{:?}", found.axes[0]);
        }
        for (mean, expected) in found.mean.iter().zip([2.0, -1.0, 5.0]) {
            assert!((mean - expected).abs() < 1e-2);
        }
        assert!(found.variances.is_sorted_by(|a, b| a >= b));
        assert!(found.explained(1) > 0.99 && (found.explained(3) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn axes_are_orthogonal_and_of_length_one() {
        // A cloud without symmetry, from a small generator.
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let rows: Vec<f32> = (0..200)
            .flat_map(|_| {
                let [a, b, c, d] = [(); 4].map(|()| next());
                [a + b, b - 0.5 * c, c + 0.2 * a, d + a, a * b]
            })
            .collect();
        let found = PrincipalAxes::of(&rows, 5);
        for (i, a) in found.axes.iter().enumerate() {
            for (j, b) in found.axes.iter().enumerate() {
                let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 1e-5, "{i} {j}: {product}");
            }
        }
        // The variance along each axis is that of the points projected onto it.
        for (axis, variance) in found.axes.iter().zip(&found.variances) {
            let along: Vec<f32> = rows
                .chunks_exact(5)
                .map(|row| row.iter().zip(axis).map(|(a, b)| a * b).sum())
                .collect();
            let mean = along.iter().sum::<f32>() / 200.0;
            let found = along.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 200.0;
            assert!((found - variance).abs() < 1e-4, "{found} {variance}");
        }
    }

    #[test]
    fn equal_points_and_no_points_have_axes_without_spread() {
        for rows in [vec![1.0; 12], Vec::new(), vec![f32::NAN; 8]] {
            let found = PrincipalAxes::of(&rows, 4);
            assert_eq!(found.axes.len(), 4);
            assert!(found.variances.iter().all(|variance| *variance < 1e-12));
            assert!(found.axes.iter().flatten().all(|value| value.is_finite()));
        }
    }
}
