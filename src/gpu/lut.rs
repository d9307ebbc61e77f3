//! The colour maps as a texture: one map a row, in the order of `ColorMap::ALL`.

use crate::imaging::{ColorMap, color_map::COLORS};

use super::stamp_data::color_map_row;

/// Uploads all colour maps.
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
