//! What a draw may look at: when the field is visited, and how noisy each visit is.

use crate::domain::{Band, Visit};

/// A detection has more than this many times its error.
pub const DETECTION_SNR: f64 = 5.0;

/// The visits of a candidate's field and the noise of each.
pub struct Sampling<'a> {
    /// The visits, in the order of time; there may be none.
    pub visits: &'a [Visit],
    /// The first band of the survey: the one that drawn magnitudes are of.
    pub band: &'a Band,
    /// (visit, true counts in ADU) → standard deviation of optimal photometry, ADU.
    pub counts_error: &'a dyn Fn(usize, f64) -> f64,
}

impl Sampling<'_> {
    /// Times of the first and the last visit, MJD; both 0 where there is none.
    pub fn window_mjd(&self) -> [f64; 2] {
        let time = |visit: Option<&Visit>| visit.map_or(0.0, |visit| visit.mjd.days());
        [time(self.visits.first()), time(self.visits.last())]
    }

    /// Counts over their error of a source of this magnitude at a visit; 0 where it is dark or
    /// the error is no positive number.
    pub fn snr(&self, visit: usize, magnitude: f64) -> f64 {
        let counts = self.visits[visit].counts(magnitude);
        if counts <= 0.0 {
            return 0.0;
        }
        let snr = counts / (self.counts_error)(visit, counts);
        if snr.is_finite() { snr } else { 0.0 }
    }

    /// Standard deviation of the magnitude measured of such a source; infinite where it is dark.
    pub fn magnitude_error(&self, visit: usize, magnitude: f64) -> f64 {
        // 2.5 / ln 10, and the smallest error of HiTS photometry.
        const MAGNITUDES_PER_RELATIVE_ERROR: f64 = 1.0857;
        const FLOOR_MAG: f64 = 0.011;
        (MAGNITUDES_PER_RELATIVE_ERROR / self.snr(visit, magnitude)).hypot(FLOOR_MAG)
    }
}
