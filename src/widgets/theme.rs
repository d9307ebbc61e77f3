//! The one place with colours and sizes. Stamps sit on neutral grey; amber means "selected"
//! or "act here"; classes have the colours of their vocabulary.

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, TextStyle,
    Visuals,
};

use crate::{
    domain::{Band, Class, Vocabulary},
    imaging::{ColorMap, heat_map},
    workspace::settings::{Appearance, Density, Theme},
};

/// The grid that everything stands on, points.
pub const GRID: f32 = 8.0;
/// Text size, points.
pub const TEXT: f32 = 13.0;
/// Caption size, points.
pub const CAPTION: f32 = 11.0;

/// The accent: selected, or act here.
pub const AMBER: Color32 = Color32::from_rgb(0xe6, 0x9f, 0x00);
/// Bad news.
pub const ALARM: Color32 = Color32::from_rgb(0xe0, 0x60, 0x40);
/// Speaks for what a model says, in heat maps.
pub const SPEAKS_FOR: Color32 = of_rgb(heat_map::FOR);
pub const SPEAKS_AGAINST: Color32 = of_rgb(heat_map::AGAINST);
/// Behind stamps in the dark theme: neutral, no tint near pixels that are judged.
const MATTE_DARK: Color32 = Color32::from_gray(0x26);
/// Behind stamps in the light theme.
const MATTE_LIGHT: Color32 = Color32::from_gray(0xc4);

