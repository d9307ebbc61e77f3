//! A supernova's light curve as it is observed: a table, its clock and its colours by redshift, and
//! redshift by distance.

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

/// Redshifts that are simulated.
const REDSHIFTS: [f64; 2] = [0.005, 0.7];

/// The redshift at a distance modulus (mag), within the limits that are simulated.
///
/// Luminosity distance to second order, `d = c z / H0 (1 + (1 - q0) z / 2)`, solved for z, with
/// H0 = 70 km/s/Mpc and q0 = -0.55: within a tenth of flat ΛCDM (Ωm = 0.3) up to z = 0.7.
pub fn redshift_at(modulus_mag: f64) -> f64 {
    const HUBBLE_DISTANCE_MPC: f64 = 299_792.458 / 70.0;
    const DECELERATION: f64 = -0.55;
    let distance_mpc = 10f64.powf(0.2 * (modulus_mag - 25.0));
    let slope = 0.5 * (1.0 - DECELERATION);
    let ratio = distance_mpc / HUBBLE_DISTANCE_MPC;
    let redshift = ((1.0 + 4.0 * slope * ratio).sqrt() - 1.0) / (2.0 * slope);
    redshift.clamp(REDSHIFTS[0], REDSHIFTS[1])
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "limits are exact")]
mod tests {
    use super::redshift_at;

    #[test]
    fn redshifts_are_close_to_those_of_flat_space_with_a_cosmological_constant() {
        // Luminosity distances for H0 = 70, Ωm = 0.3: 460, 1553 and 2833 Mpc.
        for (redshift, distance_mpc) in [(0.1, 460.3), (0.3, 1553.0), (0.5, 2832.9_f64)] {
            let modulus = 5.0 * distance_mpc.log10() + 25.0;
            let found = redshift_at(modulus);
            assert!(
                (found / redshift - 1.0_f64).abs() < 0.05,
                "{redshift}: {found}"
            );
        }
        assert_eq!(redshift_at(0.0), 0.005);
        assert_eq!(redshift_at(60.0), 0.7);
    }
}
