//! One layer of a scatter plot and its buffers: points that stay, and the view that moves.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::{frame::GrowingBuffer, scatter_pipeline::ScatterPipeline};

/// Points of a layer, both lists of one length. Where a device does not manage all, it draws the
/// first ones: a caller that wants the cloud to keep its shape brings the points in
/// [`spread_order`](crate::imaging::spread_order).
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// Places on the plane.
    pub positions: Arc<[[f32; 2]]>,
    /// Red, green, blue, opacity, as displayed.
    pub colors: Arc<[[u8; 4]]>,
    /// Differs where the points differ: what has the number of the last frame is not uploaded again.
    pub revision: u64,
}

/// The uniform of `shaders/scatter.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ViewData {
    /// Width and height of the whole render target, pixels.
    pub size_px: [f32; 2],
    /// Where on it the middle of the plot lies.
    pub middle_px: [f32; 2],
    /// What of the plane lies there.
    pub center: [f32; 2],
    /// Pixels for one unit of the plane.
    pub scale_px: f32,
    /// Radius of a disc, pixels.
    pub radius_px: f32,
    /// 0 to 1.
    pub opacity: f32,
    /// A multiple of 16 bytes.
    pub padding: [f32; 3],
}

/// The GPU side of one layer.
#[derive(Debug)]
pub struct CloudBuffers {
    revision: Option<u64>,
    held: u32,
    drawn: u32,
    positions: GrowingBuffer,
    colors: GrowingBuffer,
    view: GrowingBuffer,
    bound: wgpu::BindGroup,
}

impl CloudBuffers {
    /// A layer without points.
    pub fn new(device: &wgpu::Device, pipeline: &ScatterPipeline) -> Self {
        let vertex = wgpu::BufferUsages::VERTEX;
        let view = GrowingBuffer::new(device, "scatter view", wgpu::BufferUsages::UNIFORM);
        let bound = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("scatter"),
            layout: &pipeline.layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: view.buffer.as_entire_binding(),
            }],
        });
        Self {
            revision: None,
            held: 0,
            drawn: 0,
            positions: GrowingBuffer::new(device, "scatter positions", vertex),
            colors: GrowingBuffer::new(device, "scatter colors", vertex),
            view,
            bound,
        }
    }

    /// Uploads the points where they are others than last time, at most `most` of them, and the view
    /// in any case. Returns how many are drawn.
    pub fn write(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        cloud: &Cloud,
        view: ViewData,
        most: usize,
    ) -> usize {
        if self.revision != Some(cloud.revision) {
            let count = cloud.positions.len().min(cloud.colors.len()).min(most);
            self.positions
                .write(device, queue, &cloud.positions[..count]);
            self.colors.write(device, queue, &cloud.colors[..count]);
            self.held = count as u32;
            self.revision = Some(cloud.revision);
        }
        self.view.write(device, queue, &[view]);
        self.drawn = self.held;
        self.drawn as usize
    }

    /// Records the draw call.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>) {
        if self.drawn == 0 {
            return;
        }
        pass.set_bind_group(0, &self.bound, &[]);
        pass.set_vertex_buffer(0, self.positions.buffer.slice(..));
        pass.set_vertex_buffer(1, self.colors.buffer.slice(..));
        pass.draw(0..4, 0..self.drawn);
    }
}
