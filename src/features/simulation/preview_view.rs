//! Pictures of what a simulation would make.

use std::sync::Arc;

use egui::{ColorImage, RichText, ScrollArea, TextureHandle, TextureOptions, Ui, vec2};

use super::state::{Picture, Preview, PreviewRow, PreviewState, SimulationPane};
use crate::{
    domain::Vocabulary,
    language::translated_static,
    text,
    widgets::theme::{self, weak},
};

/// Side of a picture, points.
const SIDE: f32 = 48.0;
/// Width of the captions, points.
const CAPTION_WIDTH: f32 = 128.0;

#[derive(Default)]
pub struct PreviewTextures {
    of: Option<Arc<Preview>>,
    textures: Vec<TextureHandle>,
}

impl PreviewTextures {
    /// The textures of a preview, row by row; made once.
    fn of(&mut self, ui: &Ui, preview: &Arc<Preview>) -> &[TextureHandle] {
        if !self
            .of
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, preview))
        {
            let pictures = preview.rows.iter().flat_map(|row| &row.lines);
            let pictures = pictures.flat_map(|(_, pictures)| pictures);
            self.textures = pictures.map(|picture| texture(ui, picture)).collect();
            self.of = Some(preview.clone());
        }
        &self.textures
    }
}

fn texture(ui: &Ui, picture: &Picture) -> TextureHandle {
    let image = ColorImage::from_rgb([picture.width, picture.height], &picture.rgb);
    ui.ctx()
        .load_texture("preview", image, TextureOptions::NEAREST)
}

/// The preview, or why there is none.
pub fn preview_ui(ui: &mut Ui, simulation: &SimulationPane, textures: &mut PreviewTextures) {
    let SimulationPane { preview, .. } = &simulation;
    match preview {
        PreviewState::Pending => {
            ui.label(weak(ui, text!("Simulating a few candidates…")));
        }
        PreviewState::Failed(why) => {
            ui.label(RichText::new(why).color(theme::alarm_text(ui)));
        }
        PreviewState::Ready(preview) => {
            let textures = textures.of(ui, preview);
            ScrollArea::both().auto_shrink(false).show(ui, |ui| {
                roles_ui(ui, preview);
                let mut textures = textures.iter();
                for row in &preview.rows {
                    row_ui(ui, row, &mut textures);
                }
            });
        }
    }
}

/// The names of the roles above their pictures.
fn roles_ui(ui: &mut Ui, preview: &Preview) {
    let Some(row) = preview.rows.first() else {
        return;
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        cell_ui(ui, vec2(CAPTION_WIDTH, theme::TEXT), |_| {});
        for (role, pictures) in &row.lines {
            let width = pictures.len() as f32 * (SIDE + 2.0) - 2.0;
            cell_ui(ui, vec2(width, theme::TEXT + 2.0), |ui| {
                ui.label(weak(ui, translated_static(role.name())));
            });
            ui.add_space(theme::GRID);
        }
    });
}

fn row_ui<'a>(
    ui: &mut Ui,
    row: &PreviewRow,
    textures: &mut impl Iterator<Item = &'a TextureHandle>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        cell_ui(ui, vec2(CAPTION_WIDTH, SIDE), |ui| caption_ui(ui, row));
        for (role, pictures) in &row.lines {
            // The pictures first: a zip takes one from its first side before it sees the other's end.
            for (picture, texture) in pictures.iter().zip(textures.by_ref()) {
                let longest = picture.width.max(picture.height).max(1) as f32;
                let size = vec2(picture.width as f32, picture.height as f32) * (SIDE / longest);
                let name = text!(
                    "{role} of {class}",
                    role = translated_static(role.name()),
                    class = row.class
                );
                ui.add(egui::Image::new((texture.id(), size)).alt_text(name));
            }
            ui.add_space(theme::GRID);
        }
    });
}

fn caption_ui(ui: &mut Ui, row: &PreviewRow) {
    let vocabularies = [Vocabulary::sequence_classes(), Vocabulary::real_bogus()];
    let class = vocabularies
        .iter()
        .find_map(|known| known.class(&row.class));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        match class {
            Some(class) => {
                ui.horizontal(|ui| {
                    swatch_ui(ui, theme::class_color(class));
                    ui.label(RichText::new(&*class.title).strong());
                });
            }
            None => {
                ui.label(RichText::new(&row.class).strong());
            }
        }
        let caption = weak(ui, &row.caption);
        ui.add(egui::Label::new(caption).wrap());
    });
}

/// A small field of a class's colour.
pub fn swatch_ui(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), egui::Sense::hover());
    theme::swatch(ui, ui.painter(), rect, color);
    ui.add_space(4.0);
}

/// A cell of exactly this size.
fn cell_ui(ui: &mut Ui, size: egui::Vec2, content: impl FnOnce(&mut Ui)) {
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    content(&mut inside);
}
