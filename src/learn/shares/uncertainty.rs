//! How uncertain estimated shares are: by the curvature of their likelihood (Fisher information).

use super::super::small_matrix::inverse;

/// One standard deviation of each share. `ratios` are rows of likelihoods of the classes, each up to a factor of
/// its own; `prior` objects of each class are known beside them; `shares` sum to 1. Of a class with share 0 it is the share at which the logarithm of the
/// likelihood has fallen by a half.
pub(super) fn errors(ratios: &[Vec<f64>], prior: &[f64], shares: &[f64]) -> Vec<f64> {
    let there: Vec<usize> = (0..shares.len()).filter(|at| shares[*at] > 0.0).collect();
    let mut errors: Vec<f64> = (0..shares.len())
        .map(|class| upper_error(ratios, shares, class))
        .collect();
    let Some((last, free)) = there.split_last() else {
        return errors;
    };
    // Shares sum to 1: the last one is what the others leave.
    let mut information = vec![vec![0.0; free.len()]; free.len()];
    for row in ratios {
        let all = mixed(row, shares);
        let slopes: Vec<f64> = free
            .iter()
            .map(|at| (row[*at] - row[*last]) / all)
            .collect();
        for (a, of_a) in slopes.iter().enumerate() {
            for (b, of_b) in slopes.iter().enumerate() {
                information[a][b] += of_a * of_b;
            }
        }
    }
    let of_prior = |class: usize| prior[class] / shares[class].powi(2);
    for (a, class) in free.iter().enumerate() {
        for of_both in &mut information[a] {
            *of_both += of_prior(*last);
        }
        information[a][a] += of_prior(*class);
    }
    if let Some(covariance) = inverse(&information) {
        for (at, class) in free.iter().enumerate() {
            errors[*class] = covariance[at][at].max(0.0).sqrt();
        }
        let all: f64 = covariance.iter().flatten().sum();
        errors[*last] = all.max(0.0).sqrt();
    }
    errors
}

/// The likelihood of a row with these shares.
pub(super) fn mixed(row: &[f64], shares: &[f64]) -> f64 {
    row.iter()
        .zip(shares)
        .map(|(ratio, share)| ratio * share)
        .sum()
}

fn upper_error(ratios: &[Vec<f64>], shares: &[f64], class: usize) -> f64 {
    let (mut slope, mut curvature) = (0.0, 0.0);
    for row in ratios {
        let gain = row[class] / mixed(row, shares) - 1.0;
        slope += gain;
        curvature += gain * gain;
    }
    let error = (slope + slope.hypot(curvature.sqrt())) / curvature;
    if error.is_finite() {
        error.min(1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_predictions_have_the_error_of_a_count() {
        // 30 of 100 are of the first class: binomial.
        let ratios: Vec<Vec<f64>> = (0..100)
            .map(|at| {
                if at < 30 {
                    vec![1.0, 0.0, 0.0]
                } else {
                    vec![0.0, 1.0, 0.0]
                }
            })
            .collect();
        let found = errors(&ratios, &[0.0; 3], &[0.3, 0.7, 0.0]);
        let binomial = (0.3_f64 * 0.7 / 100.0).sqrt();
        assert!((found[0] - binomial).abs() < 1e-9 && (found[1] - binomial).abs() < 1e-9);
        // None of 100: (1 - x)^100 = exp(-1/2) at about a two-hundredth.
        assert!((found[2] - 0.005).abs() < 0.001, "{found:?}");
    }

    #[test]
    fn what_is_known_beside_the_predictions_bounds_the_error() {
        // Predictions that cannot tell the first two classes apart.
        let ratios = vec![vec![1.0, 1.0, 0.1]; 25];
        let shares = [0.3, 0.3, 0.4];
        let found = errors(&ratios, &shares.map(|share| 25.0 * share), &shares);
        let binomial = (0.3_f64 * 0.7 / 25.0).sqrt();
        for error in &found[..2] {
            assert!(
                (0.7 * binomial..1.3 * binomial).contains(error),
                "{found:?}"
            );
        }
    }
}
