//! Twelve scores with ties, whose figures were computed with scikit-learn 1.9.1 and scipy 1.17.1.

use super::Ranking;

pub const POSITIVE: [u8; 12] = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0];
pub const SCORES: [f64; 12] = [0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1];

/// What is positive, as truth values.
pub fn positive() -> Vec<bool> {
    POSITIVE.iter().map(|positive| *positive == 1).collect()
}

pub fn ranking() -> Ranking {
    Ranking::new(&SCORES, &positive())
}

/// Compares with a number computed elsewhere.
pub fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
}
