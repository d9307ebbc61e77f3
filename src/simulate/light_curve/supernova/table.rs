//! A supernova's magnitudes against time and wavelength.
//!
//! A band sees a supernova of redshift z at its own wavelength over 1 + z: colours and shapes
//! change with redshift as the K-correction wants, without a spectrum.

use crate::simulate::light_curve::passband::{self, WAVELENGTHS_NM};

/// How fast light fades whose energy comes from radioactive cobalt 56 (mean life 111 days).
pub const COBALT_MAG_PER_DAY: f64 = 0.0098;

/// Magnitudes on a uniform grid of days and at some wavelengths.
#[derive(Clone, Debug, PartialEq)]
pub struct SupernovaTable {
    first_day: f64,
    step_days: f64,
    /// Of the columns, ascending.
    wavelengths_nm: Vec<f64>,
    /// (day, wavelength); infinite before the explosion.
    magnitudes: Vec<f32>,
}

/// A place between two columns of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    lower: usize,
    upper: usize,
    /// Share of the upper one.
    share: f64,
}

impl SupernovaTable {
    /// From a function of day and column, every half day from the explosion on.
    pub fn tabulated(
        [first_day, last_day]: [f64; 2],
        wavelengths_nm: &[f64],
        magnitude: impl Fn(f64, usize) -> f64,
    ) -> Self {
        const STEP_DAYS: f64 = 0.5;
        let rows = ((last_day - first_day) / STEP_DAYS).max(0.0) as usize + 1;
        let mut magnitudes = Vec::with_capacity(rows * wavelengths_nm.len());
        for row in 0..rows {
            let day = first_day + row as f64 * STEP_DAYS;
            let cells = (0..wavelengths_nm.len()).map(|column| magnitude(day, column) as f32);
            magnitudes.extend(cells);
        }
        Self {
            first_day,
            step_days: STEP_DAYS,
            wavelengths_nm: wavelengths_nm.into(),
            magnitudes,
        }
    }

    /// From columns (wavelength in nm, magnitudes) on one grid of days, by ascending wavelength;
    /// none where there is nothing in it or the columns are not of one length.
    pub fn from_columns(
        first_day: f64,
        step_days: f64,
        columns: &[(f64, Vec<f32>)],
    ) -> Option<Self> {
        let rows = columns.first()?.1.len();
        if rows == 0 || columns.iter().any(|(_, cells)| cells.len() != rows) {
            return None;
        }
        let row = |row: usize| columns.iter().map(move |(_, cells)| cells[row]);
        Some(Self {
            first_day,
            step_days,
            wavelengths_nm: columns.iter().map(|(nm, _)| *nm).collect(),
            magnitudes: (0..rows).flat_map(row).collect(),
        })
    }

    /// Where each of u, g, r, i, z and y is found at a redshift: between two wavelengths, or at
    /// the outermost one.
    pub fn columns(&self, redshift: f64) -> [Column; passband::COUNT] {
        WAVELENGTHS_NM.map(|observed| self.column_at(observed / (1.0 + redshift)))
    }

    /// The column nearest to each of u, g, r, i, z and y, as they are.
    pub fn nearest_columns(&self) -> [Column; passband::COUNT] {
        self.columns(0.0).map(
            |Column {
                 lower,
                 upper,
                 share,
             }| {
                let nearest = if share < 0.5 { lower } else { upper };
                Column {
                    lower: nearest,
                    upper: nearest,
                    share: 0.0,
                }
            },
        )
    }

    fn column_at(&self, wavelength_nm: f64) -> Column {
        let known = &self.wavelengths_nm;
        let last = known.len() - 1;
        let upper = known.partition_point(|nm| *nm < wavelength_nm).min(last);
        let lower = upper.saturating_sub(1);
        let width = known[upper] - known[lower];
        let share = if width > 0.0 {
            ((wavelength_nm - known[lower]) / width).clamp(0.0, 1.0)
        } else {
            0.0
        };
        Column {
            lower,
            upper,
            share,
        }
    }

    /// Magnitude on a day; infinite before the first light. After the last day the light fades as
    /// that of radioactive cobalt.
    pub fn magnitude(&self, day: f64, column: Column) -> f64 {
        let last = self.rows() - 1;
        let place = (day - self.first_day) / self.step_days;
        if place < 0.0 {
            return f64::INFINITY;
        }
        let row = (place as usize).min(last);
        let left = self.cell(row, column);
        if row == last {
            return left + COBALT_MAG_PER_DAY * (place - last as f64) * self.step_days;
        }
        let right = self.cell(row + 1, column);
        if left.is_finite() && right.is_finite() {
            left + (right - left) * (place - row as f64)
        } else {
            f64::INFINITY
        }
    }

