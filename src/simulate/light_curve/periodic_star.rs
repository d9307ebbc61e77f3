//! A star whose light repeats: a shape in phase, scaled in each band.

use super::{PhaseTable, StarMagnitudes, passband};

/// A periodic star.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodicStar {
    /// Time of phase 0, MJD.
    pub epoch_mjd: f64,
    /// Period, days.
    pub period_days: f64,
    /// Magnitude in each band where the shape is 0: the mean over a cycle.
    pub mean: StarMagnitudes,
    /// What the shape is multiplied with in each of u, g, r, i, z and y.
    pub amplitudes: [f64; passband::COUNT],
    /// Magnitudes against phase, of mean 0.
    pub shape: PhaseTable,
}

impl PeriodicStar {
    /// Magnitude at a time (MJD) in the band of this number.
    pub(super) fn magnitude(&self, mjd: f64, place: usize) -> f64 {
        self.mean.at(place) + self.amplitudes[place] * self.variation(mjd)
    }

    /// The shape at a time (MJD).
    pub(super) fn variation(&self, mjd: f64) -> f64 {
        self.shape.at((mjd - self.epoch_mjd) / self.period_days)
    }
}
