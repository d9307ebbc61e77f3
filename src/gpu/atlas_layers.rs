//! Which tile of which layer holds which stamp: bookkeeping without a GPU.
//!
//! A layer is divided into equal square tiles of one size class, so stamps of any size share
//! one texture and no space is ever fragmented. The class of an empty layer is free.

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::StampId,
    imaging::{
        Marks,
        shrink::{level_to_fit, texels},
    },
};

/// Texels along a side of a layer, and of the largest tile.
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
    /// Width and height of the stamp in its own pixels.
    pub size: [u32; 2],
    /// A texel stands for a block of 2^level × 2^level pixels.
    pub level: u32,
    /// Levels of its marked pixels.
    pub marks: Marks,
}

impl Tile {
    /// Width and height in texels.
    pub fn texels(&self) -> [u32; 2] {
        texels_of(self.size, self.level)
    }
}

/// No tile is free and none may be evicted: this frame uses them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

fn texels_of(size: [u32; 2], level: u32) -> [u32; 2] {
    size.map(|side| texels(side as usize, level) as u32)
}

/// The side of the tile for a stamp of that size, as coarse as that.
fn tile_side(size: [u32; 2], level: u32) -> u32 {
    let [width, height] = texels_of(size, level);
    width.max(height).next_power_of_two().max(LEAST_SIDE)
}

/// The finest level at which a stamp fits a layer.
pub fn finest_level(size: [u32; 2]) -> u32 {
    level_to_fit(size.map(|side| side as usize), LAYER_SIDE as usize)
}

/// The level that serves where `needed` would do: no finer one fits the same tile.
pub fn thrifty_level(size: [u32; 2], needed: u32) -> u32 {
    let finest = finest_level(size);
    let mut level = needed.max(finest);
    let side = tile_side(size, level);
    while level > finest && tile_side(size, level - 1) == side {
        level -= 1;
    }
    level
}

/// What is placed: whose pixels, how large they are and how coarse.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub id: StampId,
    /// Width and height of the stamp in its own pixels.
    pub size: [u32; 2],
    /// How coarse.
    pub level: u32,
    /// Levels of its marked pixels.
    pub marks: Marks,
}

#[derive(Debug)]
struct Entry {
    stamp: Placed,
    /// Rises with every upload and use; the lowest is evicted first.
    touched: u64,
    /// The frame that last drew it; 0 for none.
    used_in: u64,
    /// The coarsest level that would have done for that frame.
    needed: u32,
}

#[derive(Debug, Default)]
struct Layer {
    /// Side of its tiles; 0 while it is empty.
    side: u32,
    slots: Vec<Option<Entry>>,
    free: Vec<u32>,
}

impl Layer {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().flatten()
    }
}

/// All layers, and the index from stamp to tile.
#[derive(Debug, Default)]
pub struct Layers {
    stack: Vec<Layer>,
    index: HashMap<StampId, (u32, u32)>,
    touches: u64,
    frame: u64,
    /// What was used in this frame or later is not evicted.
    protects_from: u64,
    /// The last frame whose commands the GPU has.
    submitted: u64,
    /// Tiles given up that a frame under way still draws: written again now, it would show
    /// another stamp.
    limbo: Vec<(u32, u32)>,
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

    /// How coarse a stamp is held; none where it is not.
    pub fn level(&self, id: StampId) -> Option<u32> {
        Some(self.entry(id)?.stamp.level)
    }

    /// Adds empty layers.
    pub fn grow_to(&mut self, layers: u32) {
        self.stack.resize_with(layers as usize, Layer::default);
    }

    /// Begins a frame. Until it has ended, what it used so far is safe from eviction, and what
    /// the frame before used.
    pub fn begin_frame(&mut self) {
        self.end_frame();
        self.submit_frame();
        self.frame += 1;
    }

    /// The GPU has the commands of the frame.
    pub fn submit_frame(&mut self) {
        self.submitted = self.frame;
        for (layer, slot) in std::mem::take(&mut self.limbo) {
            self.release(layer, slot);
        }
    }

