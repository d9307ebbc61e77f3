//! Core-collapse supernovae: cooling black bodies whose blue light metal lines absorb.
//!
//! Each type is a red magnitude and a temperature against the days since the explosion, drawn by
//! hand after the general behaviour of the type; magnitudes at all other wavelengths follow.

use super::table::{self, SupernovaTable};
use crate::simulate::light_curve::passband::ab_magnitude;

/// Wavelengths of the columns, nm.
const WAVELENGTHS_NM: [f64; 10] = [
    220.0, 270.0, 320.0, 360.0, 400.0, 440.0, 490.0, 540.0, 650.0, 1000.0,
];

/// Where the red magnitudes are, nm.
const RED_NM: f64 = 650.0;

/// Days since the explosion, magnitude at 650 nm, temperature in kelvin.
type History = [[f64; 3]];

/// II-P: a hot rise, a plateau of a hundred days while hydrogen recombines, a fall, a tail.
pub fn plateau() -> SupernovaTable {
    cooling(&[
        [1.0, 1.60, 22_000.0],
        [3.0, 0.65, 16_000.0],
        [6.0, 0.20, 13_000.0],
        [10.0, 0.03, 11_000.0],
        [15.0, 0.00, 9500.0],
        [20.0, 0.00, 8500.0],
        [30.0, 0.03, 7200.0],
        [40.0, 0.05, 6400.0],
        [60.0, 0.08, 5800.0],
        [80.0, 0.18, 5500.0],
        [90.0, 0.28, 5400.0],
        [100.0, 0.50, 5300.0],
        [105.0, 0.85, 5200.0],
        [110.0, 1.40, 5100.0],
        [115.0, 1.80, 5000.0],
        [120.0, 2.00, 5000.0],
        [140.0, 2.25, 5000.0],
        [200.0, 2.85, 5000.0],
    ])
}

/// II-L: the same without a plateau, declining about 3 mag in 100 days.
pub fn linear() -> SupernovaTable {
    cooling(&[
        [1.0, 2.20, 20_000.0],
        [3.0, 1.10, 16_000.0],
        [6.0, 0.45, 13_500.0],
        [10.0, 0.10, 11_500.0],
        [14.0, 0.00, 10_200.0],
        [20.0, 0.10, 9000.0],
        [30.0, 0.40, 7600.0],
        [40.0, 0.75, 6800.0],
        [60.0, 1.40, 6000.0],
        [80.0, 2.00, 5600.0],
        [100.0, 3.00, 5300.0],
        [120.0, 3.60, 5200.0],
        [200.0, 4.50, 5000.0],
    ])
}

/// IIb: the envelope cools for a few days before radioactive heating makes the main peak.
pub fn two_peaks() -> SupernovaTable {
    cooling(&[
        [1.0, 1.00, 18_000.0],
        [2.0, 1.20, 14_000.0],
        [4.0, 1.70, 9500.0],
        [6.0, 1.50, 8200.0],
        [8.0, 1.05, 8000.0],
        [11.0, 0.50, 8000.0],
        [14.0, 0.20, 7900.0],
        [18.0, 0.02, 7500.0],
        [21.0, 0.00, 7000.0],
        [25.0, 0.12, 6400.0],
        [30.0, 0.42, 5700.0],
        [35.0, 0.75, 5300.0],
        [45.0, 1.20, 5000.0],
        [60.0, 1.60, 5000.0],
        [80.0, 2.00, 5000.0],
        [200.0, 4.10, 5000.0],
    ])
}

/// Ib and Ic: stripped of their envelope, heated by radioactivity alone.
pub fn stripped() -> SupernovaTable {
    cooling(&[
        [1.0, 4.00, 9000.0],
        [3.0, 2.30, 9000.0],
        [6.0, 1.15, 9000.0],
        [9.0, 0.50, 8800.0],
        [12.0, 0.18, 8400.0],
        [15.0, 0.03, 7900.0],
        [18.0, 0.00, 7300.0],
        [22.0, 0.10, 6600.0],
        [27.0, 0.35, 5900.0],
        [32.0, 0.65, 5400.0],
        [40.0, 1.05, 5100.0],
        [50.0, 1.35, 5000.0],
        [60.0, 1.55, 5000.0],
        [80.0, 1.95, 5000.0],
        [200.0, 4.00, 5000.0],
    ])
}

fn cooling(history: &History) -> SupernovaTable {
    let [first, last] = [history[0][0], history[history.len() - 1][0]];
    SupernovaTable::tabulated([0.0, last], &WAVELENGTHS_NM, |day, column| {
        let wavelength_nm = WAVELENGTHS_NM[column];
        let [_, red_mag, temperature_k] = table::interpolated(history, day);
        let color =
            ab_magnitude(wavelength_nm, temperature_k) - ab_magnitude(RED_NM, temperature_k);
        red_mag
            + color
            + line_blanketing(wavelength_nm, temperature_k)
            + table::fireball_dimming(day, 0.0, first)
    })
}

/// Light that lines of iron and its neighbours absorb below 560 nm as the ejecta cool,
/// magnitudes. Our choice: u − g of a plateau of 5800 K becomes about 2.
fn line_blanketing(wavelength_nm: f64, temperature_k: f64) -> f64 {
    let blueness = ((560.0 - wavelength_nm) / 100.0).clamp(0.0, 2.5);
    let coolness = ((8500.0 - temperature_k) / 2500.0).clamp(0.0, 1.3);
    0.6 * blueness * coolness
}
