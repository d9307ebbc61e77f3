//! The stamp pipeline: shader, bindings, target and colour maps, made once per device and format.

use std::collections::BTreeMap;

use crate::imaging::{ColorMap, color_map::COLORS};

use super::stamp_data::{CommonStretch, InstanceData, color_map_row};

const SHADER: &str = include_str!("../../shaders/stamp.wgsl");

/// A pipeline for each stretch, made when it is first drawn with (those of the usual look at once), and the layout of their one bind group.
#[derive(Debug)]
pub struct StampPipeline {
    target_format: wgpu::TextureFormat,
    of_stretches: BTreeMap<CommonStretch, wgpu::RenderPipeline>,
    /// Target area, atlas, colour maps, looks, quantiles.
    pub layout: wgpu::BindGroupLayout,
}

impl StampPipeline {
    /// For a target of one sample without depth, as egui's.
    pub fn new(device: &wgpu::Device, target_format: wgpu::TextureFormat) -> Self {
        let mut pipelines = Self {
            target_format,
            of_stretches: BTreeMap::new(),
            layout: bind_group_layout(device),
        };
        for stretch in CommonStretch::USUAL {
            pipelines.make(device, stretch);
        }
        pipelines
    }

    /// The pipeline of a stretch, once it was made.
    pub fn of(&self, stretch: CommonStretch) -> Option<&wgpu::RenderPipeline> {
        self.of_stretches.get(&stretch)
    }

    /// Makes the pipeline of a stretch, unless it is there.
    pub fn make(&mut self, device: &wgpu::Device, stretch: CommonStretch) {
        if self.of_stretches.contains_key(&stretch) {
            return;
        }
        let buffers = [Some(wgpu::VertexBufferLayout {
            array_stride: size_of::<InstanceData>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &InstanceData::ATTRIBUTES,
        })];
        let constants = [("common_stretch", f64::from(stretch.0))];
        let squares = Squares {
            label: "stamps",
            shader: SHADER,
            constants: &constants,
            layout: &self.layout,
            buffers: &buffers,
        };
        let pipeline = squares.pipeline(device, self.target_format.into());
        self.of_stretches.insert(stretch, pipeline);
    }
}

/// What two pipelines differ in that draw a square for each instance.
pub(super) struct Squares<'a> {
    /// The name in messages of the driver.
    pub label: &'a str,
    /// The shader, with `vs_main`, `fs_main` and `fs_main_srgb_target`.
    pub shader: &'a str,
    /// Its constants by name.
    pub constants: &'a [(&'a str, f64)],
    pub layout: &'a wgpu::BindGroupLayout,
    /// What it has of each instance.
    pub buffers: &'a [Option<wgpu::VertexBufferLayout<'a>>],
}

impl Squares<'_> {
    /// For a target of one sample without depth.
    pub fn pipeline(
        &self,
        device: &wgpu::Device,
        target: wgpu::ColorTargetState,
    ) -> wgpu::RenderPipeline {
        let label = Some(self.label);
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label,
            source: wgpu::ShaderSource::Wgsl(self.shader.into()),
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(self.layout)],
            immediate_size: 0,
        });
        let entry_point = if target.format.is_srgb() {
            "fs_main_srgb_target"
        } else {
            "fs_main"
        };
        let compilation_options = wgpu::PipelineCompilationOptions {
            constants: self.constants,
            ..wgpu::PipelineCompilationOptions::default()
        };
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label,
            layout: Some(&layout),
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("vs_main"),
                compilation_options: compilation_options.clone(),
                buffers: self.buffers,
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
                compilation_options,
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let fragment = wgpu::ShaderStages::FRAGMENT;
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("stamps"),
        entries: &[
            entry(
                0,
                wgpu::ShaderStages::VERTEX,
                buffer(wgpu::BufferBindingType::Uniform),
            ),
            entry(
                1,
                fragment,
                texture(
                    wgpu::TextureSampleType::Uint,
                    wgpu::TextureViewDimension::D2Array,
                ),
            ),
            entry(
                2,
                fragment,
                texture(
                    wgpu::TextureSampleType::Float { filterable: false },
                    wgpu::TextureViewDimension::D2,
                ),
            ),
            entry(3, wgpu::ShaderStages::VERTEX, storage()),
            entry(4, fragment, storage()),
        ],
    })
}

const fn entry(
    binding: u32,
    visibility: wgpu::ShaderStages,
    ty: wgpu::BindingType,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty,
        count: None,
    }
}

const fn storage() -> wgpu::BindingType {
    buffer(wgpu::BufferBindingType::Storage { read_only: true })
}

const fn buffer(ty: wgpu::BufferBindingType) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty,
        has_dynamic_offset: false,
        min_binding_size: None,
    }
}

const fn texture(
    sample_type: wgpu::TextureSampleType,
    view_dimension: wgpu::TextureViewDimension,
) -> wgpu::BindingType {
    wgpu::BindingType::Texture {
        sample_type,
        view_dimension,
        multisampled: false,
    }
}

/// Uploads the colour maps as a texture: one map a row, in the order of `ColorMap::ALL`.
pub fn color_map_texture(device: &wgpu::Device, queue: &wgpu::Queue) -> wgpu::TextureView {
    let rows = ColorMap::ALL.len();
    let mut texels = vec![255_u8; rows * COLORS * 4];
    for map in ColorMap::ALL {
        let row = color_map_row(map) as usize * COLORS * 4;
        for (texel, color) in texels[row..].chunks_exact_mut(4).zip(map.table()) {
            texel[..3].copy_from_slice(color);
        }
    }
    let size = wgpu::Extent3d {
        width: COLORS as u32,
        height: rows as u32,
        depth_or_array_layers: 1,
    };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("colour maps"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    queue.write_texture(
        texture.as_image_copy(),
        &texels,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(size.width * 4),
            rows_per_image: None,
        },
        size,
    );
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
