// Scatter plots: all points of a cloud in one draw call, each a small disc.
//
// Host side: src/gpu/scatter.rs. `target_of` is the twin of `ScatterView::target_px` in
// src/imaging/scatter_view.rs; tests/scatter.rs compares them.

struct View {
    // Width and height of the whole render target, pixels.
    size_px: vec2f,
    // Where on it the middle of the plot lies.
    middle_px: vec2f,
    // What of the plane lies there.
    center: vec2f,
    // Pixels for one unit of the plane.
    scale_px: f32,
    // Radius of a disc, pixels.
    radius_px: f32,
    // 0 to 1, for all points alike.
    opacity: f32,
    padding_0: f32,
    padding_1: f32,
    padding_2: f32,
}

@group(0) @binding(0) var<uniform> view: View;

struct Point {
    @location(0) position: vec2f,
    @location(1) color: vec4f,
}

struct Corner {
    @builtin(position) position: vec4f,
    // From the middle of the disc, pixels.
    @location(0) offset_px: vec2f,
    @location(1) @interpolate(flat) color: vec4f,
}

fn target_of(position: vec2f) -> vec2f {
    let offset = (position - view.center) * view.scale_px;
    return view.middle_px + vec2f(offset.x, -offset.y);
}

// Room for the soft edge of a disc, pixels.
const SOFT = 0.5;

@vertex
fn vs_main(@builtin(vertex_index) vertex: u32, point: Point) -> Corner {
    let side = vec2f(f32(vertex & 1u), f32(vertex >> 1u)) * 2.0 - 1.0;
    let reach = view.radius_px + SOFT;
    let offset_px = side * reach;
    let at_px = target_of(point.position) + offset_px;
    let clip = at_px / view.size_px * 2.0 - 1.0;
    var corner: Corner;
    corner.position = vec4f(clip.x, -clip.y, 0.0, 1.0);
    corner.offset_px = offset_px;
    corner.color = point.color;
    return corner;
}

// Colour with its opacity, as displayed.
fn shade(corner: Corner) -> vec4f {
    let coverage = clamp(view.radius_px + SOFT - length(corner.offset_px), 0.0, 1.0);
    return vec4f(corner.color.rgb, coverage * corner.color.a * view.opacity);
}

// For targets that store colours as displayed.
@fragment
fn fs_main(corner: Corner) -> @location(0) vec4f {
    let color = shade(corner);
    return vec4f(color.rgb * color.a, color.a);
}

fn linear_from_srgb(color: vec3f) -> vec3f {
    let low = color / 12.92;
    let high = pow((color + 0.055) / 1.055, vec3f(2.4));
    return select(high, low, color <= vec3f(0.04045));
}

// For targets that store them as sRGB and blend in linear light.
@fragment
fn fs_main_srgb_target(corner: Corner) -> @location(0) vec4f {
    let color = shade(corner);
    return vec4f(linear_from_srgb(color.rgb) * color.a, color.a);
}
