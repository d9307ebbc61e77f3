//! Where the points of a plane fall on the screen: pan and zoom of a scatter plot.
//!
//! [`ScatterView::target_px`] is the twin of `target_of` in `shaders/scatter.wgsl`.

/// Which part of the plane is seen. The y axis of the plane points up, that of the screen down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScatterView {
    /// What of the plane lies in the middle.
    pub center: [f32; 2],
    /// Points of the screen for one unit of the plane, the same along both axes: distances mean the
    /// same in every direction.
    pub scale: f32,
}

impl Default for ScatterView {
    fn default() -> Self {
        Self {
            center: [0.0; 2],
            scale: 1.0,
        }
    }
}

/// Room round the points when all are seen, of the whole.
const EDGE: f32 = 0.06;
/// Bounds of the scale, so that no zoom leaves the numbers.
const SCALES: (f32, f32) = (1e-12, 1e12);

impl ScatterView {
    /// Shows all points in a rectangle of that size; points that are not finite are passed over.
    pub fn fit<'a>(points: impl IntoIterator<Item = &'a [f32; 2]>, size: [f32; 2]) -> Self {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for point in points {
            if point.iter().all(|at| at.is_finite()) {
                for axis in 0..2 {
                    low[axis] = low[axis].min(point[axis]);
                    high[axis] = high[axis].max(point[axis]);
                }
            }
        }
        if low[0] > high[0] {
            return Self::default();
        }
        let scale = |axis: usize| {
            let range = high[axis] - low[axis];
            let inner = size[axis] * (1.0 - 2.0 * EDGE);
            let scale = if range > 0.0 { inner / range } else { inner };
            scale.clamp(SCALES.0, SCALES.1)
        };
        Self {
            center: [0, 1].map(|axis| 0.5 * (low[axis] + high[axis])),
            scale: scale(0).min(scale(1)),
        }
    }

    /// Where a point falls, from the middle of the view.
    pub fn screen(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y] = [0, 1].map(|axis| (point[axis] - self.center[axis]) * self.scale);
        [x, -y]
    }

    /// What lies at a place, from the middle of the view.
    pub fn plane(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [
            self.center[0] + x / self.scale,
            self.center[1] - y / self.scale,
        ]
    }

    /// Where a point falls on a target whose pixel (0, 0) has its corner at the origin, where the
    /// view's middle is at `middle_px` and a point of the screen has `pixels` pixels.
    pub fn target_px(&self, point: [f32; 2], middle_px: [f32; 2], pixels: f32) -> [f32; 2] {
        let [x, y] = self.screen(point);
        [middle_px[0] + x * pixels, middle_px[1] + y * pixels]
    }

    /// Moves the points by so much.
    pub fn pan(&mut self, [x, y]: [f32; 2]) {
        self.center[0] -= x / self.scale;
        self.center[1] += y / self.scale;
    }

    /// Enlarges by a factor; what lies at `at`, from the middle of the view, stays there.
    pub fn zoom_at(&mut self, factor: f32, at: [f32; 2]) {
        let fixed = self.plane(at);
        self.scale = (self.scale * factor).clamp(SCALES.0, SCALES.1);
        let moved = self.plane(at);
        for axis in 0..2 {
            self.center[axis] += fixed[axis] - moved[axis];
        }
    }
}

/// All numbers below `count`, each once, so that every stretch of them is met in the same share:
/// what a part of a list stands for the whole by. The steps are the golden ratio of `count`.
pub fn spread_order(count: usize) -> impl Iterator<Item = usize> {
    let golden = (count as f64 * 0.618_033_988_749_894_9) as usize;
    let is_coprime = |step: &usize| greatest_common_divisor(*step, count) == 1;
    let step = (golden.max(1)..=count.max(1)).find(is_coprime).unwrap_or(1);
    let mut at = 0;
    (0..count).map(move |_| {
        let now = at;
        at = (at + step) % count;
        now
    })
}

const fn greatest_common_divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: [f32; 2], expected: [f32; 2]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
        }
    }

    #[test]
    fn all_points_are_seen_and_up_is_up() {
        let points = [[-2.0, 10.0], [4.0, 30.0], [f32::NAN, 0.0], [0.0, 20.0]];
        let view = ScatterView::fit(&points, [400.0, 200.0]);
        for point in points.into_iter().filter(|point| point[0].is_finite()) {
            let [x, y] = view.screen(point);
            assert!(x.abs() < 200.0 && y.abs() < 100.0, "{x} {y}");
        }
        assert!(view.screen([0.0, 30.0])[1] < view.screen([0.0, 10.0])[1]);
        assert_eq!(ScatterView::fit(&[], [10.0, 10.0]), ScatterView::default());
        let one = ScatterView::fit(&[[3.0, 4.0]], [100.0, 100.0]);
        near(one.screen([3.0, 4.0]), [0.0, 0.0]);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_while_zooming() {
        let mut view = ScatterView {
            center: [1.0, -2.0],
            scale: 30.0,
        };
        let at = [57.0, -31.0];
        let under = view.plane(at);
        near(view.screen(under), at);
        view.zoom_at(1.7, at);
        near(view.screen(under), at);
        view.pan([10.0, -4.0]);
        near(view.screen(under), [67.0, -35.0]);
    }

    #[test]
    fn a_part_of_the_list_is_spread_over_the_whole() {
        for count in [0, 1, 2, 3, 10, 64, 1000, 10_007] {
            let mut all: Vec<_> = spread_order(count).collect();
            let tenths = |of: &[usize]| {
                let mut tenths = [0_usize; 10];
                for at in of {
                    tenths[at * 10 / count] += 1;
                }
                tenths
            };
            if count >= 1000 {
                let part = tenths(&all[..count / 10]);
                let even = count / 100;
                assert!(
                    part.iter().all(|n| n.abs_diff(even) <= 3 + even / 50),
                    "{part:?}"
                );
            }
            all.sort_unstable();
            assert!(all.into_iter().eq(0..count), "{count}");
        }
    }
}
