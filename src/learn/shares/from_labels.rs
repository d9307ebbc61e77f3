//! Class shares from labels, with a Dirichlet prior at the trained shares.

use super::class_shares::{ClassShares, ShareSource, normalised};

/// Labels that the trained shares count as: ten labels move what ten labels can move.
const PRIOR_LABELS: f64 = 7.0;

/// The mean of the Dirichlet posterior of the shares, given so many labels of each class, and its standard
/// deviations. A class without a label occurs where its share may still be 2 % or more by one standard
/// deviation: few labels leave nothing out.
pub fn from_labels(labels: &[usize], trained: &[f64]) -> ClassShares {
    const LEAST: f64 = 0.02;
    let trained = normalised(trained);
    let objects: usize = labels.iter().sum();
    let all = objects as f64 + PRIOR_LABELS;
    let counts = labels.iter().zip(&trained);
    let shares: Vec<f64> = counts
        .map(|(count, trained)| (*count as f64 + PRIOR_LABELS * trained) / all)
        .collect();
    let error = |share: &f64| (share * (1.0 - share) / (all + 1.0)).sqrt();
    let errors: Vec<f64> = shares.iter().map(error).collect();
    let occurs = labels.iter().zip(shares.iter().zip(&errors));
    ClassShares {
        source: ShareSource::Labels,
        occurs: occurs
            .map(|(count, (share, error))| *count > 0 || share + error >= LEAST)
            .collect(),
        errors,
        shares,
        objects,
        shrunk: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_labels_move_what_ten_labels_can_move() {
        let uniform = [0.25; 4];
        let few = from_labels(&[10, 0, 0, 0], &uniform);
        assert!((few.shares[0] - 11.75 / 17.0).abs() < 1e-12);
        assert_eq!(few.occurs, [true; 4]);
        let many = from_labels(&[900, 100, 0, 0], &uniform);
        assert_eq!(many.occurs, [true, true, false, false]);
        assert!((many.shares[0] - 0.9).abs() < 0.01);
        assert!(many.errors[0] < 0.011 && many.errors[0] > 0.008);
        assert!((many.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let none = from_labels(&[0; 4], &uniform);
        assert_eq!(none.shares, uniform);
    }
}