const fn of_rgb([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// The grey behind stamps.
pub fn matte(ui: &egui::Ui) -> Color32 {
    if ui.visuals().dark_mode {
        MATTE_DARK
    } else {
        MATTE_LIGHT
    }
}

/// The grey of captions: weaker than text, still readable.
pub fn caption_color(ui: &egui::Ui) -> Color32 {
    if ui.visuals().dark_mode {
        Color32::from_gray(0xa8)
    } else {
        Color32::from_gray(0x50)
    }
}

/// Lines behind plots: seen, never louder than the points.
pub fn grid_color(ui: &egui::Ui) -> Color32 {
    if ui.visuals().dark_mode {
        Color32::from_gray(0x48)
    } else {
        Color32::from_gray(0xb8)
    }
}

/// A colour of text that keeps its contrast on the panel: light-theme amber is darker.
pub fn accent_text(ui: &egui::Ui) -> Color32 {
    if ui.visuals().dark_mode {
        AMBER
    } else {
        Color32::from_rgb(0x8a, 0x5a, 0x00)
    }
}

/// The colour of bad news as text.
pub fn alarm_text(ui: &egui::Ui) -> Color32 {
    if ui.visuals().dark_mode {
        ALARM
    } else {
        Color32::from_rgb(0xb0, 0x30, 0x10)
    }
}

/// The colour of a class.
pub fn class_color(class: &Class) -> Color32 {
    class
        .rgb()
        .map_or(Color32::GRAY, |[r, g, b]| Color32::from_rgb(r, g, b))
}

/// The colour of a side of the threshold: that of the classes real and bogus.
pub const fn side_color(is_real: bool) -> Color32 {
    if is_real {
        Color32::from_rgb(0x00, 0x9e, 0x73)
    } else {
        Color32::from_rgb(0xd5, 0x5e, 0x00)
    }
}

/// Relative luminance after WCAG 2.2, 0 for black to 1 for white.
fn luminance(color: Color32) -> f32 {
    let [red, green, blue, _] = color.to_array();
    let linear = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Contrast of two colours after WCAG 2.2, 1 to 21: text needs 4.5 on its ground, signs need 3.
pub fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Least contrasts, of text and of signs.
const LEAST_OF_TEXT: f32 = 4.5;
const LEAST_OF_SIGNS: f32 = 3.0;

/// Black or white, whichever reads better on this colour.
pub fn on(color: Color32) -> Color32 {
    if contrast(Color32::BLACK, color) > contrast(Color32::WHITE, color) {
        Color32::BLACK
    } else {
        Color32::WHITE
    }
}

/// A colour that has a meaning, as text on a panel: no nearer to the colour of other text than it must be to be read.
pub fn readable(color: Color32, theme: Theme) -> Color32 {
    let shades =
        (0..10_u8).map(|step| color.lerp_to_gamma(text_color(theme), f32::from(step) / 10.0));
    let is_read = |shade: &Color32| contrast(*shade, panel_color(theme)) >= LEAST_OF_TEXT;
    shades
        .into_iter()
        .find(is_read)
        .unwrap_or(text_color(theme))
}

/// The same in the theme of a view.
pub fn as_text(ui: &egui::Ui, color: Color32) -> Color32 {
    readable(color, theme_of(ui))
}

fn theme_of(ui: &egui::Ui) -> Theme {
    if ui.visuals().dark_mode {
        Theme::Dark
    } else {
        Theme::Light
    }
}

/// A line round what is filled with a colour, where the panel hardly differs from it: yellow on light grey.
fn edge_of(ui: &egui::Ui, color: Color32) -> Stroke {
    if contrast(color, panel_color(theme_of(ui))) >= LEAST_OF_SIGNS {
        Stroke::NONE
    } else {
        Stroke::new(1.0, caption_color(ui))
    }
}

/// A small field of the colour of a class.
pub fn swatch(ui: &egui::Ui, painter: &Painter, rect: Rect, color: Color32) {
    painter.rect(rect, 2.0, color, edge_of(ui, color), StrokeKind::Inside);
}

/// A dot of the colour of a class, as large as the words beside it.
pub fn dot(ui: &egui::Ui, painter: &Painter, center: Pos2, color: Color32) {
    painter.circle(center, 4.0, color, edge_of(ui, color));
}

/// The colour of a band in light curves, after the palette of Okabe and Ito.
pub fn band_color(band: Option<&Band>) -> Color32 {
    match band {
        Some(Band::U) => Color32::from_rgb(0x56, 0xb4, 0xe9),
        Some(Band::G) => Color32::from_rgb(0x00, 0x9e, 0x73),
        Some(Band::R) => Color32::from_rgb(0xd5, 0x5e, 0x00),
        Some(Band::I) => Color32::from_rgb(0xcc, 0x79, 0xa7),
        Some(Band::Z) => Color32::from_rgb(0x00, 0x77, 0xbb),
        Some(Band::Y) => Color32::from_rgb(0xc8, 0xb4, 0x20),
        Some(Band::Other(_)) | None => Color32::from_gray(0x70),
    }
}

/// The colour of a model in plots, by its place, after the palette of Okabe and Ito.
pub fn model_color(at: usize) -> Color32 {
    const COLORS: [Color32; 6] = [
        Color32::from_rgb(0x00, 0x77, 0xbb),
        Color32::from_rgb(0xd5, 0x5e, 0x00),
        Color32::from_rgb(0x00, 0x9e, 0x73),
        Color32::from_rgb(0xcc, 0x79, 0xa7),
        Color32::from_rgb(0xe6, 0x9f, 0x00),
        Color32::from_rgb(0x56, 0xb4, 0xe9),
    ];
    COLORS[at % COLORS.len()]
}

/// The colour of a component of a latent space, by its place: Okabe and Ito's without the amber of
/// selections, then Tableau's.
pub fn component_color(at: usize) -> Color32 {
    const COLORS: [Color32; 12] = [
        Color32::from_rgb(0x33, 0x99, 0xdd),
        Color32::from_rgb(0x00, 0x9e, 0x73),
        Color32::from_rgb(0xd5, 0x5e, 0x00),
        Color32::from_rgb(0xcc, 0x79, 0xa7),
        Color32::from_rgb(0x8f, 0xd0, 0xf0),
        Color32::from_rgb(0xd8, 0xd0, 0x40),
        Color32::from_rgb(0x94, 0x67, 0xbd),
        Color32::from_rgb(0x8c, 0x56, 0x4b),
        Color32::from_rgb(0x7f, 0xc9, 0x7f),
        Color32::from_rgb(0xe3, 0x77, 0xc2),
        Color32::from_rgb(0x5a, 0x70, 0xd0),
        Color32::from_rgb(0xb0, 0xb0, 0xb0),
    ];
    COLORS[at % COLORS.len()]
}

/// The colour of a number by its share of a range, 0 to 1: viridis without the end that is lost on
/// the panel.
pub fn range_color(share: f32, is_dark: bool) -> Color32 {
    let (from, to) = if is_dark { (0.18, 1.0) } else { (0.0, 0.88) };
    let table = ColorMap::Viridis.table();
    let at = (from + (to - from) * share.clamp(0.0, 1.0)) * (table.len() - 1) as f32;
    of_rgb(table[at.round() as usize])
}

/// The colour of a point of which nothing is known.
pub const fn no_shade(is_dark: bool) -> Color32 {
    Color32::from_gray(if is_dark { 0x78 } else { 0x90 })
}

/// The colour of the curve of a class, by its place among those of its model: as the vocabulary of
/// sequences has them.
pub fn class_curve_color(at: usize) -> Color32 {
    let classes = Vocabulary::sequence_classes().classes;
    classes.get(at).map_or(Color32::GRAY, class_color)
}

/// The grey of published curves, by their place.
pub fn published_color(ui: &egui::Ui, at: usize) -> Color32 {
    match (at, ui.visuals().dark_mode) {
        (0, true) => Color32::from_gray(0xd0),
        (0, false) => Color32::from_gray(0x40),
        _ => Color32::from_gray(0x88),
    }
}

/// Adds the fonts: signs that the text font lacks (primes, arrows) come from the monospaced one.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = egui::FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
        family.push("Hack".to_owned());
    }
    ctx.set_fonts(fonts);
}

/// The colour of panels: what the window is cleared to.
pub const fn panel_color(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_gray(0x1b),
        Theme::Light => Color32::from_gray(0xf0),
    }
}

