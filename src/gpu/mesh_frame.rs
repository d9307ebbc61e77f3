//! The triangles of one frame of the window, sorted into draw calls.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

/// A corner of a triangle, as egui has it.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct MeshVertex {
    /// On the screen, points.
    pub at: [f32; 2],
    /// In the texture of glyphs, 0 to 1; its corner is white.
    pub texel: [f32; 2],
    /// As it is displayed, premultiplied by the opacity.
    pub color: [u8; 4],
}

/// Triangles that are drawn by one call.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshDraw {
    /// Left, top, right and bottom of what may be drawn on, points.
    pub clip: [f32; 4],
    pub indices: Range<u32>,
    /// Large areas of one opaque colour: no texture is read, and nothing below shows through.
    pub is_plain: bool,
}

/// Triangles below that many square points are not worth a draw call of their own.
const LARGE: f32 = 400.0;

#[derive(Clone, Debug, Default)]
pub struct MeshFrame {
    pub vertices: Vec<MeshVertex>,
    pub indices: Vec<u32>,
    pub draws: Vec<MeshDraw>,
}

impl MeshFrame {
    /// Adds triangles that are drawn above those before; three indices each.
    pub fn push(&mut self, clip: [f32; 4], vertices: &[MeshVertex], indices: &[u32]) {
        let base = self.vertices.len() as u32;
        let mut start = self.indices.len() as u32;
        let mut last = None;
        for corners in indices.chunks_exact(3) {
            let triangle = corners.iter().map(|at| vertices.get(*at as usize));
            let Some(triangle) = triangle.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let is_plain = is_plain_area(&triangle);
            if let Some(is_plain) = last.replace(is_plain).filter(|before| *before != is_plain) {
                start = self.close(clip, start, is_plain);
            }
            self.indices.extend(corners.iter().map(|at| base + at));
        }
        if let Some(is_plain) = last {
            self.close(clip, start, is_plain);
        }
        self.vertices.extend_from_slice(vertices);
    }

    /// One draw call of the triangles from `start` on; where the next begins.
    fn close(&mut self, clip: [f32; 4], start: u32, is_plain: bool) -> u32 {
        let end = self.indices.len() as u32;
        self.draws.push(MeshDraw {
            clip,
            indices: start..end,
            is_plain,
        });
        end
    }
}

/// A large triangle of one opaque colour without texture.
fn is_plain_area(triangle: &[&MeshVertex]) -> bool {
    let [a, b, c] = triangle else {
        return false;
    };
    let is_white = |corner: &MeshVertex| corner.texel == [0.0, 0.0];
    let is_one_color = a.color[3] == u8::MAX && a.color == b.color && a.color == c.color;
    let twice_area =
        (b.at[0] - a.at[0]) * (c.at[1] - a.at[1]) - (c.at[0] - a.at[0]) * (b.at[1] - a.at[1]);
    is_one_color && triangle.iter().all(|corner| is_white(corner)) && twice_area.abs() > 2.0 * LARGE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertex(at: [f32; 2], texel: f32, alpha: u8) -> MeshVertex {
        MeshVertex {
            at,
            texel: [texel, texel],
            color: [9, 9, 9, alpha],
        }
    }

    /// A square of two triangles with that side.
    fn square(side: f32, texel: f32, alpha: u8) -> Vec<MeshVertex> {
        let corners = [[0.0, 0.0], [side, 0.0], [0.0, side], [side, side]];
        corners.map(|at| vertex(at, texel, alpha)).into()
    }

    const SQUARE: [u32; 6] = [0, 1, 2, 2, 1, 3];

    #[test]
    fn only_large_opaque_areas_without_texture_are_plain() {
        for (side, texel, alpha, is_plain) in [
            (100.0, 0.0, 255, true),
            (100.0, 0.0, 254, false),
            (100.0, 0.1, 255, false),
            (10.0, 0.0, 255, false),
        ] {
            let mut frame = MeshFrame::default();
            frame.push([0.0; 4], &square(side, texel, alpha), &SQUARE);
            assert_eq!(frame.draws.len(), 1);
            assert_eq!(frame.draws[0].is_plain, is_plain, "{side} {texel} {alpha}");
        }
        let mut blend = square(100.0, 0.0, 255);
        blend[1].color = [8, 9, 9, 255];
        let mut frame = MeshFrame::default();
        frame.push([0.0; 4], &blend, &SQUARE);
        assert!(!frame.draws[0].is_plain);
    }

    #[test]
    fn triangles_keep_their_order_over_draw_calls() {
        let mut frame = MeshFrame::default();
        let mut corners = square(100.0, 0.0, 255);
        corners.extend(square(50.0, 0.5, 255));
        let mut indices: Vec<u32> = SQUARE.into();
        indices.extend(SQUARE.map(|at| at + 4));
        indices.extend(SQUARE);
        frame.push([1.0; 4], &corners, &indices);
        frame.push([2.0; 4], &square(50.0, 0.5, 255), &SQUARE);
        let draws: Vec<_> = (frame.draws.iter())
            .map(|draw| (draw.clip[0], draw.indices.clone(), draw.is_plain))
            .collect();
        assert_eq!(
            draws,
            [
                (1.0, 0..6, true),
                (1.0, 6..12, false),
                (1.0, 12..18, true),
                (2.0, 18..24, false)
            ]
        );
        assert_eq!(frame.indices[18..], SQUARE.map(|at| at + 8));
        assert_eq!(frame.vertices.len(), 12);
    }

    #[test]
    fn triangles_without_corners_are_left_out() {
        let mut frame = MeshFrame::default();
        frame.push([0.0; 4], &square(9.0, 0.0, 255), &[0, 1, 7, 0, 1]);
        assert!(frame.draws.is_empty() && frame.indices.is_empty());
    }
}
