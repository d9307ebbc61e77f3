//! Between egui's painter and `gpu`: one callback draws one batch of stamps.

use std::sync::Arc;

use egui_wgpu::{CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};

use crate::{
    gpu::{self, Frame, ScatterPainter, StampAtlas, StampInstance, StampPainter, points_managed},
    imaging::Look,
    widgets::{repaint_once, view_memory::Lost},
};

/// Puts the painters of stamps and of scatter plots into egui's renderer and gives back the atlas
/// that workers fill.
pub fn install(render_state: &RenderState, atlas_bytes: u64) -> Arc<StampAtlas> {
    let (device, queue) = (&render_state.device, &render_state.queue);
    let atlas = Arc::new(StampAtlas::new(device, queue, atlas_bytes));
    let painter = StampPainter::new(device, queue, render_state.target_format, atlas.clone());
    let most_points = points_managed(&render_state.adapter.get_info());
    let scatter = ScatterPainter::new(device, queue, render_state.target_format, most_points);
    let resources = &mut render_state.renderer.write().callback_resources;
    resources.insert(painter);
    resources.insert(scatter);
    atlas
}

/// Stamps that are drawn together, beside each other.
#[derive(Default)]
pub struct StampBatch {
    instances: Vec<StampInstance>,
    looks: Vec<Look>,
}

impl StampBatch {
    /// Adds one stamp with its look; equal looks following each other are stored once.
    pub fn push(&mut self, mut instance: StampInstance, look: Look) {
        if self.looks.last() != Some(&look) {
            self.looks.push(look);
        }
        instance.look = self.looks.len() as u32 - 1;
        self.instances.push(instance);
    }

    /// Draws the batch inside `clip`. `number` tells the batches of a frame apart.
    pub fn paint(self, ui: &egui::Ui, clip: egui::Rect, number: u64, lost: &Lost) {
        if self.instances.is_empty() {
            return;
        }
        let frame = ui.ctx().cumulative_frame_nr();
        let paint = StampPaint {
            frame,
            number,
            batch: self,
            lost: lost.clone(),
            ctx: ui.ctx().clone(),
        };
        ui.painter()
            .with_clip_rect(clip.intersect(ui.clip_rect()))
            .add(egui_wgpu::Callback::new_paint_callback(clip, paint));
    }
}

struct StampPaint {
    frame: u64,
    number: u64,
    batch: StampBatch,
    lost: Lost,
    ctx: egui::Context,
}

impl CallbackTrait for StampPaint {
    fn prepare(
        &self,
        _device: &gpu::Device,
        _queue: &gpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut gpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<gpu::CommandBuffer> {
        if let Some(painter) = resources.get_mut::<StampPainter>() {
            let frame = Frame {
                number: self.frame,
                size_px: screen.size_in_pixels,
            };
            let StampBatch { instances, looks } = &self.batch;
            let missing = painter.prepare(frame, self.number, instances, looks);
            if self.lost.add(self.number, missing) {
                repaint_once(&self.ctx);
            }
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut gpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(painter) = resources.get::<StampPainter>() {
            painter.paint(self.number, pass);
            // All batches are prepared before the first is painted.
            if painter
                .end_frame()
                .is_some_and(|end| self.lost.end_frame(end))
            {
                repaint_once(&self.ctx);
            }
        }
    }
}
