//! A perfect, a random and an inverted classifier have the figures that they must have.

use super::{Confusion, Groups, Ranking, bootstrap, rank_correlation::spearman};

const COUNT: usize = 4000;

/// Numbers between 0 and 1 without order.
fn noise(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

fn truth() -> Vec<bool> {
    (0..COUNT).map(|at| at % 2 == 0).collect()
}

fn perfect() -> Vec<f64> {
    let score = |(at, is_real): (usize, bool)| 0.5 * noise(at) + if is_real { 0.5 } else { 0.0 };
    truth().into_iter().enumerate().map(score).collect()
}

fn confusion(scores: &[f64]) -> Confusion {
    let mut confusion = Confusion::new(2);
    for (score, is_real) in scores.iter().zip(truth()) {
        confusion.add(usize::from(is_real), usize::from(*score >= 0.5), 1);
    }
    confusion
}

#[test]
fn a_perfect_classifier() {
    let scores = perfect();
    let steps = Ranking::new(&scores, &truth()).steps();
    assert_eq!(steps.auc(), Some(1.0));
    assert_eq!(steps.average_precision(), Some(1.0));
    assert_eq!(steps.fnr_at_fpr(1e-3), Some(0.0));
    assert_eq!(steps.at_recall(0.95).unwrap().specificity, Some(1.0));
    assert_eq!(confusion(&scores).accuracy(), Some(1.0));
    let ranking = Ranking::new(&scores, &truth());
    let spread = bootstrap(&Groups::by(0..COUNT), 20, 3, |weights| {
        [ranking.weighted(weights).auc()]
    });
    assert_eq!(spread, [Some(0.0)]);
}

#[test]
fn a_random_classifier() {
    let scores: Vec<f64> = (0..COUNT).map(|at| noise(at * 7 + 3)).collect();
    let steps = Ranking::new(&scores, &truth()).steps();
    assert!((steps.auc().unwrap() - 0.5).abs() < 0.03);
    assert!((steps.fnr_at_fpr(0.1).unwrap() - 0.9).abs() < 0.04);
    assert!((confusion(&scores).mean_recall().unwrap() - 0.5).abs() < 0.03);
    // The spread of the area is that of Mann and Whitney: sqrt((m + n + 1) / (12 m n)).
    let ranking = Ranking::new(&scores, &truth());
    let [spread] = bootstrap(&Groups::by(0..COUNT), 400, 3, |weights| {
        [ranking.weighted(weights).auc()]
    });
    let half = COUNT as f64 / 2.0;
    let expected = ((2.0 * half + 1.0) / (12.0 * half * half)).sqrt();
    assert!(
        (spread.unwrap() / expected - 1.0).abs() < 0.15,
        "{spread:?}"
    );
}

#[test]
fn an_inverted_classifier() {
    let scores: Vec<f64> = perfect().iter().map(|score| 1.0 - score).collect();
    let steps = Ranking::new(&scores, &truth()).steps();
    assert_eq!(steps.auc(), Some(0.0));
    assert_eq!(steps.fnr_at_fpr(0.5), Some(1.0));
    assert_eq!(confusion(&scores).accuracy(), Some(0.0));
    let pairs: Vec<_> = scores.into_iter().zip(perfect()).collect();
    assert!((spearman(&pairs).unwrap() + 1.0).abs() < 1e-12);
}
