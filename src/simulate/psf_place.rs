//! What the place on the CCD does to the form of stars: the same at every exposure, more or less.

use super::Random;

/// Scatter of the elongation of single exposures, in units of the spread of all places.
const EXPOSURE_SCATTER: f64 = 0.35;
/// Scatter of the direction of single exposures, radians.
const ANGLE_SCATTER_RAD: f64 = 0.5;

/// A place on the CCD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PsfPlace {
    /// Share of all places where stars are rounder than here, 0 to 1.
    elongation: f64,
    /// Direction of the major axis, radians from x towards y.
    angle_rad: f64,
    /// How templates are turned: whether x and y are exchanged and which axes are reversed.
    pub is_transposed: bool,
    /// See [`PsfPlace::is_transposed`].
    pub flips: [bool; 2],
}

impl PsfPlace {
    /// A place anywhere.
    pub fn draw(random: &mut Random) -> Self {
        Self {
            elongation: random.unit(),
            angle_rad: random.uniform(0.0, std::f64::consts::PI),
            is_transposed: random.chance(0.5),
            flips: [random.chance(0.5), random.chance(0.5)],
        }
    }

    /// Share of all places where stars are rounder than here, 0 to 1.
    pub const fn elongation(&self) -> f64 {
        self.elongation
    }

    /// Share of all exposures whose stars are rounder than those of this one, 0 to 1.
    pub fn elongation_of_exposure(&self, random: &mut Random) -> f64 {
        let moved = self.elongation + random.normal(0.0, EXPOSURE_SCATTER);
        // What leaves the range on one side comes back into it, so that all shares stay as likely.
        let folded = moved.rem_euclid(2.0);
        if folded > 1.0 { 2.0 - folded } else { folded }
    }

    /// Direction of the major axis in an exposure, radians from x towards y.
    pub fn angle_of_exposure_rad(&self, random: &mut Random) -> f64 {
        self.angle_rad + random.normal(0.0, ANGLE_SCATTER_RAD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposures_of_a_place_are_alike_and_all_elongations_as_likely() {
        let mut random = Random::of(1, 0, 0);
        let (mut low, mut within) = (0, 0.0);
        for _ in 0..2000 {
            let place = PsfPlace::draw(&mut random);
            let [a, b] = [(); 2].map(|()| place.elongation_of_exposure(&mut random));
            assert!((0.0..=1.0).contains(&a));
            low += i32::from(a < 0.25);
            within += (a - b).abs() / 2000.0;
        }
        // A quarter of 2,000, four standard deviations of 19.
        assert!((low - 500).abs() < 78, "{low}");
        // Unrelated numbers would differ by a third.
        assert!((0.1..0.29).contains(&within), "{within}");
    }
}
