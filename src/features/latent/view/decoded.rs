//! Pictures that a latent model draws, as textures.

use egui::{Color32, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2};

use crate::imaging::{ColorMap, color_map::COLORS};

/// How numbers become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shading {
    /// Grey from the first to the second.
    Grey(f32, f32),
    /// Blue below zero, red above, both ends so far.
    Signed(f32),
}

impl Shading {
    /// Grey over all that the pictures hold.
    pub fn of<'a>(pixels: impl IntoIterator<Item = &'a f32>) -> Self {
        let finite = pixels.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
        Self::Grey(low, high)
    }

    fn color(self, value: f32) -> Color32 {
        let (map, low, high) = match self {
            Self::Grey(low, high) => (ColorMap::Grey, low, high),
            Self::Signed(most) => (ColorMap::Coolwarm, -most, most),
        };
        if !value.is_finite() {
            return Color32::TRANSPARENT;
        }
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        let at = (share.clamp(0.0, 1.0) * (COLORS - 1) as f32).round() as usize;
        let [red, green, blue] = map.table()[at];
        Color32::from_rgba_unmultiplied(red, green, blue, u8::MAX)
    }
}

/// Textures of pictures of one kind, made anew where their key differs.
pub struct Textures<K> {
    key: Option<K>,
    textures: Vec<TextureHandle>,
}

impl<K> Default for Textures<K> {
    fn default() -> Self {
        Self {
            key: None,
            textures: Vec::new(),
        }
    }
}

impl<K: PartialEq> Textures<K> {
    pub fn get(&self, at: usize) -> Option<&TextureHandle> {
        self.textures.get(at)
    }

    /// The textures of that key; `make` gives pixels (y, x) of squares with their shadings.
    pub fn of<'a>(
        &mut self,
        ui: &Ui,
        key: K,
        side: usize,
        make: impl FnOnce() -> Vec<(&'a [f32], Shading)>,
    ) -> &[TextureHandle] {
        if self.key.as_ref() != Some(&key) {
            let pictures = make().into_iter();
            let whole = pictures.filter(|(pixels, _)| pixels.len() == side * side);
            self.textures = whole
                .map(|(pixels, shading)| texture(ui, pixels, side, shading))
                .collect();
            self.key = Some(key);
        }
        &self.textures
    }
}

fn texture(ui: &Ui, pixels: &[f32], side: usize, shading: Shading) -> TextureHandle {
    let colors = pixels.iter().map(|value| shading.color(*value)).collect();
    let image = ColorImage::new([side, side], colors);
    ui.ctx()
        .load_texture("decoded", image, TextureOptions::NEAREST)
}

/// Draws a texture into a square.
pub fn paint(ui: &Ui, texture: &TextureHandle, rect: Rect, opacity: f32) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let tint = Color32::WHITE.gamma_multiply(opacity);
    ui.painter().image(texture.id(), rect, whole, tint);
}
