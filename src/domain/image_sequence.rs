//! A candidate's images in memory: what the simulator makes, networks take and files hold; the detector
//! that recorded them, and what a simulated candidate really is.

use std::sync::Arc;

use super::{DifferenceSign, Role, Visit};

/// Images of one candidate at consecutive visits; a triplet is a sequence of one visit.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSequence {
    pub id: Arc<str>,
    /// Width of every image, pixels.
    pub width: usize,
    /// Height of every image, pixels.
    pub height: usize,
    /// The CCD.
    pub detector: Detector,
    pub epochs: Vec<SequenceEpoch>,
    /// For each role its images, (epoch, y, x), in role order. Units are ADU; ADU² for the
    /// variance; none for S/N and PSF.
    pub images: Vec<(Role, Vec<f32>)>,
    /// What it really is, where that is known.
    pub truth: Option<Truth>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SequenceEpoch {
    /// Time and conditions.
    pub visit: Visit,
    /// Where the target lies in the image, pixels from the centre of the first one: (x, y).
    pub centroid_px: [f32; 2],
    /// Full width at half maximum of a point source in the science image, pixels, where it is known
    /// apart from the reported seeing.
    pub psf_fwhm_px: Option<f32>,
    /// Which image was subtracted from which.
    pub difference_sign: DifferenceSign,
    /// Measured magnitude and its standard deviation.
    pub measured_mag: Option<[f32; 2]>,
    /// True counts of the target in the science image, ADU, where they are known.
    pub true_counts_adu: Option<f32>,
}

impl ImageSequence {
    /// All images of a role, (epoch, y, x).
    pub fn cube(&self, role: Role) -> Option<&[f32]> {
        let mut images = self.images.iter();
        images.find_map(|(known, cube)| (*known == role).then_some(cube.as_slice()))
    }

    /// The image of a role at an epoch, (y, x).
    pub fn image(&self, role: Role, epoch: usize) -> Option<&[f32]> {
        let pixels = self.width * self.height;
        self.cube(role)?.get(epoch * pixels..(epoch + 1) * pixels)
    }

    /// Class, where it is known.
    pub fn class(&self) -> Option<&'static str> {
        self.truth.as_ref().map(|truth| truth.class)
    }
}

/// One CCD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    /// Side of a pixel on the sky, arcseconds.
    pub pixel_scale_arcsec: f32,
    /// Electrons for one ADU.
    pub gain_e_per_adu: f32,
    /// Standard deviation of the noise of reading, electrons.
    pub read_noise_e: f32,
    /// Counts above which a pixel is saturated, ADU.
    pub saturation_adu: f32,
}

/// The recipe that a simulated candidate came out of.
///
/// Everything but class and kind is none where it has no meaning for the kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Class: a name of the `sequence` or the `real_bogus` vocabulary.
    pub class: &'static str,
    /// Kind within the class: `Ia`, `RRab`, `contact`, `dipole`, …
    pub kind: String,
    /// Name of the field whose visits and conditions were used.
    pub field: String,
    /// Mean magnitude of a star, peak magnitude of a transient, in the first band.
    pub mag: Option<f64>,
    /// Period, days.
    pub period_days: Option<f64>,
    /// Peak-to-peak amplitude, magnitudes.
    pub amplitude_mag: Option<f64>,
    /// Time of maximum light (a transient) or of phase 0 (a periodic star), MJD.
    pub epoch_mjd: Option<f64>,
    pub redshift: Option<f64>,
    /// Magnitude of the host galaxy.
    pub host_mag: Option<f64>,
    /// Distance of the target from the host's centre, arcseconds.
    pub host_offset_arcsec: Option<f64>,
    /// Half-light radius of the host, arcseconds.
    pub host_radius_arcsec: Option<f64>,
    /// Length of a trail, pixels.
    pub trail_px: Option<f64>,
    /// S/N of the target in the difference (triplets), or the largest in science (sequences).
    pub snr: Option<f64>,
}

impl Truth {
    /// Names, units and values of the numbers, in the order of the truth table.
    pub fn numbers(&self) -> [(&'static str, &'static str, Option<f64>); 10] {
        [
            ("mag", "mag", self.mag),
            ("period_days", "d", self.period_days),
            ("amplitude_mag", "mag", self.amplitude_mag),
            ("epoch_mjd", "d", self.epoch_mjd),
            ("redshift", "", self.redshift),
            ("host_mag", "mag", self.host_mag),
            ("host_offset_arcsec", "arcsec", self.host_offset_arcsec),
            ("host_radius_arcsec", "arcsec", self.host_radius_arcsec),
            ("trail_px", "px", self.trail_px),
            ("snr", "", self.snr),
        ]
    }
}
