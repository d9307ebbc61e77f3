//! Whether a heat map turns with the stamp.
//!
//! A stamp turned by 90, 180 and 270 degrees is explained, each map is turned back and compared with
//! the map of the stamp as it is: by Pearson's correlation over all pixels of all channels, and by
//! the Euclidean length of the difference over that of the first map. The worse of three counts. A
//! map that turns with the stamp has correlation 1 and distance 0. Reyes et al. (2018) define a
//! measure of this kind; how exactly is not known to us, so this one is our choice.

use super::explain;
use crate::{
    domain::{ExplainMethod, Explanation},
    learn::{LearnError, Model, batch::orient},
};

/// How well heat maps of turned stamps agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Invariance {
    /// The lowest correlation.
    pub correlation: f64,
    /// The largest distance.
    pub distance: f64,
}

/// Explains an input in all four orientations and compares the heat maps.
///
/// # Errors
/// As [`explain`].
pub fn rotation_invariance(
    model: &Model,
    input: &[f32],
    method: ExplainMethod,
) -> Result<Invariance, LearnError> {
    let side = model.stamps()?.side_px;
    let found = explain(model, input, method)?;
    let (first, of_map) = (pixels(&found), found.plan.side_px);
    let mut worst = Invariance {
        correlation: 1.0,
        distance: 0.0,
    };
    for turn in 1..4 {
        let map = explain(model, &turned(input, side, turn), method)?;
        let map = turned(&pixels(&map), of_map, 4 - turn);
        worst.correlation = worst.correlation.min(correlation(&first, &map));
        worst.distance = worst.distance.max(distance(&first, &map));
    }
    Ok(worst)
}

fn pixels(explanation: &Explanation) -> Vec<f32> {
    explanation.maps.concat()
}

/// Every square turned by so many quarter turns, counter-clockwise with rows drawn downwards.
fn turned(squares: &[f32], side: usize, turn: u8) -> Vec<f32> {
    let mut out = Vec::with_capacity(squares.len());
    for square in squares.chunks_exact((side * side).max(1)) {
        orient(square, side, turn, &mut out);
    }
    out
}

/// Pearson's; 1 where both are the same constant.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |of: &[f32]| of.iter().map(|v| f64::from(*v)).sum::<f64>() / of.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a) - mean_a, f64::from(*b) - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    if aa * bb > 0.0 {
        ab / (aa * bb).sqrt()
    } else {
        f64::from(u8::from(a == b))
    }
}

/// Length of the difference over the length of the first.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let pairs = || a.iter().zip(b).map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let apart = pairs().map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let length = pairs().map(|(a, _)| a * a).sum::<f64>();
    if apart > 0.0 {
        (apart / length).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_maps_agree_and_others_less() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]);
        assert_eq!((correlation(&a, &a), distance(&a, &a)), (1.0, 0.0));
        assert!((correlation(&a, &b) + 1.0).abs() < 1e-12);
        // The differences are 3, 1, 1, 3: 20 over 30.
        assert!((distance(&a, &b) - (20.0_f64 / 30.0).sqrt()).abs() < 1e-12);
        let turned_once = turned(&a, 2, 1);
        assert_eq!(turned(&turned_once, 2, 3), a);
    }
}
