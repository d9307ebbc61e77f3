//! What an exposure is recorded with.

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
