//! What a simulated candidate really is.

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
    /// Redshift.
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
