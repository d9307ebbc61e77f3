//! How round an image is about its middle.

/// The share of an image's variance that its radial profile explains, where its middle is bright: 1 for
/// a round source, about 0 for streaks, dipoles and noise, 0 for a dark middle or an image without
/// contrast. `square` is `side * side` values; rings are one pixel wide (our choice).
pub fn roundness(square: &[f32], side: usize) -> f64 {
    if side == 0 || square.len() != side * side || square.iter().any(|v| !v.is_finite()) {
        return 0.0;
    }
    let middle = (side as f64 - 1.0) / 2.0;
    let ring = |at: usize| {
        let (x, y) = ((at % side) as f64 - middle, (at / side) as f64 - middle);
        x.hypot(y).round() as usize
    };
    let mut rings = vec![(0.0, 0.0); 2 * side + 1];
    for (at, value) in square.iter().enumerate() {
        let (sum, count) = &mut rings[ring(at)];
        *sum += f64::from(*value);
        *count += 1.0;
    }
    let count = square.len() as f64;
    let mean = square.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let (mut all, mut left) = (0.0, 0.0);
    for (at, value) in square.iter().enumerate() {
        let (sum, count) = rings[ring(at)];
        all += (f64::from(*value) - mean).powi(2);
        left += (f64::from(*value) - sum / count).powi(2);
    }
    let (sum, in_middle) = rings[0];
    if all <= 0.0 || in_middle < 1.0 || sum / in_middle <= mean {
        return 0.0;
    }
    1.0 - left / all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(value: impl Fn(f64, f64) -> f64) -> Vec<f32> {
        let at = |at: usize| value((at % 21) as f64 - 10.0, (at / 21) as f64 - 10.0) as f32;
        (0..21 * 21).map(at).collect()
    }

    #[test]
    fn a_source_is_round_and_a_streak_or_a_dipole_is_not() {
        let gauss = |x: f64, y: f64| (-(x * x + y * y) / 8.0).exp();
        assert!(roundness(&image(gauss), 21) > 0.95);
        let column = image(|x, _| f64::from(u8::from(x.abs() < 0.5)));
        assert!(roundness(&column, 21) < 0.4);
        let dipole = image(|x, y| gauss(x - 2.0, y) - gauss(x + 2.0, y));
        assert!(roundness(&dipole, 21) < 0.1);
        let hole = image(|x, y| -gauss(x, y));
        assert!(roundness(&hole, 21).abs() < 1e-12);
    }

    #[test]
    fn what_shows_nothing_is_not_round() {
        assert!(roundness(&[], 0).abs() < 1e-12);
        assert!(roundness(&[3.0; 9], 3).abs() < 1e-12);
        assert!(roundness(&[f32::NAN; 9], 3).abs() < 1e-12);
        assert!(roundness(&[1.0; 8], 3).abs() < 1e-12);
    }
}
