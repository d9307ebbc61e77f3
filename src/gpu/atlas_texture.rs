//! The texture array behind the atlas: 32-bit values as bits, grown by copying layers.
//!
//! Bits rather than floats, so that NaN reaches the shader as the file has it; a GPU may
//! canonicalise or drop NaN in float textures, and WGSL lets it assume there is none.

use super::atlas_layers::{LAYER_SIDE, Tile};

pub const LAYER_BYTES: u64 = LAYER_SIDE as u64 * LAYER_SIDE as u64 * 4;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Uint;

/// A texture array and how often it was replaced.
#[derive(Debug)]
pub struct AtlasTexture {
    texture: wgpu::Texture,
    /// Rises with every replacement: bind groups made for another revision are stale.
    pub revision: u64,
}

impl AtlasTexture {
    /// One layer.
    pub fn new(device: &wgpu::Device) -> Self {
        Self {
            texture: create(device, 1),
            revision: 1,
        }
    }

    pub fn layers(&self) -> u32 {
        self.texture.depth_or_array_layers()
    }

    /// The whole array, for a bind group.
    pub fn view(&self) -> wgpu::TextureView {
        self.texture.create_view(&wgpu::TextureViewDescriptor {
            label: Some("stamp atlas"),
            dimension: Some(wgpu::TextureViewDimension::D2Array),
            ..wgpu::TextureViewDescriptor::default()
        })
    }

    /// Writes the texels of one stamp, row by row, before the next submission.
    pub fn write(&self, queue: &wgpu::Queue, tile: &Tile, texels: &[f32]) {
        let [width, height] = tile.texels();
        let [x, y] = tile.origin;
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                origin: wgpu::Origin3d {
                    x,
                    y,
                    z: tile.layer,
                },
                ..self.texture.as_image_copy()
            },
            bytemuck::cast_slice(texels),
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(width * 4),
                rows_per_image: None,
            },
            extent(width, height, 1),
        );
    }

    /// Replaces the array by one of more layers, with what it held. False where the device
    /// has no memory for it: the old one stays.
    pub fn grow(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, layers: u32) -> bool {
        let scope = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let texture = create(device, layers);
        if super::device::wait(scope.pop()).is_some() {
            return false;
        }
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor {
            label: Some("stamp atlas grows"),
        });
        encoder.copy_texture_to_texture(
            self.texture.as_image_copy(),
            texture.as_image_copy(),
            extent(LAYER_SIDE, LAYER_SIDE, self.layers()),
        );
        queue.submit([encoder.finish()]);
        self.texture = texture;
        self.revision += 1;
        true
    }
}

fn create(device: &wgpu::Device, layers: u32) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("stamp atlas"),
        size: extent(LAYER_SIDE, LAYER_SIDE, layers),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}

const fn extent(width: u32, height: u32, layers: u32) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: layers,
    }
}
