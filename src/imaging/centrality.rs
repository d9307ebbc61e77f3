//! How much of a picture lies in its middle: what tells a star from an artefact without a label.

/// The middle is a disc of this part of the side as its radius (our choice).
const MIDDLE: f32 = 0.22;

/// The share of the brightness above the edge's level that lies in the middle, 0 to 1, of a square
/// picture (y, x). Pixels that are not finite count as the level; a flat picture has 0.
pub fn centrality(pixels: &[f32], side: usize) -> f32 {
    let level = edge_level(pixels, side);
    let middle = (side as f32 - 1.0) / 2.0;
    let radius = MIDDLE * side as f32;
    let (mut inside, mut all) = (0.0_f64, 0.0_f64);
    for (at, value) in pixels.iter().enumerate().take(side * side) {
        let above = value - level;
        if !above.is_finite() {
            continue;
        }
        let [x, y] = [at % side, at / side].map(|place| place as f32 - middle);
        // What is dark in the middle is no star: only brightness counts for it, all against it.
        all += f64::from(above.abs());
        if x.hypot(y) <= radius {
            inside += f64::from(above);
        }
    }
    if all > 0.0 {
        (inside / all).clamp(0.0, 1.0) as f32
    } else {
        0.0
    }
}

/// The median of the outermost pixels.
fn edge_level(pixels: &[f32], side: usize) -> f32 {
    let is_edge = |at: usize| {
        let (x, y) = (at % side, at / side);
        x == 0 || y == 0 || x + 1 == side || y + 1 == side
    };
    let edge = pixels.iter().enumerate().take(side * side);
    let mut edge: Vec<f32> = edge
        .filter(|(at, value)| is_edge(*at) && value.is_finite())
        .map(|(_, value)| *value)
        .collect();
    edge.sort_unstable_by(f32::total_cmp);
    edge.get(edge.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(value: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let at = |at: usize| value((at % 21) as f32 - 10.0, (at / 21) as f32 - 10.0);
        (0..441).map(at).collect()
    }

    #[test]
    fn a_star_is_central_and_artefacts_are_not() {
        let star = picture(|x, y| 3.0 + (-(x * x + y * y) / 8.0).exp());
        let dipole = picture(|x, y| {
            let blob = |at: f32| (-((x - at).powi(2) + y * y) / 8.0).exp();
            blob(2.0) - blob(-2.0)
        });
        let streak = picture(|x, _| (-x * x / 4.0).exp());
        let corner = picture(|x, y| (-((x - 7.0).powi(2) + (y - 7.0).powi(2)) / 8.0).exp());
        let [star, dipole, streak, corner] =
            [star, dipole, streak, corner].map(|pixels| centrality(&pixels, 21));
        assert!(star > 0.9, "{star}");
        assert!(
            dipole < 0.1 && corner < 0.1 && streak < 0.6,
            "{dipole} {corner} {streak}"
        );
    }

    #[test]
    fn nothing_to_see_is_not_central() {
        for pixels in [vec![5.0; 441], vec![f32::NAN; 441], Vec::new()] {
            assert!(centrality(&pixels, 21).abs() < 1e-6);
        }
        assert!(centrality(&[], 0).abs() < 1e-6);
    }
}
