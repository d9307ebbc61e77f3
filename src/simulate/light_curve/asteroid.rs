//! An asteroid: it is there at one visit and gone at all others.

use super::sampling::DETECTION_SNR;
use super::{Drawn, LightCurve, Sampling, StarMagnitudes};
use crate::domain::Truth;
use crate::simulate::{Random, survey::Magnitudes};

/// Draws of visit and magnitude, until one is a detection.
const TRIES: usize = 30;

/// Asteroids reflect the Sun, kelvin.
const SOLAR_TEMPERATURE_K: f64 = 5772.0;

/// Light at one random visit, bright enough there to be detected (our choice: what is not
/// detected becomes no candidate). No light where there is no visit.
pub fn draw(random: &mut Random, magnitudes: &Magnitudes, sampling: &Sampling<'_>) -> Drawn {
    let mut best: Option<(f64, Drawn)> = None;
    for _ in 0..TRIES {
        let mag = magnitudes.asteroid.draw(random);
        let at = random.below(sampling.visits.len());
        let Some(visit) = sampling.visits.get(at) else {
            break;
        };
        let colored = StarMagnitudes::of_black_body(mag, sampling.band, SOLAR_TEMPERATURE_K);
        let mjd = visit.mjd.days();
        let curve = LightCurve::Moment {
            mjd,
            magnitudes: colored,
        };
        let snr = sampling.snr(at, curve.magnitude(mjd, &visit.band));
        if best.as_ref().is_some_and(|(known, _)| snr <= *known) {
            continue;
        }
        let is_accepted = snr > DETECTION_SNR;
        best = Some((snr, drawn(curve, mag, mjd, is_accepted)));
        if is_accepted {
            break;
        }
    }
    best.map_or_else(unseen, |(_, drawn)| drawn)
}

fn drawn(curve: LightCurve, mag: f64, mjd: f64, is_accepted: bool) -> Drawn {
    Drawn {
        curve,
        truth: Truth {
            kind: "asteroid".into(),
            mag: Some(mag),
            epoch_mjd: Some(mjd),
            ..Truth::default()
        },
        is_accepted,
    }
}

fn unseen() -> Drawn {
    Drawn {
        curve: LightCurve::Dark,
        truth: Truth {
            kind: "asteroid".into(),
            ..Truth::default()
        },
        is_accepted: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::light_curve::test_survey;

    #[test]
    fn it_shines_at_exactly_one_visit_and_each_visit_has_its_turn() {
        let sky = test_survey::hits();
        let mut turns = vec![0; sky.visits.len()];
        for index in 0..1000 {
            let mut random = Random::of(1, 0, index);
            let drawn =
                sky.sample(|sampling| draw(&mut random, &test_survey::magnitudes(), sampling));
            let lit: Vec<_> = (0..sky.visits.len())
                .filter(|&at| sky.magnitude(&drawn.curve, at).is_finite())
                .collect();
            assert_eq!(lit.len(), 1);
            assert_eq!(drawn.truth.epoch_mjd, Some(sky.visits[lit[0]].mjd.days()));
            turns[lit[0]] += 1;
        }
        // 40 expected at each of 25 visits, with a standard deviation of 6.2.
        assert!(
            turns.iter().all(|turn| (15..70).contains(turn)),
            "{turns:?}"
        );
    }
}
