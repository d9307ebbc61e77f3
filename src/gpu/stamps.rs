//! Draws grids of stamps: one instanced draw call for all of a batch that have one stretch (`shaders/stamp.wgsl`).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::StampId,
    imaging::{Look, Placement},
};

use super::{
    atlas::StampAtlas,
    atlas_demand::FrameEnd,
    batch::{Batch, BatchContents},
    frame::Frame,
    pipeline::{StampPipeline, color_map_texture},
    stamp_data::{InstanceData, LookData, StampInstance, draw_calls},
};

/// Pipeline, colour maps and the batches of the current frame.
#[derive(Debug)]
pub struct StampPainter {
    device: wgpu::Device,
    queue: wgpu::Queue,
    atlas: Arc<StampAtlas>,
    pipeline: StampPipeline,
    color_maps: wgpu::TextureView,
    frame: Option<u64>,
    batches: BTreeMap<u64, Batch>,
}

impl StampPainter {
    /// A painter for targets of one format, one sample a pixel and no depth buffer.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        target_format: wgpu::TextureFormat,
        atlas: Arc<StampAtlas>,
    ) -> Self {
        Self {
            pipeline: StampPipeline::new(device, target_format),
            color_maps: color_map_texture(device, queue),
            device: device.clone(),
            queue: queue.clone(),
            atlas,
            frame: None,
            batches: BTreeMap::new(),
        }
    }

    /// The atlas it draws from.
    pub const fn atlas(&self) -> &Arc<StampAtlas> {
        &self.atlas
    }

    /// Uploads instances and looks of one batch, no pixels; returns the stamps that are not
    /// in the atlas, or coarser than drawn, each once and in order of their ids, so that the
    /// caller has them uploaded. What is not in the atlas is not drawn, nor are instances whose
    /// look does not exist.
    ///
    /// A new frame number begins a frame; a batch that was not prepared in the frame before
    /// is dropped then. `batch` names the batch within a frame, the same in the next.
    pub fn prepare(
        &mut self,
        frame: Frame,
        batch: u64,
        instances: &[StampInstance],
        looks: &[Look],
    ) -> Vec<StampId> {
        self.begin(frame.number);
        let stamps = instances
            .iter()
            .map(|instance| (instance.stamp, needed_level(&instance.placement)));
        let used = self.atlas.use_tiles(stamps);
        let mut drawn = Vec::with_capacity(instances.len());
        for (instance, tile) in instances.iter().zip(used.tiles) {
            if let Some(tile) = tile
                && (instance.look as usize) < looks.len()
            {
                drawn.push(InstanceData::new(instance, &tile));
            }
        }
        let mut quantiles = Vec::new();
        let looks: Vec<LookData> = looks
            .iter()
            .map(|look| LookData::new(look, &mut quantiles))
            .collect();
        let calls = draw_calls(&mut drawn, &looks);
        let prepared = self
            .batches
            .entry(batch)
            .or_insert_with(|| Batch::new(&self.device));
        prepared.frame = frame.number;
        prepared.write(
            (&self.device, &self.queue),
            (&mut self.pipeline, &self.color_maps),
            &self.atlas,
            BatchContents {
                size_px: frame.size_px,
                instances: &drawn,
                calls,
                looks: &looks,
                quantiles: &quantiles,
                atlas_revision: used.revision,
            },
        );
        used.missing
    }

    /// Ends the frame once all its batches are prepared; none where it has ended. A new frame
    /// ends the one before it too.
    pub fn end_frame(&self) -> Option<FrameEnd> {
        self.atlas.end_frame()
    }

    /// Records its draw calls; nothing where the batch was not prepared in this frame.
    pub fn paint(&self, batch: u64, pass: &mut wgpu::RenderPass<'_>) {
        let prepared = self.batches.get(&batch);
        if let Some(prepared) = prepared.filter(|found| Some(found.frame) == self.frame) {
            prepared.paint(&self.pipeline, pass);
        }
    }

    /// Batches whose buffers are held.
    pub fn batches(&self) -> usize {
        self.batches.len()
    }

    fn begin(&mut self, number: u64) {
        if self.frame == Some(number) {
            return;
        }
        let last = self.frame.replace(number);
        self.batches.retain(|_, batch| Some(batch.frame) == last);
        self.atlas.begin_frame();
    }
}

/// The coarsest level that shows at least one texel a target pixel.
fn needed_level(placement: &Placement) -> u32 {
    let [[a, b], [c, d]] = placement.matrix;
    let pixels_per_px = (a * d - b * c).abs().sqrt();
    // NaN and what is below 2 become 0.
    pixels_per_px.clamp(1.0, 65_536.0).log2().floor() as u32
}
