//! Magnitude against time and band, and what is known of where it came from.

use super::{
    passband::{self, StarMagnitudes},
    phase_table::PhaseTable,
    supernova::SupernovaCurve,
};
use crate::domain::{Band, Truth};

/// Magnitude against time and band.
#[derive(Clone, Debug, PartialEq)]
pub enum LightCurve {
    /// No light at any time.
    Dark,
    /// A star that never changes.
    Constant(StarMagnitudes),
    /// Light at the time of one visit only: an asteroid passing by.
    Moment {
        /// Time of that visit, MJD.
        mjd: f64,
        /// How bright it is then.
        magnitudes: StarMagnitudes,
    },
    /// A star that repeats itself.
    Periodic(PeriodicStar),
    Supernova(SupernovaCurve),
}

impl LightCurve {
    /// Magnitude at a time (MJD) in a band; `f64::INFINITY` where there is no light.
    ///
    /// A filter that is none of u, g, r, i, z and y is taken for r.
    pub fn magnitude(&self, mjd: f64, band: &Band) -> f64 {
        // A tenth of a second: visits are never that close.
        const SAME_TIME_DAYS: f64 = 1e-6;
        let place = passband::place(band);
        match self {
            Self::Moment {
                mjd: seen,
                magnitudes,
            } if (mjd - seen).abs() < SAME_TIME_DAYS => magnitudes.at(place),
            Self::Dark | Self::Moment { .. } => f64::INFINITY,
            Self::Constant(magnitudes) => magnitudes.at(place),
            Self::Periodic(star) => star.magnitude(mjd, place),
            Self::Supernova(supernova) => supernova.magnitude(mjd, place),
        }
    }
}

/// A light curve and the recipe it came out of.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub curve: LightCurve,
    /// Class, kind, magnitude, period, amplitude, epoch and redshift, as far as they have a
    /// meaning; the rest is left to the scene.
    pub truth: Truth,
    /// Whether it can be seen to be of its class at these visits, as the recipe demands. False
    /// only where the last try failed too, as with one visit or far too bright a sky; the curve
    /// is then the best of all tries.
    pub is_accepted: bool,
}

/// A star whose light repeats: a shape in phase, scaled in each band.
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
    fn magnitude(&self, mjd: f64, place: usize) -> f64 {
        self.mean.at(place) + self.amplitudes[place] * self.variation(mjd)
    }

    /// The shape at a time (MJD).
    pub(super) fn variation(&self, mjd: f64) -> f64 {
        self.shape.at((mjd - self.epoch_mjd) / self.period_days)
    }
}
