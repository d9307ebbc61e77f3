//! Type Ia supernovae: magnitudes at rest wavelengths, for stretch 1.

use super::table::{self, SupernovaTable};

/// Wavelengths of the columns, nm: near ultraviolet, U, B, V, R, I and Y.
const WAVELENGTHS_NM: [f64; 7] = [270.0, 360.0, 440.0, 540.0, 650.0, 790.0, 1000.0];

/// AB magnitudes on day 0 relative to V.
const COLORS: [f64; 7] = [2.3, 0.42, -0.1, 0.0, 0.18, 0.6, 0.85];

/// Days from explosion to maximum in B.
const RISE_DAYS: f64 = 19.0;

/// Day from maximum in B, then magnitudes relative to day 0 at each wavelength. Drawn by hand
/// after the general behaviour of type Ia: a decline of 1.1 mag in 15 days in B, a shoulder in R
/// and a second maximum in I and Y.
const KNOTS: [[f64; 8]; 21] = [
    [-15.0, 2.60, 2.60, 2.90, 2.90, 2.80, 2.40, 2.05],
    [-12.0, 1.00, 1.15, 1.55, 1.55, 1.50, 1.20, 0.95],
    [-10.0, 0.40, 0.55, 0.88, 0.95, 0.95, 0.70, 0.45],
    [-7.0, 0.00, 0.10, 0.33, 0.41, 0.43, 0.25, 0.05],
    [-4.0, -0.10, -0.06, 0.08, 0.13, 0.14, 0.02, -0.10],
    [0.0, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00],
    [1.5, 0.11, 0.08, 0.02, -0.02, -0.02, 0.03, 0.11],
    [3.0, 0.25, 0.19, 0.06, 0.00, 0.00, 0.08, 0.25],
    [6.0, 0.60, 0.47, 0.23, 0.08, 0.09, 0.23, 0.60],
    [10.0, 1.15, 0.94, 0.56, 0.28, 0.32, 0.47, 1.00],
    [15.0, 1.95, 1.69, 1.10, 0.62, 0.61, 0.65, 1.05],
    [20.0, 2.60, 2.39, 1.67, 0.94, 0.69, 0.57, 0.75],
    [25.0, 2.95, 2.84, 2.20, 1.26, 0.77, 0.47, 0.45],
    [30.0, 3.15, 3.04, 2.60, 1.59, 1.02, 0.52, 0.30],
    [35.0, 3.30, 3.19, 2.85, 1.89, 1.37, 0.80, 0.50],
    [40.0, 3.40, 3.29, 3.00, 2.14, 1.67, 1.15, 0.85],
    [50.0, 3.60, 3.49, 3.17, 2.49, 2.07, 1.65, 1.45],
    [60.0, 3.75, 3.64, 3.33, 2.74, 2.37, 2.05, 1.95],
    [80.0, 4.05, 3.94, 3.63, 3.29, 3.02, 2.85, 2.85],
    [100.0, 4.35, 4.24, 3.95, 3.79, 3.67, 3.65, 3.75],
    [200.0, 5.85, 5.74, 5.45, 5.29, 5.27, 5.35, 5.45],
];

/// The table; day 0 is maximum in B.
pub fn table() -> SupernovaTable {
    let days = [-RISE_DAYS, KNOTS[KNOTS.len() - 1][0]];
    SupernovaTable::tabulated(days, &WAVELENGTHS_NM, |day, column| {
        COLORS[column]
            + table::interpolated(&KNOTS, day)[column + 1]
            + table::fireball_dimming(day, -RISE_DAYS, KNOTS[0][0])
    })
}
