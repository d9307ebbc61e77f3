// Stamps: every pixel of a grid of stamps in one draw call.
//
// Host side: src/gpu/stamps.rs. The fragment stage is the twin of `Look::color`,
// `Marks::classify`, `Stretch::apply`, `equalise::fraction_below` and `Placement::pixel_at`
// in src/imaging, of the texels of `shrink::shrink`; functions stand in the same order and do the same steps. tests/twin.rs
// compares them pixel by pixel.

// The stretch that all stamps of a draw call have, or EQUALISED: a software driver computes for every pixel each branch
// that it cannot rule out before.
override common_stretch: u32;
const EQUALISED = 98u;

struct Target {
    // Width and height of the whole render target, pixels.
    size_px: vec2f,
    padding: vec2f,
}

struct Look {
    low: f32,
    high: f32,
    contrast: f32,
    bias: f32,
    stretch: u32,
    parameter: f32,
    color_map: u32,
    is_inverted: u32,
    // Colours as 0xAABBGGRR; alpha 0: the mark is not shown.
    nan_color: u32,
    sentinel_color: u32,
    saturated_color: u32,
    // Where the quantiles of a histogram-equal stretch lie; count 0: there are none.
    quantiles_start: u32,
    quantiles_count: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
}

@group(0) @binding(0) var<uniform> target_area: Target;
// Bits of 32-bit floats.
@group(0) @binding(1) var atlas: texture_2d_array<u32>;
// One colour map a row.
@group(0) @binding(2) var color_maps: texture_2d<f32>;
@group(0) @binding(3) var<storage, read> looks: array<Look>;
@group(0) @binding(4) var<storage, read> quantiles: array<f32>;

struct Instance {
    // x, y, width, height in target pixels.
    @location(0) rect_px: vec4f,
    // Stamp pixels per target pixel, by rows.
    @location(1) matrix: vec4f,
    // Stamp coordinates at the rectangle's corner; levels of sentinels and saturation.
    @location(2) origin_and_marks: vec4f,
    // Corner in the layer in texels, size of the stamp in its own pixels.
    @location(3) tile: vec4u,
    // Layer, look, 1 where the sign is flipped; a texel stands for 2^w × 2^w pixels.
    @location(4) selection: vec4u,
}

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) rect_px: vec4f,
    @location(1) @interpolate(flat) matrix: vec4f,
    @location(2) @interpolate(flat) origin_and_marks: vec4f,
    @location(3) @interpolate(flat) tile: vec4u,
    @location(4) @interpolate(flat) selection: vec4u,
    // The look, read once a stamp: reading it once a pixel took a third of the time on
    // Mesa's software driver.
    @location(5) @interpolate(flat) interval: vec4f,
    @location(6) @interpolate(flat) shape: vec4u,
    @location(7) @interpolate(flat) mark_colors: vec4u,
    @location(8) @interpolate(flat) quantiles: vec2u,
}

@vertex
fn vs_main(@builtin(vertex_index) index: u32, instance: Instance) -> Corner {
    // A quad one pixel wider on all sides; the fragment stage cuts it to the rectangle, so
    // that no edge depends on how a rasteriser rounds.
    let unit = vec2f(f32(index & 1u), f32(index >> 1u));
    let corner_px = instance.rect_px.xy - 1.0 + unit * (instance.rect_px.zw + 2.0);
    let ndc = corner_px / target_area.size_px * vec2f(2.0, -2.0) + vec2f(-1.0, 1.0);
    var corner: Corner;
    corner.position = vec4f(ndc, 0.0, 1.0);
    corner.rect_px = instance.rect_px;
    corner.matrix = instance.matrix;
    corner.origin_and_marks = instance.origin_and_marks;
    corner.tile = instance.tile;
    corner.selection = instance.selection;
    let look = looks[instance.selection.y];
    corner.interval = vec4f(look.low, look.high, look.contrast, look.bias);
    corner.shape = vec4u(look.stretch, bitcast<u32>(look.parameter), look.color_map, look.is_inverted);
    corner.mark_colors = vec4u(look.nan_color, look.sentinel_color, look.saturated_color, 0u);
    corner.quantiles = vec2u(look.quantiles_start, look.quantiles_count);
    return corner;
}

const MARK_PLAIN = 0u;
const MARK_NAN = 1u;
const MARK_SENTINEL = 2u;
const MARK_SATURATED = 3u;

const INFINITY_BITS = 0x7f800000u;

// Twin of `Marks::classify`: by bits, because a shader may treat NaN as it likes.
fn classify(bits: u32, sentinel_from: f32, saturated_from: f32) -> u32 {
    let magnitude_bits = bits & 0x7fffffffu;
    if magnitude_bits > INFINITY_BITS {
        return MARK_NAN;
    }
    if magnitude_bits >= bitcast<u32>(sentinel_from) || is_fill_value(bits) {
        return MARK_SENTINEL;
    }
    if bitcast<f32>(bits) >= saturated_from {
        return MARK_SATURATED;
    }
    return MARK_PLAIN;
}

