//! The six broad bands by number: their wavelengths, for colours and redshifts.

use crate::domain::Band;

/// How many there are.
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
