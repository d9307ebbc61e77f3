//! Where each pixel of a stamp lies within its rectangle on the screen.
//!
//! Positions in a stamp follow the convention of the field: the first pixel's centre is
//! (0, 0), it reaches from -0.5 to 0.5. Offsets are target pixels from the rectangle's
//! upper left corner, y down.

use super::orientation::{Matrix2, Orientation};

/// What part of a stamp is shown, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Target pixels per stamp pixel.
    pub zoom: f64,
    /// The position in the stamp that is shown in the middle of the rectangle.
    pub center: [f64; 2],
    /// Which way up.
    pub orientation: Orientation,
}

/// The transform that draws a view: what the shader evaluates for each target pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Stamp pixels per target pixel, by rows.
    pub matrix: [[f32; 2]; 2],
    /// Stamp coordinates of offset (0, 0), counted from the first pixel's corner.
    pub origin: [f32; 2],
}

impl View {
    /// The whole stamp, as large as the rectangle allows. Of a stamp so long that its shorter side
    /// would be less than a target pixel, and so not be seen, the middle is shown.
    pub fn fit(size_px: [f64; 2], stamp_size: [usize; 2], orientation: Orientation) -> Self {
        let [width, height] = stamp_size.map(|side| side.max(1) as f64);
        let extent = orientation.extent_of(stamp_size);
        let zoom = (size_px[0] / extent[0]).min(size_px[1] / extent[1]);
        let least = 1.0 / width.min(height);
        Self {
            zoom: if zoom > 0.0 { zoom.max(least) } else { 1.0 },
            center: [(width - 1.0) / 2.0, (height - 1.0) / 2.0],
            orientation,
        }
    }

    /// The same middle, `factor` times as large.
    #[must_use]
    pub fn zoomed(self, factor: f64) -> Self {
        Self {
            zoom: self.zoom * factor,
            ..self
        }
    }

    /// Dragged: the picture follows the pointer by so many target pixels.
    #[must_use]
    pub fn panned(self, drag_px: [f64; 2]) -> Self {
        let [[a, b], [c, d]] = self.orientation.pixel_from_screen();
        let [x, y] = drag_px.map(|drag| drag / self.zoom);
        Self {
            center: [
                self.center[0] - (a * x + b * y),
                self.center[1] - (c * x + d * y),
            ],
            ..self
        }
    }

    /// The transform for a rectangle of that size.
    pub fn placement(self, size_px: [f64; 2]) -> Placement {
        let matrix = self
            .orientation
            .pixel_from_screen()
            .map(|row| row.map(|value| value / self.zoom));
        let middle = size_px.map(|side| side / 2.0);
        let origin = [0, 1].map(|axis| {
            let [x, y] = matrix[axis];
            self.center[axis] + 0.5 - (x * middle[0] + y * middle[1])
        });
        let origin = self.snapped(matrix, origin);
        Placement {
            matrix: matrix.map(|row| row.map(|value| value as f32)),
            origin: origin.map(|value| value as f32),
        }
    }
}

impl View {
    /// With rows along the screen's axes, moves the stamp by less than a target pixel so
    /// that its edge falls between target pixels. Otherwise an odd stamp in an even cell
    /// would have its pixel borders under the points where the shader looks, and rounding
    /// would choose the side.
    fn snapped(self, matrix: Matrix2, origin: [f64; 2]) -> [f64; 2] {
        let screen = self.orientation.screen_from_pixel;
        let [[a, b], [c, d]] = screen;
        let is_aligned = (b == 0.0 && c == 0.0) || (a == 0.0 && d == 0.0);
        if !is_aligned {
            return origin;
        }
        let edge_px = screen.map(|[x, y]| -self.zoom * (x * origin[0] + y * origin[1]));
        let [x_px, y_px] = edge_px.map(f64::round);
        matrix.map(|[x, y]| -(x * x_px + y * y_px))
    }
}

impl Placement {
    /// The position in the stamp at an offset.
    pub fn position_at(&self, offset_px: [f32; 2]) -> [f64; 2] {
        self.corner_position_at(offset_px)
            .map(|value| f64::from(value) - 0.5)
    }

    /// Column and row of the pixel at an offset; none outside the stamp.
    /// Twin of the look-up in `shaders/stamp.wgsl`, which asks at pixel centres.
    pub fn pixel_at(&self, offset_px: [f32; 2], stamp_size: [usize; 2]) -> Option<[usize; 2]> {
        let [x, y] = self.corner_position_at(offset_px).map(f32::floor);
        let is_inside =
            x >= 0.0 && y >= 0.0 && x < stamp_size[0] as f32 && y < stamp_size[1] as f32;
        is_inside.then_some([x as usize, y as usize])
    }

    /// The offset at which a position in the stamp is drawn; none for a degenerate view.
    pub fn offset_of(&self, position: [f64; 2]) -> Option<[f32; 2]> {
        let [[a, b], [c, d]] = self.matrix.map(|row| row.map(f64::from));
        let [x, y] = [0, 1].map(|axis| position[axis] + 0.5 - f64::from(self.origin[axis]));
        let area = a * d - b * c;
        let offset = [(d * x - b * y) / area, (a * y - c * x) / area];
        let is_sound = offset.iter().all(|value| value.is_finite());
        is_sound.then(|| offset.map(|value| value as f32))
    }