// Twin of `FILL_VALUES`.
fn is_fill_value(bits: u32) -> bool {
    return bits == 0xc61c3c00u // -9999
        || bits == 0xc7c34f80u // -99999
        || bits == 0xc7000000u // -32768
        || bits == 0xcf000000u; // -2147483648
}

// Twin of `Stretch::apply`; the host has brought the parameter into range.
fn stretched(t: f32, stretch: u32, a: f32) -> f32 {
    var s = t;
    switch stretch {
        case 1u: { s = log(a * t + 1.0) / log(a + 1.0); }
        case 2u: { s = sqrt(t); }
        case 3u: { s = t * t; }
        case 4u: { s = asinh(t / a) / asinh(1.0 / a); }
        case 5u: { s = sinh(t / a) / sinh(1.0 / a); }
        case 6u: { s = (exp2(t * log2(a)) - 1.0) / (a - 1.0); }
        default: {}
    }
    return clamp(s, 0.0, 1.0);
}

// Twin of `equalise::fraction_below`.
fn equalised(start: u32, count: u32, value: f32) -> f32 {
    if value <= quantiles[start] {
        return 0.0;
    }
    if value >= quantiles[start + count - 1u] {
        return 1.0;
    }
    // Invariant: quantiles[below] <= value < quantiles[above].
    var below = 0u;
    var above = count - 1u;
    while above - below > 1u {
        let middle = (below + above) / 2u;
        if quantiles[start + middle] <= value {
            below = middle;
        } else {
            above = middle;
        }
    }
    let low = quantiles[start + below];
    let step = (value - low) / (quantiles[start + above] - low);
    return (f32(below) + clamp(step, 0.0, 1.0)) / f32(count - 1u);
}

// Twin of `Look::position`.
fn position_in_map(corner: Corner, value: f32) -> f32 {
    let low = corner.interval.x;
    let high = corner.interval.y;
    let contrast = corner.interval.z;
    let bias = corner.interval.w;
    var s: f32;
    if common_stretch == EQUALISED {
        s = equalised(corner.quantiles.x, corner.quantiles.y, value);
    } else {
        let t = clamp((value - low) / (high - low), 0.0, 1.0);
        s = stretched(t, common_stretch, bitcast<f32>(corner.shape.y));
    }
    if corner.shape.w != 0u {
        s = 1.0 - s;
    }
    return clamp((s - bias) * contrast + 0.5, 0.0, 1.0);
}

// Twin of `Look::map_color`.
fn map_color(color_map: u32, position: f32) -> vec3f {
    let at = position * 255.0;
    let below = min(u32(floor(at)), 254u);
    let low = textureLoad(color_maps, vec2u(below, color_map), 0).rgb;
    let high = textureLoad(color_maps, vec2u(below + 1u, color_map), 0).rgb;
    return mix(low, high, at - f32(below));
}

// Twin of `Look::color`; outside the stamp nothing is drawn.
fn color_at(corner: Corner) -> vec3f {
    let offset_px = corner.position.xy - corner.rect_px.xy;
    if any(offset_px < vec2f(0.0)) || any(offset_px >= corner.rect_px.zw) {
        discard;
    }
    let m = corner.matrix;
    let at = floor(
        vec2f(m.x * offset_px.x + m.y * offset_px.y, m.z * offset_px.x + m.w * offset_px.y)
            + corner.origin_and_marks.xy,
    );
    if any(at < vec2f(0.0)) || any(at >= vec2f(corner.tile.zw)) {
        discard;
    }
    let texel = corner.tile.xy + (vec2u(at) >> vec2u(corner.selection.w));
    let bits = textureLoad(atlas, texel, corner.selection.x, 0).x;
    switch classify(bits, corner.origin_and_marks.z, corner.origin_and_marks.w) {
        case MARK_NAN: { return unpack4x8unorm(corner.mark_colors.x).rgb; }
        case MARK_SENTINEL: { return unpack4x8unorm(corner.mark_colors.y).rgb; }
        case MARK_SATURATED: {
            let color = unpack4x8unorm(corner.mark_colors.z);
            if color.a > 0.0 {
                return color.rgb;
            }
        }
        default: {}
    }
    var value = bitcast<f32>(bits);
    if corner.selection.z != 0u {
        value = -value;
    }
    return map_color(corner.shape.z, position_in_map(corner, value));
}

// For targets that store colours as they are displayed.
@fragment
fn fs_main(corner: Corner) -> @location(0) vec4f {
    return vec4f(color_at(corner), 1.0);
}

// For sRGB targets, which encode what is written: the colour is decoded first.
@fragment
fn fs_main_srgb_target(corner: Corner) -> @location(0) vec4f {
    let encoded = color_at(corner);
    let low = encoded / 12.92;
    let high = pow((encoded + 0.055) / 1.055, vec3f(2.4));
    return vec4f(select(high, low, encoded <= vec3f(0.04045)), 1.0);
}
