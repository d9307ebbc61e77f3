//! Position and form of a source from its own moments under a Gaussian weight that follows it:
//! adaptive moments (Bernstein & Jarvis 2002; Hirata & Seljak 2003).

use super::frame::Frame;

/// Standard deviation of the weight at the start, pixels: our choice, that of a good night.
const FIRST_SIGMA_PX: f64 = 1.8;
/// A source that walks further from where it was expected is another one, pixels.
const FARTHEST_WALK_PX: f64 = 4.0;
const MOST_ROUNDS: usize = 60;
/// Standard deviations within which pixels count.
const REACH_SIGMAS: f64 = 3.5;

/// Centroid and second moments of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Pixels from the centre of the first one: (x, y).
    pub center_px: [f64; 2],
    /// Second moments xx, xy, yy of the Gaussian that matches the source, pixels².
    pub covariance_px2: [f64; 3],
}

impl Moments {
    /// The geometric mean over both axes of the standard deviation, pixels.
    pub fn sigma_px(&self) -> f64 {
        determinant(self.covariance_px2).max(0.0).powf(0.25)
    }

    /// 1 − minor / major axis.
    pub fn ellipticity(&self) -> f64 {
        let [xx, xy, yy] = self.covariance_px2;
        let half_spread = (0.5 * (xx - yy)).hypot(xy);
        let mean = 0.5 * (xx + yy);
        1.0 - ((mean - half_spread).max(0.0) / (mean + half_spread)).sqrt()
    }
}

/// Follows the source nearest to a position on a background. None where there is no light above
/// it, where the source walks away, or where it is smaller than a pixel or larger than the frame.
pub fn moments(frame: &Frame<'_>, near_px: [f64; 2], background: f64) -> Option<Moments> {
    let largest = (frame.width.min(frame.height) as f64 / 2.0).powi(2);
    let start = FIRST_SIGMA_PX.powi(2).min(largest);
    let mut found = Moments {
        center_px: near_px,
        covariance_px2: [start, 0.0, start],
    };
    for _ in 0..MOST_ROUNDS {
        let next = round(frame, &found, background)?;
        let [x, y] = next.center_px;
        let walk = (x - near_px[0]).hypot(y - near_px[1]);
        let size = determinant(next.covariance_px2).sqrt();
        let is_sane = walk <= FARTHEST_WALK_PX && size > 0.15 && size < largest;
        if !is_sane {
            return None;
        }
        let change = (x - found.center_px[0]).hypot(y - found.center_px[1])
            + (next.sigma_px() - found.sigma_px()).abs();
        found = next;
        if change < 1e-4 {
            break;
        }
    }
    Some(found)
}

/// One round: the moments under a weight of the present form. The product of two equal Gaussians
/// has half their covariance and half of an offset, so both are doubled.
fn round(frame: &Frame<'_>, from: &Moments, background: f64) -> Option<Moments> {
    let [xx, xy, yy] = from.covariance_px2;
    let determinant = determinant(from.covariance_px2);
    let [a, b, c] = [yy / determinant, -xy / determinant, xx / determinant];
    let reach = REACH_SIGMAS * (xx.max(yy)).sqrt();
    let mut sums = [0.0; 6];
    for (at, dx, dy) in frame.within(from.center_px, reach) {
        if !frame.is_good(at) {
            continue;
        }
        let weight = (-0.5 * (a * dx * dx + 2.0 * b * dx * dy + c * dy * dy)).exp();
        let light = weight * (f64::from(frame.values[at]) - background);
        let terms = [1.0, dx, dy, dx * dx, dx * dy, dy * dy];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += light * term;
        }
    }
    let [light, x, y, xx, xy, yy] = sums;
    let is_there = light > 0.0 && light.is_finite();
    let [x, y] = is_there.then_some([x / light, y / light])?;
    let next = Moments {
        center_px: [from.center_px[0] + 2.0 * x, from.center_px[1] + 2.0 * y],
        covariance_px2: [
            2.0 * (xx / light - x * x),
            2.0 * (xy / light - x * y),
            2.0 * (yy / light - y * y),
        ],
    };
    let [xx, _, yy] = next.covariance_px2;
    (xx > 0.0 && yy > 0.0 && self::determinant(next.covariance_px2) > 0.0).then_some(next)
}

fn determinant([xx, xy, yy]: [f64; 3]) -> f64 {
    xx * yy - xy * xy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::psf_shape::{Ellipse, PsfShape};

    #[test]
    fn a_gaussian_is_found_with_its_width() {
        let shape = PsfShape::Gaussian(Ellipse::round(4.0));
        let mut values = shape.sample(21, 21, [9.4, 11.3]);
        for value in &mut values {
            *value += 3.0;
        }
        let frame = Frame::new(21, 21, &values, None).unwrap();
        let found = moments(&frame, [10.0, 10.0], 3.0).unwrap();
        assert!((found.center_px[0] - 9.4).abs() < 1e-2, "{found:?}");
        assert!((found.center_px[1] - 11.3).abs() < 1e-2);
        assert!((found.sigma_px() * 2.3548 - 4.0).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn no_light_is_no_source() {
        for value in [0.0, -5.0, f32::NAN] {
            let values = [value; 49];
            let frame = Frame::new(7, 7, &values, None).unwrap();
            assert_eq!(moments(&frame, [3.0, 3.0], 0.0), None, "{value}");
        }
    }
}
