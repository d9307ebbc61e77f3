//! Draws the triangles of the window where a software driver draws: pipelines, glyphs and the buffers of this frame.

use bytemuck::cast_slice;

use super::mesh_frame::{MeshDraw, MeshFrame, MeshVertex};

const SHADER: &str = include_str!("../../shaders/meshes.wgsl");
const VERTEX: [wgpu::VertexAttribute; 3] =
    wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4];
/// Bytes that buffers have at first.
const FIRST_BYTES: u64 = 1 << 20;
/// Bytes of a pixel of the glyphs.
const PIXEL_BYTES: u32 = 4;

/// Pixels of the texture of glyphs that are new.
#[derive(Clone, Copy, Debug)]
pub struct GlyphPixels<'a> {
    /// Where they are, from the left and from the top; none where they are the whole texture.
    pub corner: Option<[u32; 2]>,
    /// Columns and rows.
    pub size: [u32; 2],
    /// Red, green, blue and opacity, row by row, premultiplied.
    pub rgba: &'a [u8],
}

/// What draws the triangles of a window.
#[derive(Debug)]
pub struct MeshPainter {
    device: wgpu::Device,
    queue: wgpu::Queue,
    textured: wgpu::RenderPipeline,
    plain: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    screen: wgpu::Buffer,
    glyphs: Option<(wgpu::Texture, wgpu::BindGroup)>,
    vertices: wgpu::Buffer,
    indices: wgpu::Buffer,
}

impl MeshPainter {
    /// For a target of one sample without depth; none for sRGB targets, which would need another shader.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        target_format: wgpu::TextureFormat,
    ) -> Option<Self> {
        if target_format.is_srgb() {
            return None;
        }
        let layout = bind_group_layout(device);
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: LABEL,
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline = |stages, blend| {
            let target = wgpu::ColorTargetState {
                format: target_format,
                blend,
                write_mask: wgpu::ColorWrites::ALL,
            };
            pipeline(device, &layout, &shader, stages, target)
        };
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: LABEL,
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        Some(Self {
            textured: pipeline(["vs_textured", "fs_textured"], Some(BLEND)),
            plain: pipeline(["vs_plain", "fs_plain"], None),
            layout,
            sampler,
            screen: buffer(device, 16, wgpu::BufferUsages::UNIFORM),
            glyphs: None,
            vertices: buffer(device, FIRST_BYTES, wgpu::BufferUsages::VERTEX),
            indices: buffer(device, FIRST_BYTES, wgpu::BufferUsages::INDEX),
            device: device.clone(),
            queue: queue.clone(),
        })
    }

    /// Takes in pixels of glyphs. A part of a texture that never came is left out.
    pub fn set_glyphs(&mut self, new: GlyphPixels<'_>) {
        let [width, height] = new.size;
        let size = wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        };
        if new.corner.is_none() {
            let texture = self.device.create_texture(&wgpu::TextureDescriptor {
                label: LABEL,
                size,
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: wgpu::TextureFormat::Rgba8Unorm,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            });
            let bound = self.bind(&texture);
            self.glyphs = Some((texture, bound));
        }
        let Some((texture, _)) = &self.glyphs else {
            return;
        };
        let [x, y] = new.corner.unwrap_or_default();
        let place = wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x, y, z: 0 },
            ..texture.as_image_copy()
        };
        let rows = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(PIXEL_BYTES * width),
            rows_per_image: Some(height),
        };
        self.queue.write_texture(place, new.rgba, rows, size);
    }

    fn bind(&self, texture: &wgpu::Texture) -> wgpu::BindGroup {
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: LABEL,
            layout: &self.layout,
            entries: &[
                entry(0, self.screen.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(&view)),
                entry(2, wgpu::BindingResource::Sampler(&self.sampler)),
            ],
        })
    }

    /// Gives the device the triangles of a frame, for a screen of so many points.
    pub fn upload(&mut self, frame: &MeshFrame, size_points: [f32; 2]) {
        let [width, height] = size_points;
        let screen = [width, height, 0.0, 0.0];
        self.queue
            .write_buffer(&self.screen, 0, cast_slice(&screen));
        fill(
            &self.device,
            &self.queue,
            &mut self.vertices,
            cast_slice(&frame.vertices),
        );
        fill(
            &self.device,
            &self.queue,
            &mut self.indices,
            cast_slice(&frame.indices),
        );
    }

    /// Records draw calls of the frame that was uploaded.
    pub fn paint(
        &self,
        draws: &[MeshDraw],
        screen_px: [u32; 2],
        pixels_per_point: f32,
        pass: &mut wgpu::RenderPass<'static>,
    ) {
        let Some((_, bound)) = &self.glyphs else {
            return;
        };
        let [width, height] = screen_px.map(|side| side as f32);
        pass.set_viewport(0.0, 0.0, width, height, 0.0, 1.0);
        pass.set_bind_group(0, bound, &[]);
        pass.set_vertex_buffer(0, self.vertices.slice(..));
        pass.set_index_buffer(self.indices.slice(..), wgpu::IndexFormat::Uint32);
        let mut is_plain = None;
        for draw in draws {
            let [left, top, width, height] = scissor(draw.clip, screen_px, pixels_per_point);
            if width == 0 || height == 0 {
                continue;
            }
            if is_plain.replace(draw.is_plain) != Some(draw.is_plain) {
                pass.set_pipeline(if draw.is_plain {
                    &self.plain
                } else {
                    &self.textured
                });
            }
            pass.set_scissor_rect(left, top, width, height);
            pass.draw_indexed(draw.indices.clone(), 0, 0..1);
        }
    }
}

