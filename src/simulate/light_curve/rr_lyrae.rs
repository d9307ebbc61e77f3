//! RR Lyrae stars: the sawtooth of type ab and the near-sinusoid of type c.

use super::fourier_series::{self, Harmonic};
use super::pulsating_star::PulsatingStar;
use super::{Drawn, PhaseTable, Sampling, passband};
use crate::domain::Templates;
use crate::simulate::{Random, survey::Magnitudes};

/// Share of type c.
const SHARE_C: f64 = 0.25;

/// Amplitude in u, g, r, i, z, y over that in g: pulsation changes the temperature most, and that
/// shows least in the red. Our choice, near what RR Lyrae stars of the Sloan survey show.
const AMPLITUDE_RATIOS: [f64; passband::COUNT] = [0.95, 1.0, 0.72, 0.58, 0.53, 0.51];

/// Mean temperatures, kelvin: the width of the instability strip; our choice.
const TEMPERATURES_K: [f64; 2] = [6000.0, 7300.0];

/// Period (days) and g amplitude (mag) of a type: normal, clamped.
struct Law {
    kind: &'static str,
    /// Mean, standard deviation and limits.
    period_days: (f64, f64, [f64; 2]),
    amplitude_mag: (f64, f64, [f64; 2]),
    /// Correlation of the two: among RRab long periods go with small amplitudes (the period–
    /// amplitude diagram of Bailey). The strength is our choice.
    correlation: f64,
}

const TYPE_AB: Law = Law {
    kind: "RRab",
    period_days: (0.57, 0.08, [0.4, 0.9]),
    amplitude_mag: (1.0, 0.27, [0.3, 1.6]),
    correlation: -0.6,
};

const TYPE_C: Law = Law {
    kind: "RRc",
    period_days: (0.33, 0.05, [0.22, 0.46]),
    amplitude_mag: (0.5, 0.12, [0.2, 0.8]),
    correlation: 0.0,
};

/// An RR Lyrae star; its shape is a template of its type where there is one.
pub fn draw(
    random: &mut Random,
    magnitudes: &Magnitudes,
    templates: &Templates,
    sampling: &Sampling<'_>,
) -> Drawn {
    let is_c = random.chance(SHARE_C);
    let law = if is_c { &TYPE_C } else { &TYPE_AB };
    let [period_days, amplitude_mag] = law.draw(random);
    let shape = template_shape(random, templates, law.kind).unwrap_or_else(|| {
        if is_c {
            shape_c(random)
        } else {
            shape_ab(random, amplitude_mag)
        }
    });
    let star = PulsatingStar {
        kind: law.kind,
        period_days,
        amplitude_mag,
        amplitude_ratios: AMPLITUDE_RATIOS,
        temperatures_k: TEMPERATURES_K,
        shape,
    };
    star.draw(random, magnitudes, sampling)
}

impl Law {
    fn draw(&self, random: &mut Random) -> [f64; 2] {
        let first = random.standard_normal();
        let other = random.standard_normal();
        let second =
            self.correlation * first + (1.0 - self.correlation * self.correlation).sqrt() * other;
        let scaled = |(mean, sigma, [low, high]): (f64, f64, [f64; 2]), normal: f64| {
            (mean + sigma * normal).clamp(low, high)
        };
        [
            scaled(self.period_days, first),
            scaled(self.amplitude_mag, second),
        ]
    }
}

fn template_shape(random: &mut Random, templates: &Templates, kind: &str) -> Option<PhaseTable> {
    let of_kind = || templates.rr_lyrae.iter().filter(|curve| curve.kind == kind);
    let count = of_kind().count();
    let curve = of_kind().nth(random.below(count))?;
    PhaseTable::from_template(curve).map(PhaseTable::centred)
}

/// The larger the amplitude, the steeper the rise. Values are our choice, typical of g.
fn shape_ab(random: &mut Random, amplitude_mag: f64) -> PhaseTable {
    let (_, _, [smallest, largest]) = TYPE_AB.amplitude_mag;
    let steepness = ((amplitude_mag - smallest) / (largest - smallest) + random.normal(0.0, 0.1))
        .clamp(0.0, 1.0);
    // Ratio and phase of the harmonics 2 to 6: at the smallest amplitude, and the change to the
    // largest.
    let terms = [
        ([0.38, 0.09], [4.00, -0.2]),
        ([0.20, 0.14], [2.10, -0.45]),
        ([0.08, 0.13], [0.40, -0.9]),
        ([0.03, 0.11], [4.90, -1.2]),
        ([0.01, 0.07], [3.50, -2.0]),
    ];
    let along = |[start, change]: [f64; 2]| start + change * steepness;
    fourier_series::table(&terms.map(|(ratio, phase)| Harmonic {
        ratio: along(ratio) * (1.0 + random.normal(0.0, 0.03)),
        phase: along(phase) + random.normal(0.0, 0.04),
    }))
}

