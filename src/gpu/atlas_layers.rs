//! Which tile of which layer holds which stamp: bookkeeping without a GPU.
//!
//! A layer is divided into equal square tiles of one size class, so stamps of any size share
//! one texture and no space is ever fragmented. The class of an empty layer is free.

use std::collections::HashMap;

use crate::{domain::StampId, imaging::Marks};

/// Pixels along a side of a layer, and the largest stamp.
pub const LAYER_SIDE: u32 = 1024;

/// The smallest tile.
const LEAST_SIDE: u32 = 32;

/// Where a stamp lies, and what the shader must know of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// Layer of the texture array.
    pub layer: u32,
    /// Corner of the stamp's first pixel within the layer.
    pub origin: [u32; 2],
    /// Width and height of the stamp.
    pub size: [u32; 2],
    /// Levels of its marked pixels.
    pub marks: Marks,
}

/// No tile is free and none may be evicted: this frame uses them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The side of the tile for a stamp of that size; none where it is empty or too large.
pub fn tile_side(size: [u32; 2]) -> Option<u32> {
    let [width, height] = size;
    let is_placeable = width > 0 && height > 0 && width.max(height) <= LAYER_SIDE;
    is_placeable.then(|| width.max(height).next_power_of_two().max(LEAST_SIDE))
}

#[derive(Debug)]
struct Entry {
    id: StampId,
    size: [u32; 2],
    marks: Marks,
    /// Rises with every upload and use; the lowest is evicted first.
    touched: u64,
    /// The frame that last drew it.
    used_in: Option<u64>,
}

#[derive(Debug, Default)]
struct Layer {
    /// Side of its tiles; 0 while it is empty.
    side: u32,
    slots: Vec<Option<Entry>>,
    free: Vec<u32>,
}

/// All layers, and the index from stamp to tile.
#[derive(Debug, Default)]
pub struct Layers {
    stack: Vec<Layer>,
    index: HashMap<StampId, (u32, u32)>,
    touches: u64,
    frame: u64,
    evictions: u64,
}

impl Layers {
    /// Stamps held.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Stamps that had to go.
    pub const fn evictions(&self) -> u64 {
        self.evictions
    }

    /// True where that stamp is held.
    pub fn contains(&self, id: StampId) -> bool {
        self.index.contains_key(&id)
    }

    /// Adds empty layers.
    pub fn grow_to(&mut self, layers: u32) {
        self.stack.resize_with(layers as usize, Layer::default);
    }

    /// Begins a frame: from now on only what is used again is safe from eviction.
    pub const fn begin_frame(&mut self, frame: u64) {
        self.frame = frame;
    }

    /// The tile of a stamp, which this frame draws; none where it is not held.
    pub fn use_tile(&mut self, id: StampId) -> Option<Tile> {
        let (layer, slot) = *self.index.get(&id)?;
        self.touches += 1;
        let (touches, frame) = (self.touches, self.frame);
        let held = self.stack.get_mut(layer as usize)?;
        let side = held.side;
        let entry = held.slots.get_mut(slot as usize)?.as_mut()?;
        entry.touched = touches;
        entry.used_in = Some(frame);
        Some(tile(layer, slot, side, entry))
    }

    /// A free tile of the right class, or a whole free layer; none where there is neither.
    pub fn place(&mut self, id: StampId, size: [u32; 2], marks: Marks, side: u32) -> Option<Tile> {
        let layer = self.free_layer(side)?;
        let held = self.stack.get_mut(layer as usize)?;
        if held.side != side {
            let slots = (LAYER_SIDE / side).pow(2);
            held.side = side;
            held.slots = (0..slots).map(|_| None).collect();
            held.free = (0..slots).rev().collect();
        }
        let slot = held.free.pop()?;
        self.touches += 1;
        let entry = Entry {
            id,
            size,
            marks,
            touched: self.touches,
            used_in: None,
        };
        let placed = tile(layer, slot, side, &entry);
        held.slots[slot as usize] = Some(entry);
        self.index.insert(id, (layer, slot));
        Some(placed)
    }

    /// Forgets a stamp; true where it was held.
    pub fn remove(&mut self, id: StampId) -> bool {
        let Some((layer, slot)) = self.index.remove(&id) else {
            return false;
        };
        if let Some(held) = self.stack.get_mut(layer as usize) {
            held.slots[slot as usize] = None;
            held.free.push(slot);
            if held.free.len() == held.slots.len() {
                *held = Layer::default();
            }
        }
        true
    }

    /// Makes room for a tile of that side by evicting what was longest not used, but never
    /// what this frame uses: an eighth of the class at once, or else a layer of another.
    pub fn evict_for(&mut self, side: u32) -> Result<(), Full> {
        let mut idle: Vec<(u64, StampId)> = self
            .stack
            .iter()
            .filter(|layer| layer.side == side)
            .flat_map(|layer| layer.slots.iter().flatten())
            .filter(|entry| entry.used_in != Some(self.frame))
            .map(|entry| (entry.touched, entry.id))
            .collect();
        if idle.is_empty() {
            return self.evict_layer();
        }
        idle.sort_unstable();
        // Several at once, so that the search above is paid once for many uploads.
        let count = (idle.len() / 8).max(1);
        for (_, id) in idle.into_iter().take(count) {
            self.remove(id);
            self.evictions += 1;
        }
        Ok(())
    }