    fn corner_position_at(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| {
            let [a, b] = self.matrix[axis];
            a * x + b * y + self.origin[axis]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::{domain::Geometry, imaging::Orientation};

    fn fitted(orientation: Orientation) -> super::Placement {
        View::fit([80.0, 80.0], [10, 10], orientation).placement([80.0, 80.0])
    }

    #[test]
    fn a_fitted_stamp_fills_its_rectangle() {
        let placement = fitted(Orientation::ROW_ZERO_TOP);
        assert_eq!(placement.pixel_at([0.5, 0.5], [10, 10]), Some([0, 0]));
        assert_eq!(placement.pixel_at([79.5, 79.5], [10, 10]), Some([9, 9]));
        assert_eq!(placement.pixel_at([80.5, 5.0], [10, 10]), None);
        assert_eq!(placement.pixel_at([-0.5, 5.0], [10, 10]), None);
        let upward = fitted(Orientation::ROW_ZERO_BOTTOM);
        assert_eq!(upward.pixel_at([0.5, 0.5], [10, 10]), Some([0, 9]));
        let turned = fitted(Orientation::ROW_ZERO_TOP.turned(1));
        assert_eq!(turned.pixel_at([79.5, 0.5], [10, 10]), Some([0, 0]));
    }

    #[test]
    fn a_long_stamp_is_centred() {
        let view = View::fit([60.0, 60.0], [30, 10], Orientation::ROW_ZERO_TOP);
        assert_eq!((view.zoom, view.center), (2.0, [14.5, 4.5]));
        let placement = view.placement([60.0, 60.0]);
        assert_eq!(placement.pixel_at([0.5, 19.5], [30, 10]), None);
        assert_eq!(placement.pixel_at([0.5, 20.5], [30, 10]), Some([0, 0]));
    }

    #[test]
    fn a_stamp_of_one_row_is_seen() {
        for (size, zoom) in [([8000, 1], 1.0), ([1, 8000], 1.0), ([8000, 40], 0.05)] {
            let view = View::fit([400.0, 300.0], size, Orientation::ROW_ZERO_TOP);
            assert!((view.zoom - zoom).abs() < 1e-6, "{size:?}");
        }
        let view = View::fit([400.0, 300.0], [8000, 1], Orientation::ROW_ZERO_TOP);
        let placement = view.placement([400.0, 300.0]);
        let seen = (0..300).filter(|y| {
            let offset = [200.5, *y as f32 + 0.5];
            placement.pixel_at(offset, [8000, 1]).is_some()
        });
        assert_eq!(seen.count(), 1);
    }

    #[test]
    fn an_odd_stamp_in_an_even_cell_falls_on_the_pixel_grid() {
        for turns in 0..4 {
            let orientation = Orientation::ROW_ZERO_BOTTOM.turned(turns);
            let view = View {
                zoom: 3.0,
                center: [10.0, 10.0],
                orientation,
            };
            let placement = view.placement([64.0, 64.0]);
            let seen = |x: usize| placement.pixel_at([x as f32 + 0.5, 32.5], [21, 21]);
            let first = (0..64).find(|x| seen(*x).is_some()).unwrap();
            for x in first..first + 63 {
                let start = first + (x - first) / 3 * 3;
                assert_eq!(seen(x), seen(start), "{turns} turns, {x}");
            }
            assert_eq!(seen(first + 63), None);
        }
    }

    #[test]
    fn offsets_and_positions_are_inverse() {
        let geometry = Geometry::HeaderAngle {
            north_clockwise_of_up_deg: 41.58,
            arcsec_per_px: None,
        };
        let view = View::fit(
            [300.0, 200.0],
            [63, 58],
            Orientation::north_up(&geometry).unwrap(),
        );
        let placement = view
            .zoomed(1.7)
            .panned([12.0, -5.0])
            .placement([300.0, 200.0]);
        let position = placement.position_at([40.0, 120.0]);
        let offset = placement.offset_of(position).unwrap();
        assert!((offset[0] - 40.0).abs() < 1e-3 && (offset[1] - 120.0).abs() < 1e-3);
    }

    #[test]
    fn a_drag_moves_the_picture_with_the_pointer() {
        let view = View::fit(
            [80.0, 80.0],
            [10, 10],
            Orientation::ROW_ZERO_BOTTOM.turned(1),
        );
        let before = view.placement([80.0, 80.0]).position_at([20.0, 30.0]);
        let after = view
            .panned([7.0, -4.0])
            .placement([80.0, 80.0])
            .position_at([27.0, 26.0]);
        assert!((before[0] - after[0]).abs() < 1e-5 && (before[1] - after[1]).abs() < 1e-5);
    }

    #[test]
    fn empty_rectangles_and_stamps_are_no_trouble() {
        let view = View::fit([0.0, 0.0], [0, 0], Orientation::ROW_ZERO_TOP);
        assert!(view.zoom > 0.0);
        assert_eq!(
            view.placement([0.0, 0.0]).pixel_at([0.0, 0.0], [0, 0]),
            None
        );
    }
}
