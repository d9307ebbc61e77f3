//! Sliders that walk through the latent space; the model draws what lies there.

use egui::{ComboBox, Rect, RichText, ScrollArea, Sense, Slider, Ui, vec2};

use super::decoded;
use crate::{
    domain::LatentSpace,
    features::latent::{
        command::Latent,
        pictures::{FARTHEST, LatentWalk, Pictures, STEPS},
        state::LatentPane,
        view::memory::LatentMemory,
    },
    text,
    widgets::{
        spoken,
        theme::{self, weak},
    },
};

/// Side of the picture of the place, points.
const PICTURE: f32 = 200.0;
/// Side of a step between both centroids.
const STEP: f32 = 54.0;

/// The sliders and their pictures. Widgets edit a copy of the walk; where it differs, one command
/// carries it.
pub fn walk_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Latent>>,
) {
    let (Some(space), Some(walk)) = (latent.space(), latent.walk()) else {
        return;
    };
    let mut edited = walk.clone();
    ScrollArea::vertical()
        .id_salt("walk")
        .auto_shrink(false)
        .show(ui, |ui| {
            pictures_ui(ui, latent, own);
            ui.add_space(theme::GRID);
            ends_ui(ui, space, &mut edited);
            ui.add_space(theme::GRID);
            axes_ui(ui, space, &mut edited);
        });
    if edited != walk {
        commands.push(Latent::Walk(Box::new(edited)).into());
    }
}

fn pictures_ui(ui: &mut Ui, latent: &LatentPane, own: &mut LatentMemory) {
    let (place, response) = ui.allocate_exact_size(vec2(PICTURE, PICTURE), Sense::hover());
    spoken::picture(&response, text!("what the model draws here"), || {
        latent
            .walk()
            .map_or_else(String::new, |walk| in_words(&walk))
    });
    ui.painter().rect_filled(place, 2.0, theme::matte(ui));
    let width = STEPS as f32 * (STEP + 2.0);
    let (strip, response) = ui.allocate_exact_size(vec2(width, STEP), Sense::hover());
    spoken::picture(
        &response,
        text!("steps between both centroids"),
        String::new,
    );
    match latent.walked() {
        Some((walk, Ok(pictures))) => {
            let key = (latent.run(), walk.clone());
            let make = || shaded(pictures);
            let textures = own.walked.of(ui, key, pictures.side_px, make);
            for (at, texture) in textures.iter().enumerate() {
                let rect = match at.checked_sub(1) {
                    None => place,
                    Some(step) => Rect::from_min_size(
                        strip.min + vec2(step as f32 * (STEP + 2.0), 0.0),
                        vec2(STEP, STEP),
                    ),
                };
                decoded::paint(ui, texture, rect, 1.0);
            }
        }
        Some((_, Err(why))) => {
            ui.label(RichText::new(why).color(theme::alarm_text(ui)));
        }
        None => {
            ui.label(weak(ui, text!("The model is drawing…")));
        }
    }
}

fn in_words(walk: &LatentWalk) -> String {
    text!(
        "component {from} to {to}, {share} % of the way",
        from = walk.from + 1,
        to = walk.to + 1,
        share = format_args!("{:.0}", 100.0 * walk.share)
    )
}

/// All pictures of a walk in one scale, so that what fades is seen to fade.
fn shaded(pictures: &Pictures) -> Vec<(&[f32], decoded::Shading)> {
    let shading = decoded::Shading::of(&*pictures.pixels);
    let all = (0..=STEPS).filter_map(|at| pictures.get(at));
    all.map(|pixels| (pixels, shading)).collect()
}

fn ends_ui(ui: &mut Ui, space: &LatentSpace, walk: &mut LatentWalk) {
    ui.horizontal(|ui| {
        let before = walk.from;
        let help = text!("The centroid that the walk goes from");
        end_ui(ui, space, ("from", text!("from"), help), &mut walk.from);
        let help = text!("The centroid that the walk goes to");
        end_ui(ui, space, ("to", text!("to"), help), &mut walk.to);
        let is_away = walk.share > 0.0 || walk.offsets.iter().any(|at| at.abs() > 0.0);
        let back = ui.add_enabled(is_away, egui::Button::new(text!("Back to the centroid")));
        if back.clicked() || walk.from != before {
            walk.share = 0.0;
            walk.offsets.fill(0.0);
        }
    });
    let slider = Slider::new(&mut walk.share, 0.0..=1.0).text(text!("fraction"));
    ui.add(slider)
        .on_hover_text(text!("From the first centroid to the second"));
}

/// An end of the walk: its id, its name and what it is.
fn end_ui(ui: &mut Ui, space: &LatentSpace, (id, name, help): (&str, &str, &str), end: &mut usize) {
    ui.label(weak(ui, name));
    ComboBox::from_id_salt(("walk", id))
        .width(70.0)
        .selected_text((*end + 1).to_string())
        .show_ui(ui, |ui| {
            for at in 0..space.components.len() {
                ui.selectable_value(end, at, text!("component {number}", number = at + 1));
            }
        })
        .response
        .on_hover_text(help);
}

fn axes_ui(ui: &mut Ui, space: &LatentSpace, walk: &mut LatentWalk) {
    ui.label(weak(
        ui,
        text!("along the latent axes, in standard deviations of the component"),
    ));
    walk.offsets.resize(space.dimensions, 0.0);
    for (at, offset) in walk.offsets.iter_mut().enumerate() {
        let slider = Slider::new(offset, -FARTHEST..=FARTHEST)
            .fixed_decimals(2)
            .text(text!("axis {number}", number = at + 1));
        ui.add(slider);
    }
}
