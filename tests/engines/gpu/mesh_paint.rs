//! What is drawn on software drivers is what egui's own renderer draws.

use std::sync::Arc;

use destello::widgets::mesh_paint;
use egui::{Color32, CornerRadius, Rect, Shape, Stroke, pos2, vec2};
use egui_kittest::{
    Harness,
    wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup},
};
use egui_wgpu::{CallbackTrait, RenderState};
use image::RgbaImage;

/// Of the window, points.
const SIZE: egui::Vec2 = vec2(360.0, 240.0);

/// Draws nothing, between what is drawn below it and above.
struct Nothing;

impl CallbackTrait for Nothing {
    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut destello::gpu::RenderPass<'static>,
        _resources: &egui_wgpu::CallbackResources,
    ) {
        // A callback may leave another viewport behind.
        pass.set_viewport(0.0, 0.0, 10.0, 10.0, 0.0, 1.0);
    }
}

/// Panels, text, rounded and half transparent areas, curves, clips, and a picture of our own.
fn view(ui: &mut egui::Ui, picture: &egui::TextureHandle, is_late: bool) {
    egui::Panel::left("left").show(ui, |ui| {
        for line in 0..9 {
            ui.label(format!("candidate {line} of 9, Ω ± σ"));
        }
    });
    egui::CentralPanel::default().show(ui, |ui| {
        ui.heading("Supernova");
        let _button = ui.button("label it");
        let painter = ui.painter();
        let all = ui.max_rect();
        let behind = Rect::from_min_size(all.min + vec2(10.0, 60.0), vec2(120.0, 60.0));
        painter.rect_filled(
            behind,
            CornerRadius::same(9),
            Color32::from_rgb(180, 90, 30),
        );
        painter.add(egui_wgpu::Callback::new_paint_callback(behind, Nothing));
        let above = behind.translate(vec2(30.0, 20.0));
        painter.rect_filled(
            above,
            0.0,
            Color32::from_rgba_unmultiplied(20, 160, 220, 90),
        );
        let clipped = painter.with_clip_rect(above.shrink(8.5));
        clipped.circle_filled(above.center(), 40.0, Color32::WHITE);
        painter.line_segment([all.min, all.max], Stroke::new(1.5, Color32::LIGHT_GREEN));
        let square = Rect::from_min_size(all.max - vec2(50.0, 50.0), vec2(40.0, 40.0));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(picture.id(), square, whole, Color32::WHITE);
        // Glyphs that the first frame did not have, above all.
        if is_late {
            ui.label(egui::RichText::new("later: ΔΨ 17.3 µJy").size(21.0));
        }
    });
}

fn state() -> RenderState {
    let options = egui_wgpu::RendererOptions::PREDICTABLE;
    create_render_state(default_wgpu_setup(), options)
}

/// The view by egui's renderer, or by ours; at that scale.
fn draw(is_ours: bool, pixels_per_point: f32) -> RgbaImage {
    let state = state();
    let installed = Arc::new(state.clone());
    let mut frames = 0;
    let mut picture = None;
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .with_pixels_per_point(pixels_per_point)
        .renderer(WgpuTestRenderer::from_render_state(state))
        .build_ui(move |ui| {
            if frames == 0 && is_ours {
                mesh_paint::install(ui.ctx(), &installed);
            }
            frames += 1;
            let picture = picture.get_or_insert_with(|| {
                let image = egui::ColorImage::filled([4, 4], Color32::from_rgb(200, 30, 90));
                ui.ctx()
                    .load_texture("picture", image, egui::TextureOptions::NEAREST)
            });
            view(ui, picture, frames > 1);
        });
    harness.step();
    harness.render().expect("a first picture");
    harness.step();
    harness.step();
    let shapes = &harness.output().shapes;
    let of_egui = shapes
        .iter()
        .filter(|shape| !matches!(shape.shape, Shape::Callback(_)));
    if is_ours {
        // The picture alone has a texture that we do not have.
        assert_eq!(of_egui.count(), 1, "egui draws the rest");
    } else {
        assert!(of_egui.count() > 5);
    }
    harness.render().expect("a picture")
}

/// Pixels that differ by more than rounding.
fn differing(a: &RgbaImage, b: &RgbaImage) -> usize {
    assert_eq!(a.dimensions(), b.dimensions());
    let pairs = a.pixels().zip(b.pixels());
    let is_other = |(a, b): &(&image::Rgba<u8>, &image::Rgba<u8>)| {
        (0..3).any(|channel| a.0[channel].abs_diff(b.0[channel]) > 2)
    };
    pairs.filter(is_other).count()
}

#[test]
fn the_picture_is_that_of_the_usual_renderer() {
    for pixels_per_point in [0.4, 1.0, 1.5, 2.0] {
        let usual = draw(false, pixels_per_point);
        let colors: std::collections::BTreeSet<_> = usual.pixels().map(|pixel| pixel.0).collect();
        assert!(colors.len() > 50, "only {} colours", colors.len());
        let ours = draw(true, pixels_per_point);
        assert_eq!(differing(&usual, &ours), 0, "at {pixels_per_point}");
    }
}
