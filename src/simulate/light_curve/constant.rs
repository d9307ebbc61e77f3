//! What does not change: a constant star, and no point source at all.

use super::{Drawn, LightCurve, Sampling, StarMagnitudes};
use crate::domain::Truth;
use crate::simulate::{Random, survey::Magnitudes};

/// Temperatures of constant stars, from M dwarfs to A stars, kelvin; our choice.
const TEMPERATURES_K: [f64; 2] = [3500.0, 9000.0];

/// A star that never changes.
pub fn draw_star(random: &mut Random, magnitudes: &Magnitudes, sampling: &Sampling<'_>) -> Drawn {
    let mag = magnitudes.star.draw(random);
    let [coolest, hottest] = TEMPERATURES_K;
    let temperature_k = random.log_uniform(coolest, hottest);
    Drawn {
        curve: LightCurve::Constant(StarMagnitudes::of_black_body(
            mag,
            sampling.band,
            temperature_k,
        )),
        truth: Truth {
            kind: "constant".into(),
            mag: Some(mag),
            ..Truth::default()
        },
        is_accepted: true,
    }
}

/// No point source: the scene brings a galaxy.
pub fn no_light() -> Drawn {
    Drawn {
        curve: LightCurve::Dark,
        truth: Truth {
            kind: "galaxy".into(),
            ..Truth::default()
        },
        is_accepted: true,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is constant is exactly so")]
mod tests {
    use super::*;
    use crate::domain::Band;
    use crate::simulate::light_curve::test_survey;

    #[test]
    fn a_constant_star_follows_the_law_of_stars_and_stays() {
        let sky = test_survey::hits();
        let magnitudes = test_survey::magnitudes();
        let law = |k: usize| magnitudes.star.quantile((k as f64 + 0.5) / 2000.0);
        let expected: Vec<_> = (0..2000).map(law).collect();
        let found: Vec<_> = (0..2000)
            .map(|index| {
                let mut random = Random::of(5, 0, index);
                let drawn = sky.sample(|sampling| draw_star(&mut random, &magnitudes, sampling));
                let mag = drawn.curve.magnitude(57_000.0, &Band::G);
                assert_eq!(drawn.curve.magnitude(58_000.3, &Band::G), mag);
                assert!((mag - drawn.truth.mag.unwrap()).abs() < 1e-9);
                mag
            })
            .collect();
        test_survey::assert_same_distribution(&found, &expected);
    }

    #[test]
    fn no_light_is_no_light() {
        assert_eq!(
            no_light().curve.magnitude(57_000.0, &Band::G),
            f64::INFINITY
        );
    }
}
