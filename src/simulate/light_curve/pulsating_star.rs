//! What RR Lyrae stars and Cepheids have in common: a shape, a period, and an amplitude that is
//! smaller in the red.

use super::{Drawn, LightCurve, PeriodicStar, PhaseTable, Sampling, StarMagnitudes, passband};
use crate::domain::Truth;
use crate::simulate::{Random, survey::Magnitudes};

/// A pulsating star before it is placed in the sky.
pub struct PulsatingStar {
    /// Name of its kind.
    pub kind: &'static str,
    /// Period, days.
    pub period_days: f64,
    /// Peak-to-peak amplitude in g, magnitudes.
    pub amplitude_mag: f64,
    /// Amplitude in each of u, g, r, i, z and y relative to g.
    pub amplitude_ratios: [f64; passband::COUNT],
    /// Range of the mean temperature, kelvin.
    pub temperatures_k: [f64; 2],
    /// Light curve of mean 0 and peak-to-peak amplitude 1, with the maximum at phase 0.
    pub shape: PhaseTable,
}

impl PulsatingStar {
    /// A star of the survey's magnitudes, at a random phase at the first visit.
    pub fn draw(
        self,
        random: &mut Random,
        magnitudes: &Magnitudes,
        sampling: &Sampling<'_>,
    ) -> Drawn {
        let mag = magnitudes.star.draw(random);
        let [coolest, hottest] = self.temperatures_k;
        let temperature_k = random.uniform(coolest, hottest);
        let [first_mjd, _] = sampling.window_mjd();
        let epoch_mjd = first_mjd + random.unit() * self.period_days;
        let amplitudes = self
            .amplitude_ratios
            .map(|ratio| ratio * self.amplitude_mag);
        let amplitude_mag = amplitudes[passband::place(sampling.band)];
        Drawn {
            curve: LightCurve::Periodic(PeriodicStar {
                epoch_mjd,
                period_days: self.period_days,
                mean: StarMagnitudes::of_black_body(mag, sampling.band, temperature_k),
                amplitudes,
                shape: self.shape,
            }),
            truth: Truth {
                kind: self.kind.into(),
                mag: Some(mag),
                period_days: Some(self.period_days),
                amplitude_mag: Some(amplitude_mag),
                epoch_mjd: Some(epoch_mjd),
                ..Truth::default()
            },
            is_accepted: true,
        }
    }
}
