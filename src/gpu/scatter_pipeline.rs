//! The scatter pipeline: shader, bindings and target, made once per device and format.

use super::pipeline::Squares;

const SHADER: &str = include_str!("../../shaders/scatter.wgsl");

/// Bytes of a point's place: two floats.
const POSITION_BYTES: u64 = 8;
/// Bytes of its colour: red, green, blue, opacity.
const COLOR_BYTES: u64 = 4;
const POSITION: [wgpu::VertexAttribute; 1] = wgpu::vertex_attr_array![0 => Float32x2];
const COLOR: [wgpu::VertexAttribute; 1] = wgpu::vertex_attr_array![1 => Unorm8x4];

/// The pipeline and the layout of its one bind group.
#[derive(Debug)]
pub struct ScatterPipeline {
    pub pipeline: wgpu::RenderPipeline,
    /// The view.
    pub layout: wgpu::BindGroupLayout,
}

impl ScatterPipeline {
    /// For a target of one sample without depth, as egui's.
    pub fn new(device: &wgpu::Device, target_format: wgpu::TextureFormat) -> Self {
        let layout = bind_group_layout(device);
        let buffers = [
            Some(buffer_layout(POSITION_BYTES, &POSITION)),
            Some(buffer_layout(COLOR_BYTES, &COLOR)),
        ];
        let squares = Squares {
            label: "scatter",
            shader: SHADER,
            constants: &[],
            layout: &layout,
            buffers: &buffers,
        };
        let target = wgpu::ColorTargetState {
            format: target_format,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        let pipeline = squares.pipeline(device, target);
        Self { pipeline, layout }
    }
}

const fn buffer_layout(
    array_stride: u64,
    attributes: &[wgpu::VertexAttribute],
) -> wgpu::VertexBufferLayout<'_> {
    wgpu::VertexBufferLayout {
        array_stride,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes,
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("scatter"),
        entries: &[wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        }],
    })
}
