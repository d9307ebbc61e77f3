//! Classical Cepheids: three Fourier terms that change with the period (the Hertzsprung
//! progression), in the fundamental mode and the first overtone.

use super::fourier_series::{self, Harmonic};
use super::pulsating_star::PulsatingStar;
use super::{Drawn, PhaseTable, Sampling, passband};
use crate::simulate::{Random, survey::Magnitudes};

/// Share of first-overtone pulsators.
const SHARE_OVERTONE: f64 = 0.3;

/// Periods of the fundamental mode and of the first overtone, days; uniform in the logarithm.
const FUNDAMENTAL_DAYS: [f64; 2] = [1.2, 50.0];
const OVERTONE_DAYS: [f64; 2] = [0.8, 6.0];

/// Amplitude in u, g, r, i, z, y over that in g; our choice.
const AMPLITUDE_RATIOS: [f64; passband::COUNT] = [1.3, 1.0, 0.72, 0.58, 0.5, 0.46];

/// Mean temperatures, kelvin; our choice.
const TEMPERATURES_K: [f64; 2] = [5000.0, 6300.0];

/// A Cepheid. Laws of period, amplitude and Fourier terms are our choice, close to what survey
/// light curves show.
pub fn draw(random: &mut Random, magnitudes: &Magnitudes, sampling: &Sampling<'_>) -> Drawn {
    let star = if random.chance(SHARE_OVERTONE) {
        let [shortest, longest] = OVERTONE_DAYS;
        PulsatingStar {
            kind: "first_overtone",
            period_days: random.log_uniform(shortest, longest),
            amplitude_mag: random.uniform(0.2, 0.6),
            amplitude_ratios: AMPLITUDE_RATIOS,
            temperatures_k: TEMPERATURES_K,
            shape: overtone(random),
        }
    } else {
        let [shortest, longest] = FUNDAMENTAL_DAYS;
        let period_days = random.log_uniform(shortest, longest);
        PulsatingStar {
            kind: "fundamental",
            period_days,
            amplitude_mag: random.normal_within(0.85, 0.25, [0.3, 1.5]),
            amplitude_ratios: AMPLITUDE_RATIOS,
            temperatures_k: TEMPERATURES_K,
            shape: fundamental(random, period_days),
        }
    };
    star.draw(random, magnitudes, sampling)
}

/// R21 dips at 10 days, where the bump stands at maximum light, and the phases run with the
/// logarithm of the period.
fn fundamental(random: &mut Random, period_days: f64) -> PhaseTable {
    let log_period = period_days.log10();
    let dip = (-((log_period - 1.0) / 0.15).powi(2)).exp();
    let ratio = (0.42 - 0.25 * dip) * random.uniform(0.8, 1.2);
    let second = 4.0 + 0.9 * log_period + random.normal(0.0, 0.15);
    let third = 1.6 + 2.0 * log_period + random.normal(0.0, 0.2);
    three_terms(ratio, second, third)
}

fn overtone(random: &mut Random) -> PhaseTable {
    let ratio = 0.2 * random.uniform(0.8, 1.2);
    let second = random.normal(4.3, 0.15);
    three_terms(ratio, second, random.normal(2.5, 0.2))
}

