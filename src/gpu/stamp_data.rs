//! The stamps of a batch, and what the stamp shader reads of them, laid out byte for byte as
//! `shaders/stamp.wgsl` declares it.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use crate::{
    domain::StampId,
    imaging::{ColorMap, Look, Placement, Stretch},
};

use super::atlas_layers::Tile;

/// One stamp on the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StampInstance {
    /// Whose pixels.
    pub stamp: StampId,
    /// Left, top, width and height in target pixels (not points), y down. What of the
    /// rectangle lies outside the stamp is left as it is.
    pub rect_px: [f32; 4],
    /// Zoom, pan, rotation and flips: see [`crate::imaging::View::placement`].
    pub placement: Placement,
    /// Index into the looks of the same batch.
    pub look: u32,
    /// True flips the sign of each value before it is coloured: for a difference that is
    /// reference minus science. Marks are judged by what the stamp stores.
    pub is_negated: bool,
}

/// One stamp of a batch: `Instance` in the shader, stepped per instance.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct InstanceData {
    rect_px: [f32; 4],
    matrix: [f32; 4],
    origin_and_marks: [f32; 4],
    tile: [u32; 4],
    selection: [u32; 4],
}

impl InstanceData {
    /// Attributes in the order of the fields.
    pub const ATTRIBUTES: [wgpu::VertexAttribute; 5] = wgpu::vertex_attr_array![
        0 => Float32x4, 1 => Float32x4, 2 => Float32x4, 3 => Uint32x4, 4 => Uint32x4
    ];

    /// An instance whose pixels lie in `tile`.
    pub fn new(instance: &StampInstance, tile: &Tile) -> Self {
        let [[a, b], [c, d]] = instance.placement.matrix;
        let [x, y] = instance.placement.origin;
        let marks = tile.marks;
        Self {
            rect_px: instance.rect_px,
            matrix: [a, b, c, d],
            origin_and_marks: [x, y, marks.sentinel_from, marks.saturated_from],
            tile: [tile.origin[0], tile.origin[1], tile.size[0], tile.size[1]],
            selection: [
                tile.layer,
                instance.look,
                u32::from(instance.is_negated),
                tile.level,
            ],
        }
    }

    /// Index into the looks of its batch.
    const fn look(&self) -> u32 {
        self.selection[1]
    }
}

/// One look: `Look` in the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct LookData {
    low: f32,
    high: f32,
    contrast: f32,
    bias: f32,
    stretch: u32,
    parameter: f32,
    color_map: u32,
    is_inverted: u32,
    nan_color: u32,
    sentinel_color: u32,
    saturated_color: u32,
    quantiles_start: u32,
    quantiles_count: u32,
    padding: [u32; 3],
}

impl LookData {
    /// A look; its quantiles, if its stretch uses them, are appended to `quantiles`.
    pub fn new(look: &Look, quantiles: &mut Vec<f32>) -> Self {
        let table = match (&look.equalise, look.stretch) {
            (Some(table), Stretch::HistogramEqual) => table.as_ref(),
            _ => &[],
        };
        let quantiles_start = quantiles.len() as u32;
        quantiles.extend_from_slice(table);
        Self {
            low: look.limits.low,
            high: look.limits.high,
            contrast: look.contrast,
            bias: look.bias,
            stretch: stretch_code(look.stretch),
            parameter: look.stretch.parameter(look.stretch_parameter),
            color_map: color_map_row(look.color_map),
            is_inverted: u32::from(look.is_inverted),
            nan_color: packed(Some(look.marks.nan)),
            sentinel_color: packed(Some(look.marks.sentinel)),
            saturated_color: packed(look.marks.saturated),
            quantiles_start,
            quantiles_count: table.len() as u32,
            padding: [0; 3],
        }
    }
}

/// The stretch that stamps of one draw call have in common: `common_stretch` in the shader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommonStretch(pub u32);

