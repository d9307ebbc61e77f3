//! What changes in the sky: the light curve of a candidate of each class, by laws and templates.
//!
//! [`draw`] makes one. Built-in physics needs no file; where [`Templates`] hold curves of the kind
//! that is drawn, one of those is used in its place. Classes whose candidates must be seen to
//! change are drawn until they are, a bounded number of times; see [`Drawn::is_accepted`].

mod asteroid;
mod cepheid;
mod constant;
mod eclipsing_binary;
mod fourier_series;
mod passband;
mod periodic_star;
mod phase_table;
mod pulsating_star;
mod rr_lyrae;
mod sampling;
mod star_magnitudes;
mod supernova;

#[cfg(test)]
mod acceptance_tests;
#[cfg(test)]
mod test_sky;

pub use periodic_star::PeriodicStar;
pub use phase_table::PhaseTable;
pub use sampling::Sampling;
pub use star_magnitudes::StarMagnitudes;
pub use supernova::SupernovaCurve;

use super::survey::Magnitudes;
use super::{Random, SequenceClass};
use crate::domain::{Band, Templates, Truth};

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
    /// A supernova.
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
    /// The light.
    pub curve: LightCurve,
    /// Class, kind, magnitude, period, amplitude, epoch and redshift, as far as they have a
    /// meaning; the rest is left to the scene.
    pub truth: Truth,
    /// Whether it can be seen to be of its class at these visits, as the recipe demands. False
    /// only where the last try failed too, as with one visit or far too bright a sky; the curve
    /// is then the best of all tries.
    pub is_accepted: bool,
}

/// A light curve of a class, for a field that is visited as `sampling` says.
pub fn draw(
    class: SequenceClass,
    random: &mut Random,
    magnitudes: &Magnitudes,
    templates: &Templates,
    sampling: &Sampling<'_>,
) -> Drawn {
    let mut drawn = match class {
        SequenceClass::Supernova => supernova::draw(random, magnitudes, templates, sampling),
        SequenceClass::RrLyrae => rr_lyrae::draw(random, magnitudes, templates, sampling),
        SequenceClass::Cepheid => cepheid::draw(random, magnitudes, sampling),
        SequenceClass::EclipsingBinary => {
            eclipsing_binary::draw(random, magnitudes, templates, sampling)
        }
        SequenceClass::NonVariable => constant::draw_star(random, magnitudes, sampling),
        SequenceClass::Galaxy => constant::no_light(),
        SequenceClass::Asteroid => asteroid::draw(random, magnitudes, sampling),
    };
    drawn.truth.class = class.name();
    drawn
}
