//! A plane in a space of many axes: where points fall on it, and the outlines of normal
//! distributions.

use super::principal_axes::PrincipalAxes;

/// Two axes, and what lies at their origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// What falls onto (0, 0).
    pub origin: Vec<f32>,
    /// Both axes, each of the length of `origin`.
    pub axes: [Vec<f32>; 2],
}

/// An ellipse on a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    /// Its middle.
    pub center: [f32; 2],
    /// Both half axes as vectors from the middle.
    pub half_axes: [[f32; 2]; 2],
}

impl Plane {
    /// Two of the axes of the space themselves.
    pub fn of_axes(dimensions: usize, [x, y]: [usize; 2]) -> Self {
        let unit = |axis: usize| {
            let is_it = |at| f32::from(u8::from(at == axis));
            (0..dimensions).map(is_it).collect()
        };
        Self {
            origin: vec![0.0; dimensions],
            axes: [unit(x), unit(y)],
        }
    }

    /// The plane of the first two principal axes; a missing one is zero.
    pub fn of_principal_axes(found: &PrincipalAxes) -> Self {
        let axis = |at: usize| {
            let none = || vec![0.0; found.mean.len()];
            found.axes.get(at).cloned().unwrap_or_else(none)
        };
        Self {
            origin: found.mean.clone(),
            axes: [axis(0), axis(1)],
        }
    }

    /// Where a point falls.
    pub fn project(&self, point: &[f32]) -> [f32; 2] {
        self.axes.each_ref().map(|axis| {
            let terms = axis.iter().zip(point).zip(&self.origin);
            terms.map(|((axis, at), origin)| axis * (at - origin)).sum()
        })
    }

    /// The outline, at so many standard deviations, of a normal distribution without covariances
    /// between the axes of the space: that of its shadow on the plane.
    pub fn ellipse(&self, mean: &[f32], variance: &[f32], sigmas: f32) -> Ellipse {
        let covariance = |a: &[f32], b: &[f32]| -> f32 {
            let terms = a.iter().zip(b).zip(variance);
            terms.map(|((a, b), variance)| a * b * variance).sum()
        };
        let [x, y] = &self.axes;
        let (xx, yy, xy) = (covariance(x, x), covariance(y, y), covariance(x, y));
        // The eigenvectors of a symmetric 2×2 matrix.
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        let (half, spread) = (0.5 * (xx + yy), (0.5 * (xx - yy)).hypot(xy));
        let long = sigmas * (half + spread).max(0.0).sqrt();
        let short = sigmas * (half - spread).max(0.0).sqrt();
        let (sin, cos) = angle.sin_cos();
        Ellipse {
            center: self.project(mean),
            half_axes: [[long * cos, long * sin], [-short * sin, short * cos]],
        }
    }
}

impl Ellipse {
    /// So many points of the outline, in order.
    pub fn outline(&self, points: usize) -> impl Iterator<Item = [f32; 2]> + use<> {
        let Self { center, half_axes } = *self;
        (0..points).map(move |at| {
            let (sin, cos) = (std::f32::consts::TAU * at as f32 / points as f32).sin_cos();
            [0, 1].map(|axis| center[axis] + cos * half_axes[0][axis] + sin * half_axes[1][axis])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: [f32; 2], expected: [f32; 2]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
        }
    }

    #[test]
    fn two_axes_are_taken_as_they_are() {
        let plane = Plane::of_axes(3, [2, 0]);
        near(plane.project(&[1.0, 5.0, -3.0]), [-3.0, 1.0]);
        let ellipse = plane.ellipse(&[1.0, 0.0, 2.0], &[4.0, 9.0, 1.0], 2.0);
        near(ellipse.center, [2.0, 1.0]);
        // The longer half axis is that of the variance 4.
        let [long, short] = ellipse.half_axes;
        near([long[0].abs(), long[1].abs()], [0.0, 4.0]);
        near([short[0].abs(), short[1].abs()], [2.0, 0.0]);
    }

    #[test]
    fn every_point_of_an_outline_is_equally_far_in_standard_deviations() {
        let slope = std::f32::consts::FRAC_1_SQRT_2;
        let plane = Plane {
            origin: vec![0.0; 3],
            axes: [vec![slope, slope, 0.0], vec![0.0, 0.6, 0.8]],
        };
        let variance = [4.0, 1.0, 0.25];
        let ellipse = plane.ellipse(&[0.0; 3], &variance, 2.0);
        // The covariance on the plane, by hand, and its inverse.
        let (xx, yy, xy) = (2.5, 0.36 + 0.16, slope * 0.6);
        let determinant = xx * yy - xy * xy;
        for [x, y] in ellipse.outline(12) {
            let distance = (yy * x * x - 2.0 * xy * x * y + xx * y * y) / determinant;
            assert!((distance - 4.0).abs() < 1e-3, "{distance}");
        }
    }
}
