//! What all painters share: the frame they prepare for, and buffers reused from frame to frame.

use bytemuck::Pod;

/// The frame that a batch is prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Differs from frame to frame (egui's `cumulative_frame_nr`).
    pub number: u64,
    /// Width and height of the whole render target, pixels.
    pub size_px: [u32; 2],
}

/// Bytes of the smallest buffer: one element of whatever it holds.
const LEAST_BYTES: u64 = 256;

/// A buffer that is replaced by a larger one when it must hold more.
#[derive(Debug)]
pub struct GrowingBuffer {
    /// The buffer as it is now.
    pub buffer: wgpu::Buffer,
    label: &'static str,
}

impl GrowingBuffer {
    /// A small one.
    pub fn new(device: &wgpu::Device, label: &'static str, usage: wgpu::BufferUsages) -> Self {
        Self {
            buffer: create(
                device,
                label,
                usage | wgpu::BufferUsages::COPY_DST,
                LEAST_BYTES,
            ),
            label,
        }
    }

    /// Writes the items; true where the buffer was replaced and must be bound anew.
    pub fn write<T: Pod>(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        items: &[T],
    ) -> bool {
        let bytes: &[u8] = bytemuck::cast_slice(items);
        let needed = bytes.len() as u64;
        let is_replaced = needed > self.buffer.size();
        if is_replaced {
            let size = needed.next_power_of_two();
            self.buffer = create(device, self.label, self.buffer.usage(), size);
        }
        queue.write_buffer(&self.buffer, 0, bytes);
        is_replaced
    }
}

fn create(
    device: &wgpu::Device,
    label: &'static str,
    usage: wgpu::BufferUsages,
    size: u64,
) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage,
        mapped_at_creation: false,
    })
}