/// The colour of text on them.
const fn text_color(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_gray(0xdc),
        Theme::Light => Color32::from_gray(0x18),
    }
}

/// Panels paint no ground of their own where the window has their colour already: two layers of
/// pixels less for a software rasteriser.
pub fn leave_ground_to_window(ctx: &egui::Context) {
    ctx.all_styles_mut(|style| style.visuals.panel_fill = Color32::TRANSPARENT);
}

/// Gives a context our sizes and colours.
pub fn apply(ctx: &egui::Context, appearance: Appearance) {
    let Appearance {
        theme,
        density,
        size_percent,
    } = appearance;
    let room = match density {
        Density::Normal => 1.0,
        Density::Dense => 0.6,
    };
    ctx.set_zoom_factor(size_percent as f32 / 100.0);
    let egui_theme = match theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    };
    ctx.set_theme(egui_theme);
    ctx.style_mut_of(egui_theme, |style| {
        // Each step of an animation is a whole frame, a tenth of a second without a GPU.
        style.animation_time = 0.0;
        style.scroll_animation = egui::style::ScrollAnimation::none();
        style.text_styles = [
            (
                TextStyle::Small,
                FontId::new(CAPTION, FontFamily::Proportional),
            ),
            (TextStyle::Body, FontId::new(TEXT, FontFamily::Proportional)),
            (
                TextStyle::Button,
                FontId::new(TEXT, FontFamily::Proportional),
            ),
            (
                TextStyle::Monospace,
                FontId::new(TEXT - 1.0, FontFamily::Monospace),
            ),
            (
                TextStyle::Heading,
                FontId::new(20.0, FontFamily::Proportional),
            ),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(GRID, GRID / 2.0) * room;
        style.spacing.button_padding = egui::vec2(GRID, GRID / 4.0 + 1.0) * room;
        style.spacing.interact_size.y = match density {
            Density::Normal => 22.0,
            Density::Dense => 18.0,
        };
        style.visuals = visuals(theme);
    });
}

fn visuals(theme: Theme) -> Visuals {
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    visuals.panel_fill = panel_color(theme);
    visuals.override_text_color = Some(text_color(theme));
    match theme {
        Theme::Dark => {
            visuals.window_fill = Color32::from_gray(0x20);
        }
        Theme::Light => {
            visuals.window_fill = Color32::from_gray(0xf8);
        }
    }
    visuals.selection.bg_fill = AMBER.gamma_multiply(0.45);
    visuals.selection.stroke = Stroke::new(1.0, AMBER);
    for widget in [
        &mut visuals.widgets.noninteractive,
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(3);
    }
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals
}

/// A caption: small, in a colour that steps back.
pub fn weak(ui: &egui::Ui, text: impl Into<String>) -> egui::RichText {
    egui::RichText::new(text)
        .size(CAPTION)
        .color(caption_color(ui))
}

/// The lower axis of a plot, as high as its numbers and its label need: a plot finds that out by itself only for its second
/// frame, which may never come.
pub fn plot_x_axis<'a>(label: &str) -> egui_plot::AxisHints<'a> {
    const HEIGHT: f32 = 38.0;
    egui_plot::AxisHints::new_x()
        .label(label)
        .min_thickness(HEIGHT)
}

/// True where the name of a vertical axis is no longer than a plot of that height, points: it would run over what stands
/// above and below.
pub fn y_name_fits(ui: &egui::Ui, name: &str, height: f32) -> bool {
    let font = TextStyle::Body.resolve(ui.style());
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(name.to_owned(), font, caption_color(ui));
    galley.size().x <= height
}

#[cfg(test)]
mod tests {
    use super::{class_color, side_color};

    #[test]
    fn sides_of_the_threshold_have_the_colors_of_their_classes() {
        let vocabulary = super::Vocabulary::real_bogus();
        for (name, is_real) in [("real", true), ("bogus", false)] {
            let class = vocabulary.class(name).unwrap();
            assert_eq!(side_color(is_real), class_color(class), "{name}");
        }
    }
}