fn three_terms(ratio: f64, second: f64, third: f64) -> PhaseTable {
    /// R31 / R21.
    const THIRD_OVER_SECOND: f64 = 0.45;
    fourier_series::table(&[
        Harmonic {
            ratio,
            phase: second,
        },
        Harmonic {
            ratio: THIRD_OVER_SECOND * ratio,
            phase: third,
        },
    ])
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "periods are given, not computed")]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::simulate::light_curve::{LightCurve, PeriodicStar, fourier_series, test_survey};

    fn stars(count: u64) -> Vec<(PeriodicStar, String)> {
        let (sky, magnitudes) = (test_survey::hits(), test_survey::magnitudes());
        let star = |index| {
            let mut random = Random::of(3, 0, index);
            let drawn = sky.sample(|sampling| draw(&mut random, &magnitudes, sampling));
            match drawn.curve {
                LightCurve::Periodic(star) => (star, drawn.truth.kind),
                other => panic!("{other:?} does not pulsate"),
            }
        };
        (0..count).map(star).collect()
    }

    #[test]
    fn periods_and_amplitudes_follow_their_laws() {
        let stars = stars(3000);
        let mut random = Random::of(98, 0, 0);
        let of_kind = |kind: &str, value: fn(&PeriodicStar) -> f64| -> Vec<f64> {
            let wanted = stars.iter().filter(|star| star.1 == kind);
            wanted.map(|star| value(&star.0)).collect()
        };
        let mut many = |law: &dyn Fn(&mut Random) -> f64| -> Vec<f64> {
            (0..4000).map(|_| law(&mut random)).collect()
        };
        let (period, amplitude) = (
            |star: &PeriodicStar| star.period_days,
            |star: &PeriodicStar| star.amplitudes[1],
        );
        for (kind, value, law) in [
            (
                "fundamental",
                period as fn(&_) -> f64,
                &(|r: &mut Random| r.log_uniform(1.2, 50.0)) as &dyn Fn(&mut Random) -> f64,
            ),
            ("fundamental", amplitude, &|r| {
                r.normal_within(0.85, 0.25, [0.3, 1.5])
            }),
            ("first_overtone", period, &|r| r.log_uniform(0.8, 6.0)),
            ("first_overtone", amplitude, &|r| r.uniform(0.2, 0.6)),
        ] {
            test_survey::assert_same_distribution(&of_kind(kind, value), &many(law));
        }
        let share = of_kind("first_overtone", period).len() as f64 / 3000.0;
        assert!((share - 0.3).abs() < 0.03, "{share}");
    }

    /// Phase after maximum light at which the harmonics beyond the first are brightest.
    fn bump(shape: &PhaseTable) -> f64 {
        let steps = 400;
        let phases = || (0..steps).map(|k| f64::from(k) / f64::from(steps));
        let (re, im) = phases().fold((0.0, 0.0), |(re, im), phase| {
            let (sin, cos) = (TAU * phase).sin_cos();
            (
                re + 2.0 * shape.at(phase) * cos,
                im + 2.0 * shape.at(phase) * sin,
            )
        });
        let beyond = |phase: f64| {
            let (sin, cos) = (TAU * phase).sin_cos();
            shape.at(phase) - (re * cos + im * sin) / f64::from(steps)
        };
        let brightest = phases().min_by(|a, b| beyond(*a).total_cmp(&beyond(*b)));
        // Just before maximum light is a negative phase.
        (brightest.unwrap() + 0.5) % 1.0 - 0.5
    }

    #[test]
    fn the_bump_moves_with_the_period() {
        let mean = |period: f64, value: &dyn Fn(&PhaseTable) -> f64| {
            let mut random = Random::of(4, 0, 0);
            let values = (0..200).map(|_| value(&fundamental(&mut random, period)));
            values.sum::<f64>() / 200.0
        };
        // From 2 to 10 days it runs towards and onto the rise, without a step back.
        let bumps = [2.0, 4.0, 6.0, 8.0, 10.0].map(|period| mean(period, &bump));
        assert!(bumps.is_sorted_by(|a, b| a > b), "{bumps:?}");
        assert!(bumps[0] - bumps[4] > 0.04, "{bumps:?}");
        for period in [2.0, 10.0, 40.0_f64] {
            let second = mean(period, &|shape| fourier_series::harmonic_of(shape, 2).phase);
            let ratio = mean(period, &|shape| fourier_series::harmonic_of(shape, 2).ratio);
            let expected = 4.0 + 0.9 * period.log10();
            // Standard deviations of the means: 0.011 and 0.003.
            assert!((second - expected).abs() < 0.04, "{period}: {second}");
            let expected = if period == 10.0 { 0.17 } else { 0.42 };
            assert!((ratio - expected).abs() < 0.015, "{period}: {ratio}");
        }
    }
}
