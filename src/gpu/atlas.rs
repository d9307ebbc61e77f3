//! The stamp atlas: the pixels of many stamps in one texture array on the GPU.
//!
//! A stamp is uploaded once, from any thread, and stays until its place is needed; changing
//! how it looks uploads nothing. One texture means one draw call for a whole grid, whatever
//! the sizes of its stamps.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    domain::{Stamp, StampId},
    imaging::Marks,
};

use super::{
    atlas_layers::{LAYER_SIDE, Layers, Tile, tile_side},
    atlas_texture::{AtlasTexture, LAYER_BYTES},
};

/// Why a stamp was not uploaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtlasError {
    /// Larger than a layer.
    #[error(
        "a stamp of {width}×{height} pixels is too large to be drawn: at most {LAYER_SIDE}×{LAYER_SIDE}"
    )]
    TooLarge {
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Nothing to draw.
    #[error("a stamp of {width}×{height} pixels has nothing to draw")]
    Empty {
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Every place is taken by what is on screen now.
    #[error("the stamps on screen fill the {layers} MiB set aside for them on the GPU", layers = budget_bytes / (1 << 20))]
    Full {
        /// Bytes that may be used.
        budget_bytes: u64,
    },
}

/// What the atlas holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtlasStatus {
    /// Stamps held.
    pub stamps: usize,
    /// Bytes of texture memory.
    pub bytes: u64,
    /// Stamps uploaded so far.
    pub uploads: u64,
    /// Stamps that had to make room.
    pub evictions: u64,
}

/// The pixels of many stamps on one device. Share it as an `Arc`.
#[derive(Debug)]
pub struct StampAtlas {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// Layers that budget and device allow.
    max_layers: u32,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    texture: AtlasTexture,
    layers: Layers,
    uploads: u64,
    /// True once the device refused to grow: it is not asked again.
    is_exhausted: bool,
}

impl StampAtlas {
    /// An empty atlas that uses at most `budget_bytes` of texture memory (one layer of 4 MiB
    /// at least), and no more layers than the device has.
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue, budget_bytes: u64) -> Self {
        let device_layers = device.limits().max_texture_array_layers;
        let budget_layers = u32::try_from(budget_bytes / LAYER_BYTES).unwrap_or(u32::MAX);
        let mut layers = Layers::default();
        layers.grow_to(1);
        Self {
            max_layers: budget_layers.clamp(1, device_layers.max(1)),
            inner: Mutex::new(Inner {
                texture: AtlasTexture::new(device),
                layers,
                uploads: 0,
                is_exhausted: false,
            }),
            device: device.clone(),
            queue: queue.clone(),
        }
    }

    /// Uploads a stamp; nothing happens where it is held already, for a stamp's pixels never
    /// change. May be called from any thread.
    pub fn upload(&self, id: StampId, stamp: &Stamp) -> Result<(), AtlasError> {
        let (side, size) = class_of(stamp)?;
        // Outside the lock: it reads every pixel.
        let marks = Marks::of(stamp);
        let mut inner = self.lock();
        if inner.layers.contains(id) {
            return Ok(());
        }
        let tile = loop {
            if let Some(tile) = inner.layers.place(id, size, marks, side) {
                break tile;
            }
            if !self.grow(&mut inner) && inner.layers.evict_for(side).is_err() {
                return Err(AtlasError::Full {
                    budget_bytes: u64::from(self.max_layers) * LAYER_BYTES,
                });
            }
        };
        inner.texture.write(&self.queue, &tile, &stamp.pixels);
        inner.uploads += 1;
        Ok(())
    }

    /// True where that stamp can be drawn at once.
    pub fn contains(&self, id: StampId) -> bool {
        self.lock().layers.contains(id)
    }

    /// Forgets a stamp; true where it was held.
    pub fn remove(&self, id: StampId) -> bool {
        self.lock().layers.remove(id)
    }

    /// What is held now.
    pub fn status(&self) -> AtlasStatus {
        let inner = self.lock();
        AtlasStatus {
            stamps: inner.layers.len(),
            bytes: u64::from(inner.texture.layers()) * LAYER_BYTES,
            uploads: inner.uploads,
            evictions: inner.layers.evictions(),
        }
    }

    /// Begins a frame: what earlier frames drew may be evicted again.
    pub(super) fn begin_frame(&self, frame: u64) {
        self.lock().layers.begin_frame(frame);
    }

    /// The tiles of stamps that this frame draws, none for each that is not held, and the
    /// revision of the texture they lie in.
    pub(super) fn use_tiles(&self, ids: impl Iterator<Item = StampId>) -> (Vec<Option<Tile>>, u64) {
        let mut inner = self.lock();
        let tiles = ids.map(|id| inner.layers.use_tile(id)).collect();
        (tiles, inner.texture.revision)
    }

    /// The texture as it is now, with its revision.
    pub(super) fn view(&self) -> (wgpu::TextureView, u64) {
        let inner = self.lock();
        (inner.texture.view(), inner.texture.revision)
    }

    /// Doubles the layers within the limits; false where that is not possible.
    fn grow(&self, inner: &mut Inner) -> bool {
        let layers = inner.texture.layers();
        if layers >= self.max_layers || inner.is_exhausted {
            return false;
        }
        let wanted = (layers * 2).min(self.max_layers);
        if inner.texture.grow(&self.device, &self.queue, wanted) {
            inner.layers.grow_to(wanted);
            return true;
        }
        inner.is_exhausted = true;
        let mib = u64::from(wanted) * LAYER_BYTES / (1 << 20);
        log::warn!("the GPU has no memory for {mib} MiB of stamps; older ones make room");
        false
    }

    /// A panic elsewhere leaves at worst a stamp without pixels, so the atlas lives on.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Side of the tile, and the size that it must hold.
fn class_of(stamp: &Stamp) -> Result<(u32, [u32; 2]), AtlasError> {
    let (width, height) = (stamp.width, stamp.height);
    if width == 0 || height == 0 {
        return Err(AtlasError::Empty { width, height });
    }
    let too_large = AtlasError::TooLarge { width, height };
    let (Ok(w), Ok(h)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(too_large);
    };
    tile_side([w, h])
        .map(|side| (side, [w, h]))
        .ok_or(too_large)
}