    /// All stamps of the frame were used: only those are safe from now on.
    pub const fn end_frame(&mut self) {
        self.protects_from = self.frame;
    }

    /// True between frames.
    pub const fn is_frame_ended(&self) -> bool {
        self.protects_from == self.frame
    }

    /// Counts frames, from 1.
    pub const fn frame(&self) -> u64 {
        self.frame
    }

    /// The tile of a stamp, which this frame draws and for which `needed` is fine enough; none
    /// where it is not held.
    pub fn use_tile(&mut self, id: StampId, needed: u32) -> Option<Tile> {
        let (layer, slot) = *self.index.get(&id)?;
        self.touches += 1;
        let (touches, frame) = (self.touches, self.frame);
        let held = self.stack.get_mut(layer as usize)?;
        let side = held.side;
        let entry = held.slots.get_mut(slot as usize)?.as_mut()?;
        entry.touched = touches;
        entry.needed = if entry.used_in == frame {
            entry.needed.min(needed)
        } else {
            needed
        };
        entry.used_in = frame;
        Some(tile(layer, slot, side, entry))
    }

    /// A free tile of the right class, or a whole free layer; none where there is neither. A
    /// tile that the stamp had is freed. What the screen waits for, at a level that it needs, is
    /// as safe from eviction as what it shows.
    pub fn place(&mut self, stamp: Placed, needed: Option<u32>) -> Option<Tile> {
        let side = tile_side(stamp.size, stamp.level);
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
            stamp,
            touched: self.touches,
            used_in: needed.map_or(0, |_| self.frame),
            needed: needed.unwrap_or_default(),
        };
        let placed = tile(layer, slot, side, &entry);
        held.slots[slot as usize] = Some(entry);
        if let Some((layer, slot)) = self.index.insert(stamp.id, (layer, slot)) {
            self.free(layer, slot);
        }
        Some(placed)
    }

    /// Forgets a stamp; true where it was held.
    pub fn remove(&mut self, id: StampId) -> bool {
        let Some((layer, slot)) = self.index.remove(&id) else {
            return false;
        };
        self.free(layer, slot);
        true
    }

    fn free(&mut self, layer: u32, slot: u32) {
        let held = self.stack.get_mut(layer as usize);
        let entry = held.and_then(|held| held.slots.get_mut(slot as usize)?.take());
        let is_under_way = self.submitted != self.frame;
        if is_under_way && entry.is_some_and(|entry| entry.used_in == self.frame) {
            self.limbo.push((layer, slot));
        } else {
            self.release(layer, slot);
        }
    }

    fn release(&mut self, layer: u32, slot: u32) {
        if let Some(held) = self.stack.get_mut(layer as usize) {
            held.free.push(slot);
            if held.free.len() == held.slots.len() {
                *held = Layer::default();
            }
        }
    }

    /// Makes room for a tile of that stamp's class by evicting what was longest not used, but
    /// never what is on screen: an eighth of the class at once, or else a layer of another.
    pub fn evict_for(&mut self, stamp: &Placed) -> Result<(), Full> {
        let side = tile_side(stamp.size, stamp.level);
        let mut idle: Vec<(u64, StampId)> = self
            .stack
            .iter()
            .filter(|layer| layer.side == side)
            .flat_map(Layer::entries)
            .filter(|entry| !self.is_on_screen(entry))
            .map(|entry| (entry.touched, entry.stamp.id))
            .collect();
        if idle.is_empty() {
            return self.evict_layer();
        }
        idle.sort_unstable();
        // Several at once, so that the search above is paid once for many uploads.
        idle.truncate((idle.len() / 8).max(1));
        self.evict(idle.into_iter().map(|(_, id)| id));
        Ok(())
    }

    /// Empties the layer that was longest not used, whatever its class.
    fn evict_layer(&mut self) -> Result<(), Full> {
        let last_touch = |at: usize| {
            let entries = || self.stack[at].entries();
            let is_idle = entries().all(|entry| !self.is_on_screen(entry))
                && self.limbo.iter().all(|(layer, _)| *layer as usize != at);
            let touched = entries().map(|entry| entry.touched).max();
            touched.filter(|_| is_idle)
        };
        let oldest = (0..self.stack.len())
            .filter_map(|at| last_touch(at).map(|touched| (touched, at)))
            .min();
        let (_, at) = oldest.ok_or(Full)?;
        let entries = self.stack[at].entries();
        let ids: Vec<StampId> = entries.map(|entry| entry.stamp.id).collect();
        self.evict(ids.into_iter());
        Ok(())
    }

    /// Stamps on screen that keep room from others: in a larger tile than they need there, or
    /// coarser than they need, so that they have to be uploaded anew; else those that are
    /// scattered over more layers of their class than they fill.
    pub fn in_the_way(&self) -> Vec<StampId> {
        let is_misfit = |entry: &&Entry| {
            let Placed { size, level, .. } = entry.stamp;
            let fitting = thrifty_level(size, entry.needed);
            let is_large = tile_side(size, level) > tile_side(size, fitting);
            let is_coarse = level > entry.needed.max(finest_level(size));
            is_large || is_coarse
        };
        let shown = self.stack.iter().flat_map(|layer| self.on_screen(layer));
        let misfits: Vec<StampId> = shown.filter(is_misfit).map(|e| e.stamp.id).collect();
        if misfits.is_empty() {
            self.scattered()
        } else {
            misfits
        }
    }

    /// What is on screen in the emptiest layers of each class: in those that it would not need.
    fn scattered(&self) -> Vec<StampId> {
        let mut classes: BTreeMap<u32, Vec<Vec<StampId>>> = BTreeMap::new();
        for layer in self.stack.iter().filter(|layer| layer.side > 0) {
            let shown = self.on_screen(layer).map(|entry| entry.stamp.id);
            let layers = classes.entry(layer.side).or_default();
            layers.push(shown.collect());
        }
        let mut scattered = Vec::new();
        for (side, mut layers) in classes {
            let tiles: usize = layers.iter().map(Vec::len).sum();
            let needed = tiles.div_ceil((LAYER_SIDE / side).pow(2) as usize);
            layers.sort_unstable_by_key(|shown| std::cmp::Reverse(shown.len()));
            scattered.extend(layers.into_iter().skip(needed).flatten());
        }
        scattered
    }

    fn on_screen<'a>(&self, layer: &'a Layer) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let from = self.protects_from;
        let is_shown = move |entry: &&Entry| entry.used_in > 0 && entry.used_in >= from;
        layer.entries().filter(is_shown)
    }

    /// Layers that would hold all stamps on screen as fine as can be.
    pub fn layers_at_finest(&self) -> usize {
        let mut tiles: HashMap<u32, usize> = HashMap::new();
        for entry in self.stack.iter().flat_map(|layer| self.on_screen(layer)) {
            let size = entry.stamp.size;
            let side = tile_side(size, finest_level(size));
            *tiles.entry(side).or_default() += 1;
        }
        let layers = tiles.into_iter().map(|(side, tiles)| {
            let per_layer = (LAYER_SIDE / side).pow(2);
            tiles.div_ceil(per_layer as usize)
        });
        layers.sum()
    }

    /// Gives up stamps.
    pub fn evict(&mut self, ids: impl Iterator<Item = StampId>) {
        for id in ids {
            self.remove(id);
            self.evictions += 1;
        }
    }

    const fn is_on_screen(&self, entry: &Entry) -> bool {
        entry.used_in > 0 && entry.used_in >= self.protects_from
    }

    fn entry(&self, id: StampId) -> Option<&Entry> {
        let (layer, slot) = self.index.get(&id)?;
        let held = self.stack.get(*layer as usize)?;
        held.slots.get(*slot as usize)?.as_ref()
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
        size: entry.stamp.size,
        level: entry.stamp.level,
        marks: entry.stamp.marks,
    }
}

#[cfg(test)]
#[path = "atlas_layers_tests.rs"]
mod tests;
