//! The points of the latent space on the GPU: the way to the pipelines in `gpu`.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use egui::Rect;
use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::{
    features::latent::{choice::LatentChoice, clouds::Clouds},
    gpu::{self, Cloud, Frame, Layer, ScatterFrame, ScatterPainter},
    imaging::ScatterView,
};

/// How much wider than a point its amber ring is, points of the screen.
const RING: f32 = 1.8;
/// Opacity of what is not selected while anything is, of the usual one.
const BEHIND: f32 = 0.55;

/// What became of the points that were to be drawn.
#[derive(Default)]
pub struct LatentClouds {
    drawn: Arc<AtomicUsize>,
}

impl LatentClouds {
    /// Points that were drawn in the last frame: a slow device draws a part of them.
    pub fn drawn(&self) -> usize {
        self.drawn.load(Ordering::Relaxed)
    }

    /// Draws them inside a rectangle of the screen.
    pub fn paint(
        &self,
        ui: &egui::Ui,
        rect: Rect,
        view: ScatterView,
        clouds: &Clouds,
        choice: &LatentChoice,
    ) {
        let scale = ui.pixels_per_point();
        let middle = rect.center() * scale;
        let has_selection = !clouds.selected.positions.is_empty();
        let layer = |cloud: &Cloud, radius: f32, opacity: f32| Layer {
            cloud: cloud.clone(),
            radius_px: radius * scale,
            opacity,
        };
        let behind = if has_selection { BEHIND } else { 1.0 };
        let frame = ScatterFrame {
            view,
            middle_px: [middle.x, middle.y],
            pixels_per_point: scale,
            layers: vec![
                layer(&clouds.all, choice.radius, choice.opacity * behind),
                layer(&clouds.rings, choice.radius + RING, 1.0),
                layer(&clouds.selected, choice.radius, 1.0),
            ],
        };
        let paint = ScatterPaint {
            number: ui.ctx().cumulative_frame_nr(),
            frame,
            drawn: self.drawn.clone(),
        };
        ui.painter()
            .with_clip_rect(rect.intersect(ui.clip_rect()))
            .add(egui_wgpu::Callback::new_paint_callback(rect, paint));
    }
}

struct ScatterPaint {
    number: u64,
    frame: ScatterFrame,
    drawn: Arc<AtomicUsize>,
}

impl CallbackTrait for ScatterPaint {
    fn prepare(
        &self,
        _device: &gpu::Device,
        _queue: &gpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut gpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<gpu::CommandBuffer> {
        if let Some(painter) = resources.get_mut::<ScatterPainter>() {
            let target = Frame {
                number: self.number,
                size_px: screen.size_in_pixels,
            };
            let drawn = painter.prepare(target, &self.frame);
            let first = drawn.first().copied().unwrap_or(0);
            self.drawn.store(first, Ordering::Relaxed);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut gpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(painter) = resources.get::<ScatterPainter>() {
            painter.paint(self.number, pass);
        }
    }
}
