//! The six broad bands by number: their wavelengths, and what a star has in them by the colours of a
//! black body.

use crate::domain::Band;

pub const COUNT: usize = 6;

/// Mean wavelengths of u, g, r, i, z and y, nanometres; those that [`Band`] documents.
pub const WAVELENGTHS_NM: [f64; COUNT] = [360.0, 480.0, 620.0, 755.0, 870.0, 1000.0];

/// Number of a band: u is 0 and y is 5. A filter of another name is taken for r.
pub const fn place(band: &Band) -> usize {
    match band {
        Band::U => 0,
        Band::G => 1,
        Band::R | Band::Other(_) => 2,
        Band::I => 3,
        Band::Z => 4,
        Band::Y => 5,
    }
}

/// Magnitude in each of u, g, r, i, z and y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StarMagnitudes([f64; COUNT]);

impl StarMagnitudes {
    /// Those of a black body of this temperature that has magnitude `mag` in `band`.
    pub fn of_black_body(mag: f64, band: &Band, temperature_k: f64) -> Self {
        let shape = WAVELENGTHS_NM.map(|wavelength| ab_magnitude(wavelength, temperature_k));
        let zero = mag - shape[place(band)];
        Self(shape.map(|magnitude| magnitude + zero))
    }

    /// The magnitude in the band of this number (see [`place`]).
    pub(super) fn at(&self, band: usize) -> f64 {
        self.0[band]
    }
}

/// AB magnitude of a black body at a wavelength (nm), up to a constant that depends on neither
/// wavelength nor temperature: −2.5 log10 of Planck's `B_ν`, for a body of constant size.
pub fn ab_magnitude(wavelength_nm: f64, temperature_k: f64) -> f64 {
    // h c / k, in nm K.
    const SECOND_RADIATION_CONSTANT: f64 = 1.438_777e7;
    let exponent = SECOND_RADIATION_CONSTANT / (wavelength_nm * temperature_k);
    2.5 * (wavelength_nm.powi(3) * exponent.exp_m1()).log10()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the drawn magnitude is kept as it is")]
mod tests {
    use super::*;

    #[test]
    fn hot_stars_are_blue_and_the_drawn_magnitude_is_that_of_its_band() {
        let color = |temperature| {
            let star = StarMagnitudes::of_black_body(19.0, &Band::R, temperature);
            assert_eq!(star.at(2), 19.0);
            star.at(1) - star.at(2)
        };
        // The Sun has g - r = 0.44 and 5772 K.
        assert!((color(5772.0) - 0.44).abs() < 0.1, "{}", color(5772.0));
        assert!(color(20_000.0) < -0.2 && color(4000.0) > 0.9);
    }

    #[test]
    fn a_very_hot_body_has_the_slope_of_rayleigh_and_jeans() {
        // B_nu ~ nu^2: half the wavelength is four times the flux, 1.505 mag.
        let step = ab_magnitude(800.0, 1e7) - ab_magnitude(400.0, 1e7);
        assert!((step - 1.505).abs() < 0.01, "{step}");
    }
}