    /// Day and magnitude of maximum light.
    pub fn maximum(&self, column: Column) -> (f64, f64) {
        let (mut best, mut brightest) = (0, f64::INFINITY);
        for row in 0..self.rows() {
            let magnitude = self.cell(row, column);
            if magnitude < brightest {
                (best, brightest) = (row, magnitude);
            }
        }
        (
            self.first_day + best as f64 * self.step_days,
            if brightest.is_finite() {
                brightest
            } else {
                0.0
            },
        )
    }

    fn rows(&self) -> usize {
        self.magnitudes.len() / self.wavelengths_nm.len()
    }

    fn cell(&self, row: usize, column: Column) -> f64 {
        let start = row * self.wavelengths_nm.len();
        let lower = f64::from(self.magnitudes[start + column.lower]);
        let upper = f64::from(self.magnitudes[start + column.upper]);
        if lower.is_finite() && upper.is_finite() {
            lower + (upper - lower) * column.share
        } else {
            f64::INFINITY
        }
    }
}

/// Straight lines between rows whose first number is the day; outside, the first or last row.
pub fn interpolated<const N: usize>(rows: &[[f64; N]], day: f64) -> [f64; N] {
    let above = rows.partition_point(|row| row[0] < day);
    let right = above.min(rows.len() - 1);
    let left = right.saturating_sub(1);
    let (before, after) = (&rows[left], &rows[right]);
    let width = after[0] - before[0];
    let share = if width > 0.0 {
        ((day - before[0]) / width).clamp(0.0, 1.0)
    } else {
        0.0
    };
    std::array::from_fn(|k| before[k] + (after[k] - before[k]) * share)
}

/// How much fainter than on `first_day` a supernova is earlier on, magnitudes: its flux grows
/// with the square of the time since the explosion, as that of an expanding fireball does.
pub fn fireball_dimming(day: f64, explosion_day: f64, first_day: f64) -> f64 {
    if day >= first_day {
        return 0.0;
    }
    -5.0 * ((day - explosion_day).max(0.0) / (first_day - explosion_day)).log10()
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "values on the grid and darkness are exact"
)]
mod tests {
    use super::*;

    fn slopes() -> SupernovaTable {
        SupernovaTable::tabulated([-2.0, 10.0], &[400.0, 800.0], |day, column| {
            fireball_dimming(day, -2.0, 0.0) + day.max(0.0) * [1.0, 2.0][column]
        })
    }

    #[test]
    fn a_redshift_moves_bands_to_shorter_wavelengths() {
        let table = slopes();
        // i (755 nm) at z = 0.258 is light of 600 nm: halfway, 1.5 mag a day.
        let [.., i, _, _] = table.columns(755.0 / 600.0 - 1.0);
        assert!((table.magnitude(4.0, i) - 6.0).abs() < 1e-5);
        let [u, g, _, i, z, y] = table.columns(0.0);
        assert_eq!(table.magnitude(3.0, u), 3.0);
        assert!((table.magnitude(3.0, g) - 3.0 * 1.2).abs() < 1e-5);
        assert_eq!(table.magnitude(3.0, y), table.magnitude(3.0, z));
        assert!(table.magnitude(3.0, i) < 6.0);
        let [u, .., y] = table.nearest_columns();
        assert_eq!(
            [3.0, 6.0],
            [u, y].map(|column| table.magnitude(3.0, column))
        );
    }

    #[test]
    fn light_starts_at_the_explosion_and_fades_after_the_table() {
        let table = slopes();
        let [u, ..] = table.columns(0.0);
        assert_eq!(table.magnitude(-2.1, u), f64::INFINITY);
        // Half the time from explosion to the first day: a quarter of the flux.
        assert!((table.magnitude(-1.0, u) - 1.505).abs() < 1e-3);
        assert_eq!(table.maximum(u), (0.0, 0.0));
        assert!((table.magnitude(110.0, u) - 10.98).abs() < 1e-5);
    }

    #[test]
    fn rows_are_interpolated_and_kept_outside() {
        let rows = [[0.0, 1.0, 10.0], [2.0, 3.0, 30.0]];
        for (day, expected) in [
            (-1.0, [0.0, 1.0, 10.0]),
            (1.0, [1.0, 2.0, 20.0]),
            (9.0, rows[1]),
        ] {
            assert_eq!(interpolated(&rows, day), expected);
        }
    }
}
