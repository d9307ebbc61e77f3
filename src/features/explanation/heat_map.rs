//! Heat maps over the large stamps: what each pixel adds to what a model predicts.

use std::sync::Arc;

use egui::{
    Color32, ColorImage, Mesh, Shape, Stroke, TextureHandle, TextureOptions, Ui, epaint::Vertex,
    pos2,
};

use crate::{
    domain::{Explanation, Role},
    features::explanation::state::ExplanationPane,
    imaging::{
        heat_map::{CELLS, picture},
        model_input::Footprint,
    },
    widgets::{stamp_view::Laid, theme},
    workspace::shared::Shared,
};

/// Textures of the explanation shown.
#[derive(Default)]
pub struct HeatMapTextures {
    of: Option<Arc<Explanation>>,
    textures: Vec<(Role, TextureHandle)>,
}

impl HeatMapTextures {
    /// The texture of a role, where it is a channel of the model; all are made once.
    fn of(
        &mut self,
        ui: &Ui,
        explanation: &Arc<Explanation>,
        role: Role,
    ) -> Option<&TextureHandle> {
        let is_known = |known: &Arc<Explanation>| Arc::ptr_eq(known, explanation);
        if !self.of.as_ref().is_some_and(is_known) {
            let largest = explanation.largest();
            let side = explanation.plan.side_px;
            let channels = explanation.channels();
            self.textures = channels
                .map(|(role, map)| (role, texture(ui, map, side, largest)))
                .collect();
            self.of = Some(explanation.clone());
        }
        let mut textures = self.textures.iter();
        textures.find_map(|(known, texture)| (*known == role).then_some(texture))
    }
}

fn texture(ui: &Ui, map: &[f32], side: usize, largest: f32) -> TextureHandle {
    let pixels = picture(map, side, largest);
    let image = ColorImage::from_rgba_unmultiplied([side * CELLS; 2], &pixels);
    ui.ctx()
        .load_texture("heat map", image, TextureOptions::NEAREST)
}

/// Draws the heat map of a stamp over it, with the outline of what the model sees.
pub fn heat_map_ui(
    ui: &Ui,
    laid: &Laid,
    explanation: &ExplanationPane,
    shared: &Shared,
    heat_maps: &mut HeatMapTextures,
) {
    let opacity = explanation.explain.opacity;
    let Some(Ok(explanation)) = explanation.explanation(shared) else {
        return;
    };
    let Some(corners) = corners(ui, laid, shared, explanation) else {
        return;
    };
    let Some(texture) = heat_maps.of(ui, explanation, laid.place.role) else {
        return;
    };
    let opacity = (opacity * 255.0).round() as u8;
    let mut mesh = Mesh::with_texture(texture.id());
    let uvs = [
        pos2(0.0, 0.0),
        pos2(1.0, 0.0),
        pos2(1.0, 1.0),
        pos2(0.0, 1.0),
    ];
    mesh.vertices = corners
        .into_iter()
        .zip(uvs)
        .map(|(pos, uv)| Vertex {
            pos,
            uv,
            color: Color32::from_white_alpha(opacity),
        })
        .collect();
    mesh.indices = vec![0, 1, 2, 0, 2, 3];
    let clip = laid.place.rect.intersect(ui.clip_rect());
    let painter = ui.painter().with_clip_rect(clip);
    painter.add(mesh);
    let line = Stroke::new(1.0, theme::caption_color(ui));
    painter.add(Shape::closed_line(corners.to_vec(), line));
}

/// The corners on the screen of the square that the model takes, in the order of its rows.
fn corners(
    ui: &Ui,
    laid: &Laid,
    shared: &Shared,
    explanation: &Explanation,
) -> Option<[egui::Pos2; 4]> {
    let place = laid.place;
    if Some(place.candidate) != shared.place.candidate || place.epoch != shared.place.epoch {
        return None;
    }
    let id = shared.epoch()?.stamp(place.role)?.id;
    let stamp = &shared.stamps.ready(id)?.stamp;
    let size = [stamp.width, stamp.height];
    let footprint = Footprint::of(size, stamp.geometry.arcsec_per_px(), &explanation.plan);
    let side = footprint.side as f64;
    let point = |corner| laid.point_at(ui, footprint.position_of(corner));
    Some([
        point([0.0, 0.0])?,
        point([side, 0.0])?,
        point([side, side])?,
        point([0.0, side])?,
    ])
}
