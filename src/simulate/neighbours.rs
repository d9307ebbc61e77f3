//! Stars beside the target.

use super::{
    Random,
    light_curve::{LightCurve, StarMagnitudes},
    survey::Neighbours,
};
use crate::domain::Band;

/// Temperatures of stars in the field, kelvin, as of the constant targets; our choice.
const TEMPERATURES_K: [f64; 2] = [3500.0, 9000.0];
/// Nearest neighbour, pixels (recipes), and the farthest, in sides of the stamp: the light of a
/// star beyond its corner still shows.
const NEAREST_PX: f64 = 4.5;
const FARTHEST_SIDES: f64 = 0.76;

/// A constant star.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    pub light: LightCurve,
    /// Where it is, pixels from the target: (x, y).
    pub offset_px: [f64; 2],
}

impl Neighbours {
    /// The stars beside one target; mostly none.
    pub fn draw(&self, band: &Band, stamp_side_px: usize, random: &mut Random) -> Vec<Neighbour> {
        if !random.chance(self.share) {
            return Vec::new();
        }
        let count = self.number.draw(random).round() as usize;
        let farthest = FARTHEST_SIDES * stamp_side_px as f64;
        let star = |_| {
            // Uniform in the radius, as in the recipes: neighbours that matter are near.
            let radius = random.uniform(NEAREST_PX, farthest.max(NEAREST_PX));
            let (sin, cos) = random.uniform(0.0, std::f64::consts::TAU).sin_cos();
            let mag = self.magnitude.draw(random);
            let temperature_k = random.log_uniform(TEMPERATURES_K[0], TEMPERATURES_K[1]);
            let magnitudes = StarMagnitudes::of_black_body(mag, band, temperature_k);
            Neighbour {
                light: LightCurve::Constant(magnitudes),
                offset_px: [radius * cos, radius * sin],
            }
        };
        (0..count).map(star).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Survey;

    #[test]
    fn neighbours_are_as_many_and_as_far_as_the_survey_says() {
        let survey = Survey::built_in("hits2015").unwrap();
        let drawn: Vec<_> = (0..4000)
            .map(|index| {
                let mut random = Random::of(2, 0, index);
                survey.neighbours.draw(&Band::G, 21, &mut random)
            })
            .collect();
        let some = drawn.iter().filter(|list| !list.is_empty()).count();
        // 25 %: 1000, standard deviation 27.
        assert!(some.abs_diff(1000) < 110, "{some}");
        let all: Vec<_> = drawn.iter().flatten().collect();
        let mean = all.len() as f64 / some as f64;
        // One, two, three and four of them with 50, 34, 13 and 3 %: 1.69.
        assert!((mean - 1.69).abs() < 0.09, "{mean}");
        for star in all {
            let distance = star.offset_px[0].hypot(star.offset_px[1]);
            assert!((4.5..=16.0).contains(&distance), "{distance}");
            let mag = star.light.magnitude(57_000.0, &Band::G);
            assert!((15.5..=23.2).contains(&mag), "{mag}");
        }
    }
}
