//! A candidate's images in memory: what the simulator makes, networks take and files hold.

use std::sync::Arc;

use super::{Detector, DifferenceSign, Role, Truth, Visit};

/// Images of one candidate at consecutive visits; a triplet is a sequence of one visit.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSequence {
    /// Identifier.
    pub id: Arc<str>,
    /// Width of every image, pixels.
    pub width: usize,
    /// Height of every image, pixels.
    pub height: usize,
    /// The CCD.
    pub detector: Detector,
    /// One for each epoch.
    pub epochs: Vec<SequenceEpoch>,
    /// For each role its images, (epoch, y, x), in role order. Units are ADU; ADU² for the
    /// variance; none for S/N and PSF.
    pub images: Vec<(Role, Vec<f32>)>,
    /// What it really is, where that is known.
    pub truth: Option<Truth>,
}

/// One epoch of a sequence.
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
