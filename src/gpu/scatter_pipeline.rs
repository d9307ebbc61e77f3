//! The scatter pipeline: shader, bindings and target, made once per device and format.

const SHADER: &str = include_str!("../../shaders/scatter.wgsl");

/// Bytes of a point's place: two floats.
const POSITION_BYTES: u64 = 8;
/// Bytes of its colour: red, green, blue, opacity.
const COLOR_BYTES: u64 = 4;

/// The pipeline and the layout of its one bind group.
#[derive(Debug)]
pub struct ScatterPipeline {
    /// The pipeline.
    pub pipeline: wgpu::RenderPipeline,
    /// The view.
    pub layout: wgpu::BindGroupLayout,
}

impl ScatterPipeline {
    /// For a target of one sample without depth, as egui's.
    pub fn new(device: &wgpu::Device, target_format: wgpu::TextureFormat) -> Self {
        let layout = bind_group_layout(device);
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("scatter.wgsl"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("scatter"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let entry_point = if target_format.is_srgb() {
            "fs_main_srgb_target"
        } else {
            "fs_main"
        };
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("scatter"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[
                    Some(buffer_layout(
                        POSITION_BYTES,
                        &wgpu::vertex_attr_array![0 => Float32x2],
                    )),
                    Some(buffer_layout(
                        COLOR_BYTES,
                        &wgpu::vertex_attr_array![1 => Unorm8x4],
                    )),
                ],
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..wgpu::PrimitiveState::default()
            },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &shader,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format: target_format,
                    blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        });
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
