//! The painter inside an egui callback: half off the window, scrolled under a clip.

use std::sync::Arc;

use destello::{
    domain::Stamp,
    domain::StampId,
    gpu::{CommandBuffer, CommandEncoder, Device, Frame, Queue, RenderPass},
    gpu::{StampAtlas, StampInstance, StampPainter},
    imaging::{ColorMap, Limits, Look, Orientation, Stretch},
};
use egui_kittest::{
    Harness,
    wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup},
};
use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor};

use super::stamp_pictures::{BUDGET, fitted, instance, noisy_stamp, twin_picture};

struct Grid {
    frame: u64,
    instances: Vec<StampInstance>,
    looks: Vec<Look>,
}

impl CallbackTrait for Grid {
    fn prepare(
        &self,
        _device: &Device,
        _queue: &Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<CommandBuffer> {
        let frame = Frame {
            number: self.frame,
            size_px: screen.size_in_pixels,
        };
        let painter: &mut StampPainter = resources.get_mut().expect("a painter");
        let missing = painter.prepare(frame, 1, &self.instances, &self.looks);
        assert_eq!(missing, []);
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let painter: &StampPainter = resources.get().expect("a painter");
        painter.paint(1, pass);
    }
}

/// Instances in a clip rectangle, and a callback whose own rectangle leaves the window.
fn draw(instances: &[StampInstance], look: &Look, stamps: &[Stamp]) -> image::RgbaImage {
    let state = create_render_state(
        default_wgpu_setup(),
        egui_wgpu::RendererOptions::PREDICTABLE,
    );
    let atlas = Arc::new(StampAtlas::new(&state.device, &state.queue, BUDGET));
    for (id, stamp) in (0..).zip(stamps) {
        atlas.upload(StampId(id), stamp).expect("room in the atlas");
    }
    let painter = StampPainter::new(&state.device, &state.queue, state.target_format, atlas);
    state.renderer.write().callback_resources.insert(painter);
    let instances = instances.to_vec();
    let look = look.clone();
    let mut harness = Harness::builder()
        .with_size(egui::vec2(120.0, 100.0))
        .with_pixels_per_point(1.0)
        .renderer(WgpuTestRenderer::from_render_state(state))
        .build_ui(move |ui| {
            let window = egui::Rect::from_min_size(egui::pos2(0.0, 0.0), egui::vec2(120.0, 100.0));
            let painter = ui.painter().with_clip_rect(window.shrink(10.0));
            painter.rect_filled(window, 0.0, egui::Color32::from_rgb(40, 41, 42));
            let beyond =
                egui::Rect::from_min_max(egui::pos2(-50.0, -40.0), egui::pos2(300.0, 90.0));
            painter.add(egui_wgpu::Callback::new_paint_callback(
                beyond,
                Grid {
                    frame: ui.ctx().cumulative_frame_nr(),
                    instances: instances.clone(),
                    looks: vec![look.clone()],
                },
            ));
        });
    harness.run();
    harness.render().expect("a picture")
}

#[test]
fn stamps_keep_their_place_and_size_at_the_edge_of_the_window() {
    let stamps = [noisy_stamp(21, 21, 1), noisy_stamp(32, 30, 2)];
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Asinh, ColorMap::Inferno);
    let instances: Vec<_> = [(0, [-20.0, -11.0]), (1, [60.0, 30.0]), (0, [95.0, 70.0])]
        .into_iter()
        .map(|(id, [left, top])| {
            let placement = fitted(
                &stamps[id as usize],
                [64.0, 64.0],
                Orientation::ROW_ZERO_BOTTOM,
            );
            instance(id, [left, top, 64.0, 64.0], placement, 0)
        })
        .collect();
    let shown = draw(&instances, &look, &stamps);
    let expected = twin_picture([120, 100], &stamps, &instances, &[look]);
    let mut compared = 0;
    for (x, y) in (10..110).flat_map(|x| (10..90).map(move |y| (x, y))) {
        let (found, wanted) = (shown.get_pixel(x, y), expected.get_pixel(x, y));
        let worst = (0..3).map(|c| found.0[c].abs_diff(wanted.0[c])).max();
        assert!(worst.unwrap() <= 1, "{x},{y}: {found:?} {wanted:?}");
        compared += 1;
    }
    assert_eq!(compared, 8000);
    // Outside the clip rectangle nothing is drawn.
    assert_ne!(shown.get_pixel(5, 5), expected.get_pixel(5, 5));
    assert_eq!(shown.get_pixel(5, 5), shown.get_pixel(115, 95));
}