impl CommonStretch {
    /// By quantiles of the pixels.
    const EQUALISED: Self = Self(98);
    /// Those of the look that destello has at first: differences, and the other stamps.
    pub const USUAL: [Self; 2] = [
        Self(stretch_code(Stretch::Linear)),
        Self(stretch_code(Stretch::Asinh)),
    ];

    /// That of stamps with this look.
    const fn of(look: &LookData) -> Self {
        if look.quantiles_count > 1 {
            Self::EQUALISED
        } else {
            Self(look.stretch)
        }
    }
}

/// Orders stamps by their stretch, for those of a batch lie beside each other, and gives the draw call of each.
pub fn draw_calls(
    instances: &mut [InstanceData],
    looks: &[LookData],
) -> Vec<(Range<u32>, CommonStretch)> {
    let stretch = |instance: &InstanceData| {
        let look = looks.get(instance.look() as usize);
        look.map(CommonStretch::of)
    };
    instances.sort_by_key(stretch);
    let mut calls: Vec<(Range<u32>, CommonStretch)> = Vec::new();
    for (at, instance) in (0..).zip(&*instances) {
        let Some(stretch) = stretch(instance) else {
            continue;
        };
        match calls.last_mut() {
            Some((range, known)) if *known == stretch => range.end = at + 1,
            _ => calls.push((at..at + 1, stretch)),
        }
    }
    calls
}

/// The `case` of a stretch in the shader.
const fn stretch_code(stretch: Stretch) -> u32 {
    match stretch {
        Stretch::Linear => 0,
        Stretch::Log => 1,
        Stretch::Sqrt => 2,
        Stretch::Square => 3,
        Stretch::Asinh => 4,
        Stretch::Sinh => 5,
        Stretch::Power => 6,
        Stretch::HistogramEqual => 7,
    }
}

/// The row of a map in the colour map texture: its place in `ColorMap::ALL`.
pub const fn color_map_row(map: ColorMap) -> u32 {
    map as u32
}

/// A colour as `unpack4x8unorm` reads it; alpha 0 where there is none.
fn packed(color: Option<[u8; 3]>) -> u32 {
    color.map_or(0, |[r, g, b]| u32::from_le_bytes([r, g, b, 255]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Limits;

    fn instances(looks: &[u32]) -> Vec<InstanceData> {
        let with = |look: &u32| InstanceData {
            selection: [0, *look, 0, 0],
            ..InstanceData::zeroed()
        };
        looks.iter().map(with).collect()
    }

    #[test]
    fn stamps_of_one_stretch_are_one_call() {
        let look = |stretch| Look::new(Limits::new(0.0, 1.0), stretch, ColorMap::Inferno);
        let stretches = [
            Stretch::Linear,
            Stretch::Asinh,
            Stretch::Linear,
            Stretch::HistogramEqual,
        ];
        let mut quantiles = Vec::new();
        let mut looks: Vec<_> = (stretches.iter())
            .map(|stretch| LookData::new(&look(*stretch), &mut quantiles))
            .collect();
        let calls = |of: &[u32], looks: &[LookData]| {
            let mut stamps = instances(of);
            let calls = draw_calls(&mut stamps, looks);
            let calls: Vec<_> = (calls.into_iter())
                .map(|(range, stretch)| (range, stretch.0))
                .collect();
            let order: Vec<_> = stamps.iter().map(InstanceData::look).collect();
            (calls, order)
        };
        assert_eq!(
            calls(&[0, 1, 2, 1, 0], &looks),
            (vec![(0..3, 0), (3..5, 4)], vec![0, 2, 0, 1, 1])
        );
        // Without quantiles a histogram-equal stretch is one like the others; with some it is not.
        assert_eq!(calls(&[3], &looks).0, [(0..1, 7)]);
        looks[3].quantiles_count = 2;
        assert_eq!(calls(&[3, 0], &looks).0, [(0..1, 0), (1..2, 98)]);
        // What has no look is not drawn.
        assert_eq!(calls(&[9, 0], &looks).0, [(1..2, 0)]);
        assert_eq!(calls(&[], &looks).0, []);
    }
}
