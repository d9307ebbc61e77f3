// Panels, texts and curves of the window: the triangles that egui makes of them.
//
// Host side: src/gpu/meshes.rs. The picture is that of egui-wgpu's own shader. That one asks for every pixel whether it
// is to filter and to dither by itself, and a software driver computes both answers; here nothing is asked, and plain
// areas read no texture.

struct Screen {
    size_points: vec2f,
    padding: vec2f,
}

@group(0) @binding(0) var<uniform> screen: Screen;
@group(0) @binding(1) var glyphs: texture_2d<f32>;
@group(0) @binding(2) var filtered: sampler;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) color: vec4f,
    @location(1) texel: vec2f,
}

struct PlainCorner {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) color: vec4f,
}

fn on_screen(at: vec2f) -> vec4f {
    return vec4f(at / screen.size_points * vec2f(2.0, -2.0) + vec2f(-1.0, 1.0), 0.0, 1.0);
}

// Colours are as they are displayed, premultiplied by their opacity.
@vertex
fn vs_textured(@location(0) at: vec2f, @location(1) texel: vec2f, @location(2) color: vec4f) -> Corner {
    return Corner(on_screen(at), color, texel);
}

@fragment
fn fs_textured(corner: Corner) -> @location(0) vec4f {
    return corner.color * textureSample(glyphs, filtered, corner.texel);
}

@vertex
fn vs_plain(@location(0) at: vec2f, @location(1) texel: vec2f, @location(2) color: vec4f) -> PlainCorner {
    return PlainCorner(on_screen(at), color);
}

@fragment
fn fs_plain(corner: PlainCorner) -> @location(0) vec4f {
    return corner.color;
}
