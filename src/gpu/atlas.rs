//! The stamp atlas: the pixels of many stamps in one texture array on the GPU.
//!
//! A stamp is uploaded once, from any thread, and stays until its place is needed; changing
//! how it looks uploads nothing. One texture means one draw call for a whole grid, whatever
//! the sizes of its stamps.
//!
//! A stamp that is larger than a layer is uploaded as coarse as it must be
//! ([`crate::imaging::shrink`]). Where the screen shows more than there is memory for, stamps are
//! uploaded no finer than they are drawn; what finds no room even so is left out, and asked for
//! again when something else is on screen.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    domain::{Stamp, StampId},
    imaging::{Marks, shrink::shrink},
};

use super::{
    atlas_demand::{Demand, FrameEnd},
    atlas_layers::{Layers, Placed, Tile, finest_level, thrifty_level},
    atlas_texture::{AtlasTexture, LAYER_BYTES},
};

/// Longest side of a stamp, pixels: above, 32-bit coordinates miss pixels.
const MOST_PIXELS: usize = 1 << 24;

/// Why a stamp was not uploaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtlasError {
    /// Larger than coordinates reach.
    #[error(
        "a stamp of {width}×{height} pixels is too large to be drawn: at most {MOST_PIXELS} on a side"
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
    #[error("the stamps on screen fill the {mib} MiB set aside for them on the GPU", mib = budget_bytes / (1 << 20))]
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
    demand: Demand,
    /// What gives up its room with the next frame.
    in_the_way: Vec<StampId>,
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
                demand: Demand::default(),
                in_the_way: Vec::new(),
                uploads: 0,
                is_exhausted: false,
            }),
            device: device.clone(),
            queue: queue.clone(),
        }
    }

    /// Uploads a stamp, as fine as frames want it; nothing happens where it is held so already,
    /// for a stamp's pixels never change. May be called from any thread.
    pub fn upload(&self, id: StampId, stamp: &Stamp) -> Result<(), AtlasError> {
        let size = size_of(stamp)?;
        let finest = finest_level(size);
        let mut inner = self.lock();
        let wanted = inner.demand.wanted(id);
        let needed = wanted.unwrap_or(u32::MAX).max(finest);
        if inner.layers.level(id).is_some_and(|held| held <= needed) {
            inner.demand.serve(id);
            return Ok(());
        }
        let is_pressed = inner.demand.is_pressed();
        drop(inner);
        let thrifty = thrifty_level(size, wanted.unwrap_or_default());
        let levels = if is_pressed || thrifty == finest {
            vec![thrifty]
        } else {
            vec![finest, thrifty]
        };
        // Outside the lock: it reads every pixel.
        let marks = Marks::of(stamp);
        for level in levels {
            let placed = Placed {
                id,
                size,
                level,
                marks,
            };
            if self.write(&placed, stamp, wanted) {
                return Ok(());
            }
            self.lock().demand.press();
        }
        let mut inner = self.lock();
        let is_frame_ended = inner.layers.is_frame_ended();
        inner.demand.refuse(id, is_frame_ended);
        Err(AtlasError::Full {
            budget_bytes: u64::from(self.max_layers) * LAYER_BYTES,
        })
    }

    /// Uploads a stamp that may be drawn soon. Where memory is short nothing happens, unless a
    /// frame asks for it: it is uploaded when its size on screen is known.
    pub fn offer(&self, id: StampId, stamp: &Stamp) -> Result<(), AtlasError> {
        size_of(stamp)?;
        let inner = self.lock();
        let is_left_out = inner.demand.is_pressed() && inner.demand.wanted(id).is_none();
        drop(inner);
        if is_left_out {
            return Ok(());
        }
        self.upload(id, stamp)
    }

    /// Writes a stamp into a tile; false where there is none for it.
    fn write(&self, placed: &Placed, stamp: &Stamp, wanted: Option<u32>) -> bool {
        let width = stamp.width;
        let shrunk =
            (placed.level > 0).then(|| shrink(&stamp.pixels, width, placed.marks, placed.level));
        let mut inner = self.lock();
        let held = inner.layers.level(placed.id);
        if held.is_some_and(|held| held <= placed.level) {
            // Another thread was faster.
            return true;
        }
        let tile = loop {
            if let Some(tile) = inner.layers.place(*placed, wanted) {
                break tile;
            }
            if !self.grow(&mut inner) && inner.layers.evict_for(placed).is_err() {
                return false;
            }
        };
        let texels = shrunk.as_deref().unwrap_or(&stamp.pixels);
        inner.texture.write(&self.queue, &tile, texels);
        inner.demand.serve(placed.id);
        inner.uploads += 1;
        true
    }

    /// True where that stamp can be drawn at once.
    pub fn contains(&self, id: StampId) -> bool {
        self.lock().layers.level(id).is_some()
    }

    /// How coarse a stamp is held: a texel stands for 2^level × 2^level pixels; none where it is
    /// not held.
    pub fn level(&self, id: StampId) -> Option<u32> {
        self.lock().layers.level(id)
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

    pub(super) fn begin_frame(&self) {
        let mut inner = self.lock();
        inner.end_frame(self.max_layers);
        inner.layers.submit_frame();
        let in_the_way = std::mem::take(&mut inner.in_the_way);
        inner.layers.evict(in_the_way.into_iter());
        inner.layers.begin_frame();
        let frame = inner.layers.frame();
        inner.demand.begin_frame(frame);
    }

    /// Ends a frame, once what it draws is known; none where it has ended already.
    pub(super) fn end_frame(&self) -> Option<FrameEnd> {
        self.lock().end_frame(self.max_layers)
    }

    /// The GPU has the commands of the frame.
    pub(super) fn submit_frame(&self) {
        self.lock().layers.submit_frame();
    }

    /// The tiles of stamps that this frame draws, each with the coarsest level that will do.
    pub(super) fn use_tiles(&self, stamps: impl Iterator<Item = (StampId, u32)>) -> UsedTiles {
        let mut inner = self.lock();
        let Inner { layers, demand, .. } = &mut *inner;
        let frame = layers.frame();
        let mut missing = Vec::new();
        let tiles = stamps.map(|(id, needed)| {
            demand.count(id, needed);
            let tile = layers.use_tile(id, needed);
            let is_fine = |tile: &Tile| tile.level <= needed.max(finest_level(tile.size));
            let is_held = tile.is_some();
            if !tile.as_ref().is_some_and(is_fine) && demand.want(id, needed, frame, is_held) {
                missing.push(id);
            }
            tile
        });
        let tiles = tiles.collect();
        missing.sort_unstable();
        missing.dedup();
        UsedTiles {
            tiles,
            missing,
            revision: inner.texture.revision,
        }
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
        log::warn!("the GPU has no memory for {mib} MiB of stamps; older ones are dropped");
        false
    }

    /// A panic elsewhere leaves at worst a stamp without pixels, so the atlas lives on.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a batch draws from.
pub(super) struct UsedTiles {
    /// A tile for each stamp; none for one that is not held.
    pub tiles: Vec<Option<Tile>>,
    /// What has to be uploaded: missing, or coarser than needed. Each once, in order.
    pub missing: Vec<StampId>,
    /// The revision of the texture.
    pub revision: u64,
}

impl Inner {
    fn end_frame(&mut self, max_layers: u32) -> Option<FrameEnd> {
        if self.layers.is_frame_ended() {
            return None;
        }
        self.layers.end_frame();
        let mut end = self.demand.end_frame();
        // Half of the layers: at the limit itself pressure would come and go.
        let is_roomy = || self.layers.layers_at_finest() * 2 <= max_layers as usize;
        if self.demand.may_relax() && is_roomy() {
            self.demand.relax();
        }
        if self.demand.is_stuck() {
            // Evicted when the GPU has this frame: with the next one.
            self.in_the_way = self.layers.in_the_way();
        }
        if !self.in_the_way.is_empty() {
            self.demand.retry();
            end.is_unsettled = true;
        }
        Some(end)
    }
}

/// Width and height of a stamp that can be drawn.
fn size_of(stamp: &Stamp) -> Result<[u32; 2], AtlasError> {
    let (width, height) = (stamp.width, stamp.height);
    if width == 0 || height == 0 {
        return Err(AtlasError::Empty { width, height });
    }
    if width.max(height) > MOST_PIXELS {
        return Err(AtlasError::TooLarge { width, height });
    }
    Ok([width as u32, height as u32])
}
