//! The buffers of one batch of stamps: what its draw calls read.

use std::ops::Range;

use super::{
    atlas::StampAtlas,
    frame::GrowingBuffer,
    pipeline::StampPipeline,
    stamp_data::{CommonStretch, InstanceData, LookData},
};

/// What a batch draws in one frame.
pub struct BatchContents<'a> {
    /// Width and height of the render target.
    pub size_px: [u32; 2],
    /// The stamps, and the draw call of each stretch.
    pub instances: &'a [InstanceData],
    pub calls: Vec<(Range<u32>, CommonStretch)>,
    /// The looks they point to.
    pub looks: &'a [LookData],
    /// The quantiles the looks point to.
    pub quantiles: &'a [f32],
    /// The revision of the atlas in which the instances lie.
    pub atlas_revision: u64,
}

/// The GPU side of one batch.
#[derive(Debug)]
pub struct Batch {
    /// The frame it was prepared for.
    pub frame: u64,
    size_px: [u32; 2],
    calls: Vec<(Range<u32>, CommonStretch)>,
    target: GrowingBuffer,
    instances: GrowingBuffer,
    looks: GrowingBuffer,
    quantiles: GrowingBuffer,
    bound: Option<(wgpu::BindGroup, u64)>,
}

impl Batch {
    /// A batch that draws nothing yet.
    pub fn new(device: &wgpu::Device) -> Self {
        let storage = wgpu::BufferUsages::STORAGE;
        Self {
            frame: 0,
            size_px: [0, 0],
            calls: Vec::new(),
            target: GrowingBuffer::new(device, "target", wgpu::BufferUsages::UNIFORM),
            instances: GrowingBuffer::new(device, "instances", wgpu::BufferUsages::VERTEX),
            looks: GrowingBuffer::new(device, "looks", storage),
            quantiles: GrowingBuffer::new(device, "quantiles", storage),
            bound: None,
        }
    }

    /// Uploads what the batch draws in this frame.
    pub fn write(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        (pipeline, color_maps): (&mut StampPipeline, &wgpu::TextureView),
        atlas: &StampAtlas,
        contents: BatchContents<'_>,
    ) {
        let [width, height] = contents.size_px.map(|side| side as f32);
        self.size_px = contents.size_px;
        self.calls = contents.calls;
        for (_, stretch) in &self.calls {
            pipeline.make(device, *stretch);
        }
        self.target.write(device, queue, &[width, height, 0.0, 0.0]);
        self.instances.write(device, queue, contents.instances);
        let is_rebound = self.looks.write(device, queue, contents.looks)
            | self.quantiles.write(device, queue, contents.quantiles);
        let is_current = self
            .bound
            .as_ref()
            .is_some_and(|(_, revision)| *revision == contents.atlas_revision);
        if is_rebound || !is_current {
            let (view, revision) = atlas.view();
            self.bound = Some((self.bind(device, pipeline, color_maps, &view), revision));
        }
    }

    /// Records the draw calls. The viewport becomes the whole target, because egui sets the
    /// callback's rectangle clamped to the screen, which would squeeze half-visible grids;
    /// the scissor stays as egui set it.
    pub fn paint(&self, pipeline: &StampPipeline, pass: &mut wgpu::RenderPass<'_>) {
        let Some((bound, _)) = &self.bound else {
            return;
        };
        let [width, height] = self.size_px;
        if self.calls.is_empty() || width == 0 || height == 0 {
            return;
        }
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pass.set_bind_group(0, bound, &[]);
        pass.set_vertex_buffer(0, self.instances.buffer.slice(..));
        for (instances, stretch) in &self.calls {
            if let Some(pipeline) = pipeline.of(*stretch) {
                pass.set_pipeline(pipeline);
                pass.draw(0..4, instances.clone());
            }
        }
    }

    fn bind(
        &self,
        device: &wgpu::Device,
        pipeline: &StampPipeline,
        color_maps: &wgpu::TextureView,
        atlas: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        let resources = [
            self.target.buffer.as_entire_binding(),
            wgpu::BindingResource::TextureView(atlas),
            wgpu::BindingResource::TextureView(color_maps),
            self.looks.buffer.as_entire_binding(),
            self.quantiles.buffer.as_entire_binding(),
        ];
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("stamps"),
            layout: &pipeline.layout,
            entries: &entries,
        })
    }
}
