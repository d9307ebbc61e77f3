//! What changes in the sky: the light curve of a candidate of each class, by laws and templates.
//!
//! [`draw`] makes one. Built-in physics needs no file; where [`Templates`] hold curves of the kind
//! that is drawn, one of those is used in its place. Classes whose candidates must be seen to
//! change are drawn until they are, a bounded number of times; see [`Drawn::is_accepted`].

mod asteroid;
mod cepheid;
mod constant;
mod curve;
mod eclipsing_binary;
mod fourier_series;
mod passband;
mod phase_table;
mod pulsating_star;
mod rr_lyrae;
mod sampling;
mod supernova;

#[cfg(test)]
mod acceptance_tests;
#[cfg(test)]
pub(in crate::simulate) mod test_survey;

pub use curve::{Drawn, LightCurve, PeriodicStar};
pub use passband::StarMagnitudes;
pub use phase_table::PhaseTable;
pub use sampling::Sampling;
pub use supernova::SupernovaCurve;

use super::survey::Magnitudes;
use super::{Random, SequenceClass};
use crate::domain::Templates;

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