/// A sinusoid with a little of its harmonics; values are our choice, typical of g.
fn shape_c(random: &mut Random) -> PhaseTable {
    let terms = [(0.17, 0.03, 4.65), (0.07, 0.015, 3.0), (0.03, 0.01, 1.4)];
    fourier_series::table(&terms.map(|(ratio, spread, phase)| Harmonic {
        ratio: random.normal(ratio, spread).max(0.0),
        phase: phase + random.normal(0.0, 0.1),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, PhaseCurve, Truth};
    use crate::simulate::light_curve::{LightCurve, PeriodicStar, test_survey};

    fn stars(templates: &Templates, count: u64) -> Vec<(PeriodicStar, Truth)> {
        let (sky, magnitudes) = (test_survey::hits(), test_survey::magnitudes());
        let star = |index| {
            let mut random = Random::of(2, 0, index);
            let drawn = sky.sample(|at| draw(&mut random, &magnitudes, templates, at));
            match drawn.curve {
                LightCurve::Periodic(star) => (star, drawn.truth),
                other => panic!("{other:?} does not pulsate"),
            }
        };
        (0..count).map(star).collect()
    }

    /// Phase from the faintest to the brightest point.
    fn rise(shape: &PhaseTable) -> f64 {
        let phases = (0..1000).map(|k| f64::from(k) / 1000.0);
        let faintest = phases.max_by(|a, b| shape.at(*a).total_cmp(&shape.at(*b)));
        1.0 - faintest.unwrap()
    }

    #[test]
    fn periods_and_amplitudes_follow_their_laws() {
        let stars = stars(&Templates::default(), 4000);
        let mut random = Random::of(99, 0, 0);
        for (law, share) in [(&TYPE_AB, 0.75), (&TYPE_C, 0.25)] {
            let of_type: Vec<_> = stars.iter().filter(|s| s.1.kind == law.kind).collect();
            // A standard deviation of 0.007.
            assert!((of_type.len() as f64 / 4000.0 - share).abs() < 0.025);
            let mut drawn_by = |(mean, sigma, within)| -> Vec<f64> {
                let mut value = || random.normal_within(mean, sigma, within);
                (0..4000).map(|_| value()).collect()
            };
            let periods: Vec<_> = of_type.iter().map(|s| s.1.period_days.unwrap()).collect();
            test_survey::assert_same_distribution(&periods, &drawn_by(law.period_days));
            let amplitudes: Vec<_> = of_type.iter().map(|s| s.1.amplitude_mag.unwrap()).collect();
            test_survey::assert_same_distribution(&amplitudes, &drawn_by(law.amplitude_mag));
        }
    }

    #[test]
    fn type_ab_rises_much_faster_than_it_falls_and_type_c_does_not() {
        let mut rises = [const { Vec::new() }; 2];
        for (star, truth) in stars(&Templates::default(), 500) {
            let rise = rise(&star.shape);
            assert!((star.shape.range() - 1.0).abs() < 1e-6);
            if truth.kind == "RRab" {
                assert!((0.05..0.3).contains(&rise), "{rise} {truth:?}");
                rises[0].push(rise);
            } else {
                assert!((0.3..0.55).contains(&rise), "{rise} {truth:?}");
                rises[1].push(rise);
            }
        }
        let [ab, c] = rises.map(|rises| rises.iter().sum::<f64>() / rises.len() as f64);
        assert!(
            (0.12..0.22).contains(&ab) && (0.36..0.45).contains(&c),
            "{ab} {c}"
        );
    }

    #[test]
    fn large_amplitudes_are_steep_and_red_bands_are_quiet() {
        let stars = stars(&Templates::default(), 2000);
        let mean_rise = |is_wanted: fn(f64) -> bool| {
            let of_type = stars.iter().filter(|s| s.1.kind == "RRab");
            let wanted = of_type.filter(|s| is_wanted(s.1.amplitude_mag.unwrap()));
            let rises: Vec<_> = wanted.map(|s| rise(&s.0.shape)).collect();
            rises.iter().sum::<f64>() / rises.len() as f64
        };
        assert!(mean_rise(|amplitude| amplitude > 1.2) < mean_rise(|amplitude| amplitude < 0.8));
        let (star, _) = &stars[0];
        let change = |band| {
            let curve = LightCurve::Periodic(star.clone());
            let faint = curve.magnitude(star.epoch_mjd + 0.7 * star.period_days, &band);
            faint - curve.magnitude(star.epoch_mjd, &band)
        };
        assert!(change(Band::G) > change(Band::R) && change(Band::R) > change(Band::I));
    }

    #[test]
    fn a_template_of_the_type_is_the_shape() {
        let template = |kind: &str, values: &[f32]| PhaseCurve {
            kind: kind.into(),
            period_days: None,
            phases: [0.0, 0.25, 0.5, 0.75, 1.0].into(),
            values: values.to_vec(),
        };
        let templates = Templates {
            rr_lyrae: vec![template("RRab", &[0.0, 0.5, 0.7, 1.0, 0.0])],
            ..Templates::default()
        };
        for (star, truth) in stars(&templates, 100) {
            if truth.kind == "RRab" {
                // The mean of the cycle, 0.55, is taken off; halfway from 0.7 to 1 lies 0.85.
                let mjd = star.epoch_mjd + 0.625 * star.period_days;
                assert!((star.variation(mjd) - 0.3).abs() < 1e-6);
            } else {
                assert!(
                    rise(&star.shape) > 0.3,
                    "no template of type c: the built-in shape"
                );
            }
        }
    }
}
