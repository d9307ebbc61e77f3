//! Draws what egui makes in the place of its own renderer, for software drivers: the picture is the same, in a fraction of
//! the time ([`crate::gpu::MeshPainter`]).

use std::{
    mem,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use egui::{
    ClippedPrimitive, Context, FullOutput, Rect, Shape, TextureId,
    epaint::{ClippedShape, ImageData, ImageDelta, Primitive, Vertex},
};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};

use crate::gpu::{self, GlyphPixels, MeshFrame, MeshPainter};

/// Glyphs that are not yet on the device, in their order.
type Glyphs = Arc<Mutex<Vec<ImageDelta>>>;

/// Takes the shapes of each frame out of the output and puts calls in their place.
struct MeshPaint {
    glyphs: Glyphs,
}

/// From the next frame on draws for this window, where its driver computes on the processor.
pub fn install_on_software(ctx: &Context, render_state: &RenderState) {
    if gpu::is_software(&render_state.adapter.get_info()) {
        install(ctx, render_state);
    }
}

/// From the next frame on draws for this window. A context that has drawn before keeps its own renderer's glyphs, and draws
/// none here: this comes first.
pub fn install(ctx: &Context, render_state: &RenderState) {
    let (device, queue) = (&render_state.device, &render_state.queue);
    let Some(painter) = MeshPainter::new(device, queue, render_state.target_format) else {
        return;
    };
    render_state
        .renderer
        .write()
        .callback_resources
        .insert(painter);
    ctx.add_plugin(MeshPaint {
        glyphs: Glyphs::default(),
    });
}

impl egui::Plugin for MeshPaint {
    fn debug_name(&self) -> &'static str {
        "meshes"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let of_glyphs = output.textures_delta.set.get(&TextureId::default());
        lock(&self.glyphs).extend(of_glyphs.into_iter().flatten().cloned());
        let passes = &output.platform_output;
        let most = ctx.options(|options| options.max_passes.get());
        if passes.requested_discard() && passes.num_completed_passes < most {
            // Another pass follows, and this one is not shown.
            return;
        }
        let shapes = mem::take(&mut output.shapes);
        let primitives = ctx.tessellate(shapes, output.pixels_per_point);
        output.shapes = self.calls(primitives);
    }
}

fn lock(glyphs: &Glyphs) -> std::sync::MutexGuard<'_, Vec<ImageDelta>> {
    glyphs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of a frame, in the order of drawing.
enum Part {
    Meshes(Range<usize>),
    /// What somebody else draws: a callback, or a mesh with a texture of its own.
    Other(ClippedShape),
}

impl MeshPaint {
    fn calls(&self, primitives: Vec<ClippedPrimitive>) -> Vec<ClippedShape> {
        let mut frame = MeshFrame::default();
        let mut parts: Vec<Part> = Vec::new();
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            let shape = match primitive {
                Primitive::Mesh(mesh) if mesh.texture_id == TextureId::default() => {
                    let first = frame.draws.len();
                    let Rect { min, max } = clip_rect;
                    let clip = [min.x, min.y, max.x, max.y];
                    let vertices = bytemuck::cast_slice::<Vertex, _>(&mesh.vertices);
                    frame.push(clip, vertices, &mesh.indices);
                    let end = frame.draws.len();
                    match parts.last_mut() {
                        Some(Part::Meshes(draws)) => draws.end = end,
                        _ => parts.push(Part::Meshes(first..end)),
                    }
                    continue;
                }
                Primitive::Mesh(mesh) => Shape::mesh(mesh),
                Primitive::Callback(callback) => Shape::Callback(callback),
            };
            parts.push(Part::Other(ClippedShape::new(clip_rect, shape)));
        }
        let frame = Arc::new(frame);
        let mut is_first = true;
        let call = |part| match part {
            Part::Other(shape) => shape,
            Part::Meshes(draws) => {
                let run = MeshRun {
                    frame: frame.clone(),
                    draws,
                    glyphs: mem::replace(&mut is_first, false).then(|| self.glyphs.clone()),
                };
                let call = Callback::new_paint_callback(Rect::EVERYTHING, run);
                ClippedShape::new(Rect::EVERYTHING, Shape::Callback(call))
            }
        };
        parts.into_iter().map(call).collect()
    }
}

/// Draw calls of a frame that follow each other.
struct MeshRun {
    frame: Arc<MeshFrame>,
    draws: Range<usize>,
    /// For the first of a frame, which gives the device what is new.
    glyphs: Option<Glyphs>,
}

impl CallbackTrait for MeshRun {
    fn prepare(
        &self,
        _device: &gpu::Device,
        _queue: &gpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut gpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<gpu::CommandBuffer> {
        if let (Some(painter), Some(glyphs)) = (resources.get_mut::<MeshPainter>(), &self.glyphs) {
            for delta in lock(glyphs).drain(..) {
                let ImageData::Color(image) = &delta.image;
                painter.set_glyphs(GlyphPixels {
                    corner: delta.pos.map(|corner| corner.map(|at| at as u32)),
                    size: image.size.map(|side| side as u32),
                    rgba: bytemuck::cast_slice(&image.pixels),
                });
            }
            let size_px = screen.size_in_pixels;
            painter.upload(
                &self.frame,
                size_px.map(|side| side as f32 / screen.pixels_per_point),
            );
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut gpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let draws = self.frame.draws.get(self.draws.clone());
        if let (Some(painter), Some(draws)) = (resources.get::<MeshPainter>(), draws) {
            painter.paint(draws, info.screen_size_px, info.pixels_per_point, pass);
        }
    }
}
