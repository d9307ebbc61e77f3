//! A closed line drawn by hand: which points lie inside.

/// A polygon; its last point is joined to its first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon {
    corners: Vec<[f32; 2]>,
    low: [f32; 2],
    high: [f32; 2],
}

impl Polygon {
    /// Of its corners in order; corners that are not finite are left out.
    pub fn new(corners: impl IntoIterator<Item = [f32; 2]>) -> Self {
        let corners = corners.into_iter();
        let corners: Vec<_> = corners
            .filter(|at| at.iter().all(|x| x.is_finite()))
            .collect();
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for corner in &corners {
            for axis in 0..2 {
                low[axis] = low[axis].min(corner[axis]);
                high[axis] = high[axis].max(corner[axis]);
            }
        }
        Self { corners, low, high }
    }

    /// A rectangle between two opposite corners.
    pub fn rectangle([x0, y0]: [f32; 2], [x1, y1]: [f32; 2]) -> Self {
        Self::new([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    }

    /// True where a point lies inside: a ray from it crosses the line an odd number of times
    /// (the even-odd rule). Of a point on the line nothing is promised, except that of two
    /// polygons that share a side exactly one has it.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let is_near =
            x >= self.low[0] && x <= self.high[0] && y >= self.low[1] && y <= self.high[1];
        if !is_near {
            return false;
        }
        let mut is_inside = false;
        let mut before = self.corners.last();
        for corner in &self.corners {
            if let Some([ax, ay]) = before.replace(corner)
                && (*ay > y) != (corner[1] > y)
            {
                // In double precision: the sides of a lasso are short, and the space is wide.
                let [ax, ay, bx, by] = [*ax, *ay, corner[0], corner[1]].map(f64::from);
                let crossing = ax + (f64::from(y) - ay) / (by - ay) * (bx - ax);
                is_inside ^= f64::from(x) < crossing;
            }
        }
        is_inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polygon_with_a_bay_leaves_the_bay_out() {
        // A U, open above.
        let u = Polygon::new([
            [0.0, 0.0],
            [3.0, 0.0],
            [3.0, 3.0],
            [2.0, 3.0],
            [2.0, 1.0],
            [1.0, 1.0],
            [1.0, 3.0],
            [0.0, 3.0],
        ]);
        for (point, is_inside) in [
            ([0.5, 2.0], true),
            ([2.5, 2.9], true),
            ([1.5, 0.5], true),
            ([1.5, 2.0], false),
            ([1.5, 4.0], false),
            ([-0.1, 0.5], false),
            ([f32::NAN, 1.0], false),
        ] {
            assert_eq!(u.contains(point), is_inside, "{point:?}");
        }
    }

    #[test]
    fn neighbours_share_no_point_and_lose_none() {
        // Two triangles that make a square: each of its points belongs to exactly one.
        let lower = Polygon::new([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
        let upper = Polygon::new([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
        for x in 1..64 {
            for y in 1..64 {
                let point = [x as f32 / 64.0, y as f32 / 64.0];
                assert!(lower.contains(point) ^ upper.contains(point), "{point:?}");
            }
        }
    }

    #[test]
    fn a_rectangle_may_be_drawn_from_any_corner_and_a_line_holds_nothing() {
        let [a, b] = [[2.0, 5.0], [-1.0, 1.0]];
        for rectangle in [Polygon::rectangle(a, b), Polygon::rectangle(b, a)] {
            assert!(rectangle.contains([0.0, 3.0]) && !rectangle.contains([0.0, 0.5]));
        }
        for nothing in [
            Polygon::default(),
            Polygon::new([[0.0, 0.0]]),
            Polygon::new([[0.0, 0.0], [2.0, 2.0]]),
        ] {
            assert!(!nothing.contains([1.0, 1.0]));
        }
    }
}
