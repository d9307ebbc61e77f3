//! Cubic interpolation along one axis: four neighbours and their weights.

/// Four pixels in a row and what each counts for a value between the middle two: cubic
/// convolution with a = -1/2 (Keys 1981), the spline of Catmull & Rom (1974).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CubicTaps {
    first: isize,
    weights: [f32; 4],
}

impl CubicTaps {
    /// For the value at a place, pixels from the middle of the first pixel.
    pub fn at(place: f64) -> Self {
        // Far outside of any image, and still whole numbers.
        let place = place.clamp(-1e9, 1e9);
        Self {
            first: place.floor() as isize - 1,
            weights: weights((place - place.floor()) as f32),
        }
    }

    /// The first pixel and the weights of all four, where all of them are on an axis of so many.
    pub fn all_inside(&self, side: usize) -> Option<(usize, [f32; 4])> {
        let first = usize::try_from(self.first).ok()?;
        (first + self.weights.len() <= side).then_some((first, self.weights))
    }

    /// Those of the four pixels that are on an axis of so many, each with its weight.
    pub fn inside(&self, side: usize) -> impl Iterator<Item = (usize, f32)> {
        let weighed = (self.first..).zip(self.weights);
        weighed.filter_map(move |(at, weight)| {
            let at = usize::try_from(at).ok().filter(|at| *at < side)?;
            Some((at, weight))
        })
    }
}

/// Weights of the pixels at −1, 0, 1 and 2 for a value at `t` from 0 to 1.
fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}

#[cfg(test)]
mod tests {
    use super::CubicTaps;

    #[test]
    fn parabolas_come_back_between_the_pixels() {
        let value = |x: f32| 2.0 - 3.0 * x + 0.5 * x * x;
        for place in [1.0, 1.25, 3.5, 4.999] {
            let (first, weights) = CubicTaps::at(place).all_inside(7).unwrap();
            let taken = (first..).zip(weights);
            let found: f32 = taken.map(|(at, weight)| weight * value(at as f32)).sum();
            assert!(
                (found - value(place as f32)).abs() < 1e-5,
                "{place}: {found}"
            );
        }
    }

    #[test]
    fn only_pixels_of_the_axis_count() {
        let places = |place| {
            let taps = CubicTaps::at(place);
            taps.inside(5).map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(places(0.5), [0, 1, 2]);
        assert_eq!(places(2.5), [1, 2, 3, 4]);
        assert_eq!(places(-9.0), [0; 0]);
        for place in [f64::NAN, f64::INFINITY, -1e300, 4.0] {
            assert_eq!(CubicTaps::at(place).all_inside(5), None);
        }
    }
}
