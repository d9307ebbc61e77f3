//! Pictures without a window: for `destello render`, for tests, for machines without a
//! display. A software device will do, and says so.

use std::{collections::BTreeSet, sync::Arc};

use image::{Rgba, RgbaImage};

use crate::imaging::Look;

use super::{
    atlas::StampAtlas,
    device::wait,
    frame::Frame,
    scatter::{ScatterFrame, ScatterPainter},
    stamp_data::StampInstance,
    stamps::StampPainter,
};

/// Colours are stored as displayed, so that a picture holds the very bytes of the maps.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// No driver at all.
    #[error(
        "no graphics driver was found (on Linux, Mesa's software Vulkan driver is enough: package mesa-vulkan-drivers): {0}"
    )]
    NoAdapter(#[from] wgpu::RequestAdapterError),
    /// A driver that does not do what is needed.
    #[error("the graphics driver gives no device: {0}")]
    NoDevice(#[from] wgpu::RequestDeviceError),
    /// More pixels than the device can draw at once.
    #[error("a picture of {width}×{height} pixels cannot be drawn: 1 to {most} on a side")]
    Size {
        width: u32,
        height: u32,
        /// Largest side.
        most: u32,
    },
    /// Some stamps were not uploaded.
    #[error("{0} stamps of the picture were not uploaded, or no longer fit into the atlas")]
    Missing(usize),
    /// The device was lost while drawing.
    #[error("the picture could not be read back from the graphics device")]
    ReadBack,
}

/// A device without a window, with an atlas and a painter of its own.
#[derive(Debug)]
pub struct Headless {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    painter: StampPainter,
    scatter: Option<ScatterPainter>,
    frames: u64,
}

impl Headless {
    /// The best adapter there is, a software one where there is no other, with an atlas of
    /// at most `budget_bytes`.
    pub fn new(budget_bytes: u64) -> Result<Self, HeadlessError> {
        let instance =
            wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
        let adapter = wait(instance.request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        }))?;
        let (device, queue) = wait(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("headless"),
            ..wgpu::DeviceDescriptor::default()
        }))?;
        let atlas = Arc::new(StampAtlas::new(&device, &queue, budget_bytes));
        let painter = StampPainter::new(&device, &queue, FORMAT, atlas);
        Ok(Self {
            device,
            queue,
            info: adapter.get_info(),
            painter,
            scatter: None,
            frames: 0,
        })
    }

    /// Which adapter draws: name, back end, and whether it is software.
    pub fn adapter(&self) -> String {
        let kind = match self.info.device_type {
            wgpu::DeviceType::Cpu => ", software",
            _ => "",
        };
        format!("{} ({}{kind})", self.info.name, self.info.backend)
    }

    /// Where stamps are uploaded before they are drawn.
    pub const fn atlas(&self) -> &Arc<StampAtlas> {
        self.painter.atlas()
    }

    /// Draws stamps in one draw call onto a background.
    pub fn render(
        &mut self,
        size_px: [u32; 2],
        background: [u8; 3],
        instances: &[StampInstance],
        looks: &[Look],
    ) -> Result<RgbaImage, HeadlessError> {
        let frame = self.next_frame(size_px)?;
        self.painter.prepare(frame, 0, instances, looks);
        self.painter.end_frame();
        let ids: BTreeSet<_> = instances.iter().map(|instance| instance.stamp).collect();
        let missing = ids.iter().filter(|id| !self.atlas().contains(**id)).count();
        if missing > 0 {
            return Err(HeadlessError::Missing(missing));
        }
        let draw = |pass: &mut wgpu::RenderPass<'_>| self.painter.paint(0, pass);
        let picture = self.draw(size_px, background, draw);
        self.atlas().submit_frame();
        picture
    }

    /// Draws a scatter plot onto a background; also returns how many points of each layer are drawn.
    /// At most `most_points` of a layer are, as of the first call.
    pub fn render_scatter(
        &mut self,
        size_px: [u32; 2],
        background: [u8; 3],
        scatter: &ScatterFrame,
        most_points: usize,
    ) -> Result<(RgbaImage, Vec<usize>), HeadlessError> {
        let frame = self.next_frame(size_px)?;
        let new = || ScatterPainter::new(&self.device, &self.queue, FORMAT, most_points);
        let mut painter = self.scatter.take().unwrap_or_else(new);
        let drawn = painter.prepare(frame, scatter);
        let draw = |pass: &mut wgpu::RenderPass<'_>| painter.paint(frame.number, pass);
        let picture = self.draw(size_px, background, draw);
        self.scatter = Some(painter);
        Ok((picture?, drawn))
    }

    fn next_frame(&mut self, size_px: [u32; 2]) -> Result<Frame, HeadlessError> {
        let [width, height] = size_px;
        let most = self.device.limits().max_texture_dimension_2d;
        if width == 0 || height == 0 || width.max(height) > most {
            return Err(HeadlessError::Size {
                width,
                height,
                most,
            });
        }
        self.frames += 1;
        Ok(Frame {
            number: self.frames,
            size_px,
        })
    }

    fn draw(
        &self,
        size_px: [u32; 2],
        background: [u8; 3],
        draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
    ) -> Result<RgbaImage, HeadlessError> {
        let target = self.target(size_px);
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder, &target, background, draw);
        self.read_back(encoder, &target, size_px)
    }

    fn target(&self, [width, height]: [u32; 2]) -> wgpu::Texture {
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: extent(width, height),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    }

    fn read_back(
        &self,
        mut encoder: wgpu::CommandEncoder,
        target: &wgpu::Texture,
        [width, height]: [u32; 2],
    ) -> Result<RgbaImage, HeadlessError> {
        let row_bytes = width * 4;
        let padded = row_bytes.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("picture"),
            size: u64::from(padded) * u64::from(height),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        encoder.copy_texture_to_buffer(
            target.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(padded),
                    rows_per_image: None,
                },
            },
            extent(width, height),
        );
        self.queue.submit([encoder.finish()]);
        // What went wrong shows when the range is asked for below.
        buffer.map_async(wgpu::MapMode::Read, .., |_| {});
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|_poll| HeadlessError::ReadBack)?;
        let mapped = buffer
            .get_mapped_range(..)
            .map_err(|_range| HeadlessError::ReadBack)?;
        let mut picture = RgbaImage::from_pixel(width, height, Rgba([0; 4]));
        let rows = picture.chunks_exact_mut(row_bytes as usize);
        for (row, padded_row) in rows.zip(mapped.chunks_exact(padded as usize)) {
            row.copy_from_slice(&padded_row[..row_bytes as usize]);
        }
        Ok(picture)
    }
}

fn record(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::Texture,
    background: [u8; 3],
    draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
) {
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    let [r, g, b] = background.map(|value| f64::from(value) / 255.0);
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("picture"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a: 1.0 }),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..wgpu::RenderPassDescriptor::default()
    });
    draw(&mut pass);
}

const fn extent(width: u32, height: u32) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    }
}