    /// Empties the layer that was longest not used, whatever its class.
    fn evict_layer(&mut self) -> Result<(), Full> {
        let last_touch = |layer: &Layer| {
            let entries = || layer.slots.iter().flatten();
            let is_idle = entries().all(|entry| entry.used_in != Some(self.frame));
            is_idle.then(|| entries().map(|entry| entry.touched).max())
        };
        let oldest = (0..self.stack.len())
            .filter_map(|at| last_touch(&self.stack[at]).map(|touched| (touched, at)))
            .min();
        let (_, at) = oldest.ok_or(Full)?;
        let ids: Vec<StampId> = self.stack[at]
            .slots
            .iter()
            .flatten()
            .map(|entry| entry.id)
            .collect();
        for id in ids {
            self.remove(id);
            self.evictions += 1;
        }
        Ok(())
    }

    /// A layer of that class with a free tile, or else an empty one.
    fn free_layer(&self, side: u32) -> Option<u32> {
        let find = |is_good: &dyn Fn(&Layer) -> bool| self.stack.iter().position(is_good);
        find(&|layer| layer.side == side && !layer.free.is_empty())
            .or_else(|| find(&|layer| layer.side == 0))
            .map(|at| at as u32)
    }
}

fn tile(layer: u32, slot: u32, side: u32, entry: &Entry) -> Tile {
    let per_row = LAYER_SIDE / side;
    Tile {
        layer,
        origin: [slot % per_row * side, slot / per_row * side],
        size: entry.size,
        marks: entry.marks,
    }
}

#[cfg(test)]
mod tests {
    use super::{Full, Layers, tile_side};
    use crate::{domain::StampId, imaging::Marks};

    fn place(layers: &mut Layers, id: u32, side: u32) -> Option<super::Tile> {
        layers.place(StampId(id), [side, side], Marks::default(), side)
    }

    #[test]
    fn every_size_has_a_class() {
        for (size, side) in [
            ([1, 1], 32),
            ([21, 21], 32),
            ([58, 63], 64),
            ([64, 2], 64),
            ([65, 65], 128),
            ([1024, 1], 1024),
        ] {
            assert_eq!(tile_side(size), Some(side));
        }
        assert_eq!(tile_side([1025, 3]), None);
        assert_eq!(tile_side([0, 3]), None);
    }

    #[test]
    fn tiles_of_a_layer_do_not_overlap() {
        let mut layers = Layers::default();
        layers.grow_to(1);
        let mut corners: Vec<[u32; 2]> = (0..16)
            .map(|id| place(&mut layers, id, 256).unwrap().origin)
            .collect();
        corners.sort_unstable();
        corners.dedup();
        assert_eq!(corners.len(), 16);
        assert!(
            corners
                .iter()
                .flatten()
                .all(|at| at % 256 == 0 && *at < 1024)
        );
        assert_eq!(place(&mut layers, 16, 256), None);
        assert_eq!(place(&mut layers, 17, 32), None);
    }

    #[test]
    fn what_this_frame_uses_is_never_evicted() {
        let mut layers = Layers::default();
        layers.grow_to(1);
        for id in 0..4 {
            place(&mut layers, id, 512);
        }
        layers.begin_frame(7);
        for id in [0, 1, 3] {
            layers.use_tile(StampId(id));
        }
        assert_eq!(layers.evict_for(512), Ok(()));
        assert!(!layers.contains(StampId(2)) && layers.len() == 3);
        assert!(place(&mut layers, 9, 512).is_some());
        layers.use_tile(StampId(9));
        assert_eq!(layers.evict_for(512), Err(Full));
        assert_eq!(layers.evict_for(64), Err(Full));
        layers.begin_frame(8);
        layers.use_tile(StampId(0));
        assert_eq!(layers.evict_for(512), Ok(()));
        assert!(!layers.contains(StampId(1)) && layers.contains(StampId(0)));
    }

    #[test]
    fn another_class_gives_up_its_oldest_layer() {
        let mut layers = Layers::default();
        layers.grow_to(2);
        place(&mut layers, 0, 1024);
        place(&mut layers, 1, 512);
        layers.begin_frame(1);
        assert_eq!(layers.evict_for(32), Ok(()));
        assert!(!layers.contains(StampId(0)) && layers.contains(StampId(1)));
        assert!(place(&mut layers, 2, 32).is_some());
        assert_eq!(layers.evictions(), 1);
    }

    #[test]
    fn an_emptied_layer_changes_its_class() {
        let mut layers = Layers::default();
        layers.grow_to(1);
        place(&mut layers, 0, 64);
        assert!(layers.remove(StampId(0)) && !layers.remove(StampId(0)));
        assert_eq!(layers.use_tile(StampId(0)), None);
        assert!(place(&mut layers, 1, 128).is_some());
    }
}
