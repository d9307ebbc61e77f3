//! One visit to a field of the sky: when, in which band, and under which conditions.

use super::{Band, Mjd, canonical::canonical_record};

/// One exposure of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Time of the exposure.
    pub mjd: Mjd,
    pub band: Band,
    /// Exposure time, seconds.
    pub exposure_s: f32,
    /// Full width at half maximum of a point source, arcseconds.
    pub seeing_arcsec: f32,
    /// Airmass; 1 at the zenith.
    pub airmass: f32,
    /// Sky background, ADU a pixel in this exposure.
    pub sky_adu: f32,
    /// Magnitude of a point source at five times its error; NaN where nobody says it.
    pub limiting_mag: f32,
    /// Magnitude of a source of one ADU a second, extinction included.
    pub zero_point: f32,
}

/// Zero points above the first and below the second are measurements; others are placeholders of
/// a failed calibration, and one such visit makes a constant star vary.
pub const BELIEVED_ZERO_POINT: [f32; 2] = [20.0, 40.0];
/// Seeing from the first to the second is a measurement, arcseconds.
pub const BELIEVED_SEEING_ARCSEC: [f32; 2] = [0.7, 4.2];

impl Visit {
    /// Whether its conditions are measurements rather than the marks of failed ones. The limiting
    /// magnitude does not count.
    pub fn is_believed(&self) -> bool {
        let [faintest, brightest] = BELIEVED_ZERO_POINT;
        let [sharpest, widest] = BELIEVED_SEEING_ARCSEC;
        let is_count = |value: f32, least: f32| value.is_finite() && value >= least;
        self.zero_point > faintest
            && self.zero_point < brightest
            && (sharpest..=widest).contains(&self.seeing_arcsec)
            && self.exposure_s.is_finite()
            && self.exposure_s > 0.0
            && is_count(self.airmass, 1.0)
            && is_count(self.sky_adu, 0.0)
    }

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
    pub visits: Vec<Visit>,
}

canonical_record!(Visit, "Visit" {
    "mjd": mjd,
    "band": band,
    "exposure_s": exposure_s,
    "seeing_arcsec": seeing_arcsec,
    "airmass": airmass,
    "sky_adu": sky_adu,
    "limiting_mag": limiting_mag,
    "zero_point": zero_point,
});

canonical_record!(FieldVisits, "FieldVisits" {
    "field": field,
    "visits": visits,
});

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    fn good() -> Visit {
        Visit {
            mjd: Mjd::new(57_070.0).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: 1.3,
            airmass: 1.2,
            sky_adu: 110.0,
            limiting_mag: 23.6,
            zero_point: 25.05,
        }
    }

    #[test]
    fn marks_of_failed_measurements_are_not_believed() {
        type Change = fn(&mut Visit);
        assert!(good().is_believed());
        let kept: [Change; 4] = [
            |visit| visit.limiting_mag = f32::NAN,
            |visit| visit.seeing_arcsec = 0.7,
            |visit| visit.seeing_arcsec = 4.2,
            |visit| visit.sky_adu = 0.0,
        ];
        let failed: [Change; 10] = [
            |visit| visit.zero_point = 20.0,
            |visit| visit.zero_point = 99.0,
            |visit| visit.zero_point = f32::NAN,
            |visit| visit.seeing_arcsec = 0.6,
            |visit| visit.seeing_arcsec = 4.3,
            |visit| visit.seeing_arcsec = f32::NAN,
            |visit| visit.exposure_s = 0.0,
            |visit| visit.airmass = 0.9,
            |visit| visit.sky_adu = -1.0,
            |visit| visit.sky_adu = f32::INFINITY,
        ];
        for (changes, expected) in [(&kept[..], true), (&failed[..], false)] {
            for change in changes {
                let mut visit = good();
                change(&mut visit);
                assert_eq!(visit.is_believed(), expected, "{visit:?}");
            }
        }
    }

    #[test]
    fn counts_and_magnitudes_are_inverse() {
        let visit = good();
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
