//! A supernova's light curve as it is observed: a table, its clock and its colours by redshift.

use std::sync::Arc;

use super::table::{Column, SupernovaTable};
use crate::domain::Band;
use crate::simulate::light_curve::passband;

/// A supernova seen from here.
#[derive(Clone, Debug, PartialEq)]
pub struct SupernovaCurve {
    /// Time of maximum light in the survey's first band, MJD.
    pub peak_mjd: f64,
    /// The same in days of the table.
    peak_day: f64,
    /// Days of the table in one day of the observer.
    pace: f64,
    /// Added to the magnitudes of the table.
    zero_mag: f64,
    /// Where in the table each of u, g, r, i, z and y is found.
    columns: [Column; passband::COUNT],
    table: Arc<SupernovaTable>,
}

impl SupernovaCurve {
    /// With maximum magnitude `peak_mag` in `band`, at MJD 0 until that is set.
    pub(super) fn new(
        table: Arc<SupernovaTable>,
        columns: [Column; passband::COUNT],
        pace: f64,
        band: &Band,
        peak_mag: f64,
    ) -> Self {
        let (peak_day, brightest) = table.maximum(columns[passband::place(band)]);
        Self {
            peak_mjd: 0.0,
            peak_day,
            pace,
            zero_mag: peak_mag - brightest,
            columns,
            table,
        }
    }

    /// Magnitude at a time (MJD) in the band of this number; infinite before the explosion.
    pub(in super::super) fn magnitude(&self, mjd: f64, place: usize) -> f64 {
        let day = self.peak_day + (mjd - self.peak_mjd) * self.pace;
        self.zero_mag + self.table.magnitude(day, self.columns[place])
    }
}
