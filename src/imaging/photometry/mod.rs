//! Photometry of point sources on stamps, real or simulated.
//!
//! [`measure`] gives the flux of one source on one image by one of three [`Method`]s, each with its
//! error; [`light_curve`] does so for a sequence in memory. All of them bring the flux to that of
//! the whole point source: what lies outside of a mask or aperture, on missing pixels or beyond
//! the edge is made up for by the point-spread function. [`measure_width`] finds that function's
//! width on a stamp.

mod aperture;
pub mod background;
pub mod calibration;
pub mod empirical_psf;
mod estimate;
pub mod flags;
pub mod frame;
mod measurement;
pub mod moments;
pub mod noise;
mod psf_fit;
pub mod psf_shape;
mod request;
pub mod sequence;
pub mod stars;
#[cfg(test)]
mod test_sky;
pub mod width;
mod width_fit;

pub use background::{Background, Ring, background};
pub use calibration::{Brightness, Calibration, DETECTION_SIGMA, ab_from_njy};
pub use empirical_psf::EmpiricalPsf;
pub use flags::Flags;
pub use frame::Frame;
pub use measurement::{best_aperture, measure};
pub use noise::Noise;
pub use psf_shape::{Ellipse, PsfShape};
pub use request::{Measured, Method, Request};
pub use sequence::light_curve;
pub use stars::stars_width;
pub use width::{Width, measure_usual_width, measure_width};
