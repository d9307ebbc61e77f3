//! Waves that a light curve is made of: three frequencies with four harmonics each.

use std::f64::consts::TAU;

use super::named::Named;
use crate::lightcurve::{
    LightCurve,
    period::{Grid, Period, highest_peak},
};

const FREQUENCIES: usize = 3;
const HARMONICS: usize = 4;

/// Fills in `Freq1…3_harmonics_amplitude_0…3` and `Freq1…3_harmonics_rel_phase_0…3`.
///
/// As in FATS the four harmonics of the best frequency are fitted one by one, each with a constant,
/// and then taken away together; the next frequency is the best of what is left. Phases are
/// arctan(cosine part / sine part), seen from that of the first harmonic. A harmonic that the times
/// do not determine has amplitude and phase 0.
pub(super) fn fill(curve: &LightCurve, period: Option<&Period>, grid: &Grid, named: &mut Named) {
    let days = curve.days_since_first();
    let weights = vec![1.0; days.len()];
    let mut left = curve.fluxes().to_vec();
    let mut frequency = period.map(|period| period.days.recip());
    for number in 1..=FREQUENCIES {
        let Some(base) = frequency else {
            return;
        };
        let waves: [Wave; HARMONICS] =
            std::array::from_fn(|k| Wave::fitted((k + 1) as f64 * base, &days, &left));
        for (k, wave) in waves.iter().enumerate() {
            let (amplitude, phase) = (wave.amplitude(), wave.phase() - waves[0].phase());
            named.set(
                &format!("Freq{number}_harmonics_amplitude_{k}"),
                Some(amplitude),
            );
            named.set(
                &format!("Freq{number}_harmonics_rel_phase_{k}"),
                Some(phase),
            );
        }
        for (day, flux) in days.iter().zip(&mut left) {
            *flux -= waves.iter().map(|wave| wave.at(*day)).sum::<f64>();
        }
        if number < FREQUENCIES {
            let peak = highest_peak(&days, &left, &weights, grid);
            frequency = peak.map(|peak| peak.frequency);
        }
    }
}

/// `sine sin(2π f t) + cosine cos(2π f t) + constant`.
#[derive(Clone, Copy, Debug, Default)]
struct Wave {
    frequency: f64,
    sine: f64,
    cosine: f64,
    constant: f64,
}

impl Wave {
    /// By least squares; the mean alone where the times do not determine the wave.
    fn fitted(frequency: f64, days: &[f64], values: &[f64]) -> Self {
        let n = days.len() as f64;
        let turns: Vec<(f64, f64)> = days
            .iter()
            .map(|t| (TAU * frequency * t).sin_cos())
            .collect();
        let mean = |of: &dyn Fn(usize) -> f64| (0..days.len()).map(of).sum::<f64>() / n;
        let s = mean(&|k| turns[k].0);
        let c = mean(&|k| turns[k].1);
        let y = mean(&|k| values[k]);
        // Moments about the means: the constant is then fitted by itself.
        let ss = mean(&|k| (turns[k].0 - s).powi(2));
        let cc = mean(&|k| (turns[k].1 - c).powi(2));
        let sc = mean(&|k| (turns[k].0 - s) * (turns[k].1 - c));
        let sy = mean(&|k| (turns[k].0 - s) * (values[k] - y));
        let cy = mean(&|k| (turns[k].1 - c) * (values[k] - y));
        let det = ss * cc - sc * sc;
        if det <= 1e-9 {
            return Self {
                frequency,
                constant: y,
                ..Self::default()
            };
        }
        let sine = (sy * cc - cy * sc) / det;
        let cosine = (cy * ss - sy * sc) / det;
        Self {
            frequency,
            sine,
            cosine,
            constant: y - sine * s - cosine * c,
        }
    }

    fn at(&self, day: f64) -> f64 {
        let (s, c) = (TAU * self.frequency * day).sin_cos();
        self.sine * s + self.cosine * c + self.constant
    }

    fn amplitude(&self) -> f64 {
        self.sine.hypot(self.cosine)
    }

    fn phase(&self) -> f64 {
        let phase = (self.cosine / self.sine).atan();
        if phase.is_nan() { 0.0 } else { phase }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{check, curve, uneven},
        *,
    };

    fn period(days: f64) -> Period {
        Period {
            days,
            power: 1.0,
            false_alarm: 0.0,
            zero_mjd: 0.0,
        }
    }

    // At even times over whole periods waves do not disturb each other: what was put in comes out.
    #[test]
    fn a_sum_of_waves_is_taken_apart() {
        let times: Vec<f64> = (0..400).map(|k| f64::from(k) * 0.05).collect();
        let wave = |t: &f64| {
            30.0 + 5.0 * (TAU * 0.5 * t + 0.3).sin()
                + 2.0 * (TAU * t + 1.0).sin()
                + 0.5 * (TAU * 1.5 * t).sin()
                + 0.25 * (TAU * 2.3 * t).sin()
        };
        let fluxes: Vec<f64> = times.iter().map(wave).collect();
        let light = curve(&times, &fluxes, &vec![1.0; 400]);
        let mut named = Named::default();
        fill(&light, Some(&period(2.0)), &Grid::default(), &mut named);
        for (name, expected, tolerance) in [
            ("Freq1_harmonics_amplitude_0", 5.0, 1e-3),
            ("Freq1_harmonics_amplitude_1", 2.0, 1e-3),
            ("Freq1_harmonics_amplitude_2", 0.5, 1e-3),
            ("Freq1_harmonics_amplitude_3", 0.0, 1e-3),
            ("Freq1_harmonics_rel_phase_0", 0.0, 1e-6),
            ("Freq1_harmonics_rel_phase_1", 1.0 - 0.3, 1e-3),
            ("Freq1_harmonics_rel_phase_2", -0.3, 1e-2),
            ("Freq2_harmonics_amplitude_0", 0.25, 1e-2),
            ("Freq3_harmonics_amplitude_0", 0.0, 2e-2),
        ] {
            let found = f64::from(named.0[super::super::place(name).unwrap()]);
            assert!((found - expected).abs() < tolerance, "{name}: {found}");
        }
    }

    // Numbers of a numpy twin: lstsq of sine, cosine and constant at f, 2f, 3f and 4f.
    #[test]
    fn harmonics_are_those_of_least_squares() {
        let fitted =
            |named: &mut Named| fill(&uneven(), Some(&period(1.7)), &Grid::default(), named);
        check(fitted, &TWIN);
    }

    const TWIN: [(&str, f64); 7] = [
        ("Freq1_harmonics_amplitude_0", 1.345_920_542_9),
        ("Freq1_harmonics_amplitude_1", 0.332_080_437_2),
        ("Freq1_harmonics_amplitude_2", 1.789_996_740_8),
        ("Freq1_harmonics_amplitude_3", 2.516_605_404_7),
        ("Freq1_harmonics_rel_phase_1", -0.211_387_510_2),
        ("Freq1_harmonics_rel_phase_2", -0.057_813_290_3),
        ("Freq1_harmonics_rel_phase_3", -0.417_916_085_3),
    ];
}
