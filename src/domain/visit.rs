//! One visit to a field of the sky: when, in which band, and under which conditions.

use super::{Band, Mjd};

/// One exposure of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Time of the exposure.
    pub mjd: Mjd,
    /// Filter.
    pub band: Band,
    /// Exposure time, seconds.
    pub exposure_s: f32,
    /// Full width at half maximum of a point source, arcseconds.
    pub seeing_arcsec: f32,
    /// Airmass; 1 at the zenith.
    pub airmass: f32,
    /// Sky background, ADU a pixel in this exposure.
    pub sky_adu: f32,
    /// Magnitude of a point source at five times its error.
    pub limiting_mag: f32,
    /// Magnitude of a source of one ADU a second, extinction included.
    pub zero_point: f32,
}

impl Visit {
    /// Counts of a source in this exposure, ADU; 0 where the magnitude is infinite.
    pub fn counts(&self, mag: f64) -> f64 {
        if mag == f64::INFINITY {
            return 0.0;
        }
        10f64.powf(-0.4 * (mag - f64::from(self.zero_point))) * f64::from(self.exposure_s)
    }

    /// The magnitude of these counts; none where they are not above 0.
    pub fn magnitude(&self, counts_adu: f64) -> Option<f64> {
        let rate = counts_adu / f64::from(self.exposure_s);
        (rate > 0.0).then(|| f64::from(self.zero_point) - 2.5 * rate.log10())
    }
}

/// The visits of one field, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldVisits {
    /// Name of the field.
    pub field: String,
    /// Its visits.
    pub visits: Vec<Visit>,
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    #[test]
    fn counts_and_magnitudes_are_inverse() {
        let visit = Visit {
            mjd: Mjd::new(57_070.0).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: 1.3,
            airmass: 1.2,
            sky_adu: 110.0,
            limiting_mag: 23.6,
            zero_point: 25.05,
        };
        // 10^(0.4 x 5.05) = 104.7 ADU/s over 86 s.
        assert!((visit.counts(20.0) - 9005.9).abs() < 1.0);
        for mag in [14.0, 20.0, 25.0] {
            let back = visit.magnitude(visit.counts(mag)).unwrap();
            assert!((back - mag).abs() < 1e-9);
        }
        assert_eq!(visit.counts(f64::INFINITY), 0.0);
        assert_eq!(visit.magnitude(0.0), None);
    }
}
