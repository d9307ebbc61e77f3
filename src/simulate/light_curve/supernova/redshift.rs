//! Redshift against distance.

/// Redshifts that are simulated.
const LIMITS: [f64; 2] = [0.005, 0.7];

/// The redshift at a distance modulus (mag), within the limits that are simulated.
///
/// Luminosity distance to second order, `d = c z / H0 (1 + (1 - q0) z / 2)`, solved for z, with
/// H0 = 70 km/s/Mpc and q0 = -0.55: within a tenth of flat ΛCDM (Ωm = 0.3) up to z = 0.7.
pub fn at_distance_modulus(modulus_mag: f64) -> f64 {
    const HUBBLE_DISTANCE_MPC: f64 = 299_792.458 / 70.0;
    const DECELERATION: f64 = -0.55;
    let distance_mpc = 10f64.powf(0.2 * (modulus_mag - 25.0));
    let slope = 0.5 * (1.0 - DECELERATION);
    let ratio = distance_mpc / HUBBLE_DISTANCE_MPC;
    let redshift = ((1.0 + 4.0 * slope * ratio).sqrt() - 1.0) / (2.0 * slope);
    redshift.clamp(LIMITS[0], LIMITS[1])
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "limits are exact")]
mod tests {
    use super::at_distance_modulus;

    #[test]
    fn redshifts_are_close_to_those_of_flat_space_with_a_cosmological_constant() {
        // Luminosity distances for H0 = 70, Ωm = 0.3: 460, 1553 and 2833 Mpc.
        for (redshift, distance_mpc) in [(0.1, 460.3), (0.3, 1553.0), (0.5, 2832.9_f64)] {
            let modulus = 5.0 * distance_mpc.log10() + 25.0;
            let found = at_distance_modulus(modulus);
            assert!(
                (found / redshift - 1.0_f64).abs() < 0.05,
                "{redshift}: {found}"
            );
        }
        assert_eq!(at_distance_modulus(0.0), 0.005);
        assert_eq!(at_distance_modulus(60.0), 0.7);
    }
}
