//! Draws scatter plots: one instanced draw call a layer (`shaders/scatter.wgsl`).
//!
//! Points are uploaded once and stay in the memory of the GPU; panning and zooming change a
//! uniform of 48 bytes.

use crate::imaging::ScatterView;

use super::{
    frame::Frame,
    scatter_cloud::{Cloud, CloudBuffers, ViewData},
    scatter_pipeline::ScatterPipeline,
};

/// Points of a layer that a software rasteriser draws at most: so many take two cores some 30 ms
/// (benches/scatter.rs).
const MOST_BY_SOFTWARE: usize = 30_000;

/// How many points of a layer an adapter manages in a frame.
pub fn points_managed(adapter: &wgpu::AdapterInfo) -> usize {
    match adapter.device_type {
        wgpu::DeviceType::Cpu => MOST_BY_SOFTWARE,
        _ => usize::MAX,
    }
}

/// Points drawn in one way.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The points.
    pub cloud: Cloud,
    /// Radius of a disc, pixels.
    pub radius_px: f32,
    /// 0 to 1, for all points alike.
    pub opacity: f32,
}

#[derive(Clone, Debug)]
pub struct ScatterFrame {
    /// Which part of the plane.
    pub view: ScatterView,
    /// Where on the target its middle lies, pixels.
    pub middle_px: [f32; 2],
    /// Pixels of a point of the screen.
    pub pixels_per_point: f32,
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
}

/// Pipeline and layers.
#[derive(Debug)]
pub struct ScatterPainter {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipeline: ScatterPipeline,
    layers: Vec<CloudBuffers>,
    most_points: usize,
    size_px: [u32; 2],
    frame: Option<u64>,
}

impl ScatterPainter {
    /// A painter for targets of one format, one sample a pixel and no depth buffer, that draws at
    /// most so many points of a layer.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        target_format: wgpu::TextureFormat,
        most_points: usize,
    ) -> Self {
        let bytes = device.limits().max_buffer_size;
        // 8 bytes of a place are the longest part of a point.
        let fitting = usize::try_from(bytes / 8).unwrap_or(usize::MAX);
        Self {
            pipeline: ScatterPipeline::new(device, target_format),
            device: device.clone(),
            queue: queue.clone(),
            layers: Vec::new(),
            most_points: most_points.min(fitting),
            size_px: [0; 2],
            frame: None,
        }
    }

    /// Uploads what has changed; returns how many points of each layer are drawn.
    pub fn prepare(&mut self, target: Frame, frame: &ScatterFrame) -> Vec<usize> {
        self.size_px = target.size_px;
        self.frame = Some(target.number);
        let missing = frame.layers.len().saturating_sub(self.layers.len());
        for _ in 0..missing {
            let new = CloudBuffers::new(&self.device, &self.pipeline);
            self.layers.push(new);
        }
        self.layers.truncate(frame.layers.len());
        let gpu = (&self.device, &self.queue);
        let layers = self.layers.iter_mut().zip(&frame.layers);
        layers
            .map(|(buffers, layer)| {
                let view = view_data(target, frame, layer);
                buffers.write(gpu, &layer.cloud, view, self.most_points)
            })
            .collect()
    }

    /// Records the draw calls; nothing where nothing was prepared in this frame. The viewport
    /// becomes the whole target, as for stamps.
    pub fn paint(&self, frame: u64, pass: &mut wgpu::RenderPass<'_>) {
        let [width, height] = self.size_px;
        if self.frame != Some(frame) || width == 0 || height == 0 {
            return;
        }
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pass.set_pipeline(&self.pipeline.pipeline);
        for layer in &self.layers {
            layer.paint(pass);
        }
    }
}

fn view_data(target: Frame, frame: &ScatterFrame, layer: &Layer) -> ViewData {
    ViewData {
        size_px: target.size_px.map(|side| side as f32),
        middle_px: frame.middle_px,
        center: frame.view.center,
        scale_px: frame.view.scale * frame.pixels_per_point,
        radius_px: layer.radius_px,
        opacity: layer.opacity,
        padding: [0.0; 3],
    }
}
