//! The points of the latent space on the GPU: which are drawn, in which colours, and the way to
//! the pipelines in `gpu`.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use egui::{Color32, Rect};
use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::{
    features::latent::{
        choice::ColorBy,
        parts::Legend,
        shade::{NO_SHADE, SHADES},
        state::LatentPane,
    },
    gpu::{self, Cloud, Frame, Layer, ScatterFrame, ScatterPainter},
    imaging::{ScatterView, spread_order},
    widgets::theme,
    workspace::{settings::Theme, shared::Shared},
};

/// How much wider than a point its amber ring is, points of the screen.
const RING: f32 = 1.8;
/// Opacity of what is not selected while anything is, of the usual one.
const BEHIND: f32 = 0.55;

/// What the clouds depend on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    map: usize,
    shades: u64,
    queue: u64,
    selection: u64,
    shows_every_epoch: bool,
    theme: Theme,
}

/// The points as they were uploaded last.
#[derive(Default)]
pub struct LatentClouds {
    key: Option<Key>,
    all: Cloud,
    selected: Cloud,
    rings: Cloud,
    revision: u64,
    drawn: Arc<AtomicUsize>,
}

impl LatentClouds {
    /// Points that are seen.
    pub fn seen(&self) -> usize {
        self.all.positions.len()
    }

    /// Points that were drawn in the last frame: a slow device draws a part of them.
    pub fn drawn(&self) -> usize {
        self.drawn.load(Ordering::Relaxed)
    }

    /// Points of selected candidates.
    pub fn selected(&self) -> usize {
        self.selected.positions.len()
    }

    /// Takes in what has changed.
    pub fn update(&mut self, latent: &LatentPane, shared: &Shared) {
        let map = latent.map().map_or(0, |map| Arc::as_ptr(map) as usize);
        let key = Key {
            map,
            shades: latent.shade_revision(),
            queue: shared.queue.revision(),
            selection: shared.selection.revision(),
            shows_every_epoch: latent.choice.shows_every_epoch,
            theme: shared.settings.theme,
        };
        if self.key.as_ref() == Some(&key) {
            return;
        }
        self.key = Some(key);
        self.revision += 1;
        self.fill(latent, shared);
    }

    fn fill(&mut self, latent: &LatentPane, shared: &Shared) {
        let palette = palette(latent, shared);
        let shades = latent.shades();
        let (mut all, mut selected) = (Points::default(), Points::default());
        let count = latent.map().map_or(0, |map| map.positions.len());
        for dot in spread_order(count).filter_map(|point| latent.latent_dot(shared, point)) {
            let shade = shades.and_then(|shades| shades.index.get(dot.point));
            let color = palette[*shade.unwrap_or(&NO_SHADE) as usize].to_array();
            all.push(dot.position, color);
            if shared.selection.contains(dot.candidate) {
                selected.push(dot.position, color);
            }
        }
        let amber = vec![theme::AMBER.to_array(); selected.colors.len()];
        self.all = all.cloud(self.revision);
        self.selected = selected.cloud(self.revision);
        self.rings = Cloud {
            colors: amber.into(),
            ..self.selected.clone()
        };
    }

    /// Draws them inside a rectangle of the screen.
    pub fn paint(&self, ui: &egui::Ui, rect: Rect, view: ScatterView, latent: &LatentPane) {
        let scale = ui.pixels_per_point();
        let choice = &latent.choice;
        let middle = rect.center() * scale;
        let has_selection = !self.selected.positions.is_empty();
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
                layer(&self.all, choice.radius, choice.opacity * behind),
                layer(&self.rings, choice.radius + RING, 1.0),
                layer(&self.selected, choice.radius, 1.0),
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

#[derive(Default)]
struct Points {
    positions: Vec<[f32; 2]>,
    colors: Vec<[u8; 4]>,
}

impl Points {
    fn push(&mut self, position: [f32; 2], color: [u8; 4]) {
        self.positions.push(position);
        self.colors.push(color);
    }

    fn cloud(self, revision: u64) -> Cloud {
        Cloud {
            positions: self.positions.into(),
            colors: self.colors.into(),
            revision,
        }
    }
}

/// A colour for every shade.
fn palette(latent: &LatentPane, shared: &Shared) -> Vec<Color32> {
    let is_dark = shared.settings.theme == Theme::Dark;
    let mut palette = vec![theme::no_shade(is_dark); SHADES + 1];
    match latent.shades().map(|shades| &shades.legend) {
        Some(Legend::Classes(classes)) => {
            for (at, (name, _)) in classes.iter().enumerate().take(SHADES) {
                palette[at] = shade_color(latent, shared, at, name);
            }
        }
        Some(Legend::Range { .. }) => {
            for (at, color) in palette.iter_mut().enumerate().take(SHADES) {
                *color = theme::range_color(at as f32 / (SHADES - 1) as f32, is_dark);
            }
        }
        Some(Legend::Nothing(_)) | None => {}
    }
    palette
}

/// The colour of a class of the legend: that of its vocabulary, else by its place.
pub fn shade_color(latent: &LatentPane, shared: &Shared, at: usize, name: &str) -> Color32 {
    // A component has a number, which is a spelling of some class too.
    let is_component = latent.choice.color_by == ColorBy::Component;
    let class = shared.class_named(name).filter(|_| !is_component);
    class.map_or_else(|| theme::component_color(at), theme::class_color)
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