/// The name in messages of the driver.
const LABEL: Option<&str> = Some("meshes");

/// What egui's own renderer does with what is below.
const BLEND: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    },
};

/// Left, top, width and height in pixels of a rectangle in points, as far as it is on the screen; egui rounds alike.
fn scissor(clip: [f32; 4], screen_px: [u32; 2], pixels_per_point: f32) -> [u32; 4] {
    let pixel = |at: f32, side: u32| ((at * pixels_per_point).round() as u32).min(side);
    let [width, height] = screen_px;
    let [left, top, right, bottom] = clip;
    let (left, top) = (pixel(left, width), pixel(top, height));
    let (right, bottom) = (pixel(right, width), pixel(bottom, height));
    [
        left,
        top,
        right.saturating_sub(left),
        bottom.saturating_sub(top),
    ]
}

fn buffer(device: &wgpu::Device, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: LABEL,
        size,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

/// Writes into a buffer, into a larger one where it is too small.
fn fill(device: &wgpu::Device, queue: &wgpu::Queue, into: &mut wgpu::Buffer, bytes: &[u8]) {
    let needed = bytes.len() as u64;
    if needed > into.size() {
        *into = buffer(device, needed.next_power_of_two(), into.usage());
    }
    queue.write_buffer(into, 0, bytes);
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding, visibility, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty,
        count: None,
    };
    let screen = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let glyphs = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: true },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: LABEL,
        entries: &[
            entry(0, wgpu::ShaderStages::VERTEX, screen),
            entry(1, wgpu::ShaderStages::FRAGMENT, glyphs),
            entry(2, wgpu::ShaderStages::FRAGMENT, sampler),
        ],
    })
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    shader: &wgpu::ShaderModule,
    [vertex, fragment]: [&str; 2],
    target: wgpu::ColorTargetState,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: LABEL,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let buffers = wgpu::VertexBufferLayout {
        array_stride: size_of::<MeshVertex>() as u64,
        step_mode: wgpu::VertexStepMode::Vertex,
        attributes: &VERTEX,
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: LABEL,
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: shader,
            entry_point: Some(vertex),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(buffers)],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: shader,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(target)],
        }),
        multiview_mask: None,
        cache: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_stay_on_the_screen() {
        let screen = [200, 100];
        for (clip, pixels_per_point, pixels) in [
            ([10.0, 20.0, 30.0, 50.0], 1.0, [10, 20, 20, 30]),
            ([10.0, 20.0, 30.0, 50.0], 2.0, [20, 40, 40, 60]),
            ([10.4, 20.5, 30.6, 50.4], 1.0, [10, 21, 21, 29]),
            ([-9.0, -9.0, 900.0, 900.0], 1.0, [0, 0, 200, 100]),
            (
                [
                    f32::NEG_INFINITY,
                    f32::NEG_INFINITY,
                    f32::INFINITY,
                    f32::INFINITY,
                ],
                1.5,
                [0, 0, 200, 100],
            ),
            ([50.0, 50.0, 40.0, 40.0], 1.0, [50, 50, 0, 0]),
        ] {
            assert_eq!(scissor(clip, screen, pixels_per_point), pixels, "{clip:?}");
        }
    }
}
