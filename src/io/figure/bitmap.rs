//! Figures as PNG, drawn without a window and without fonts of the system.

use std::{io::Cursor, sync::OnceLock};

use image::{ImageFormat, RgbImage};
use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};

/// What drawing may fail with.
pub type Drawn<T> = Result<T, Box<dyn std::error::Error>>;

/// The typeface of all figures, as it is known to plotters.
pub const FONT: &str = "sans-serif";

/// Blue, vermilion, bluish green, reddish purple, orange, sky blue of Okabe & Ito.
pub const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Makes the typeface known; every figure calls it before text is drawn or measured.
///
/// # Errors
/// Where the typeface that is built in cannot be read.
pub fn use_font() -> Drawn<()> {
    static IS_KNOWN: OnceLock<bool> = OnceLock::new();
    let is_known = IS_KNOWN.get_or_init(|| {
        let face = epaint_default_fonts::UBUNTU_LIGHT;
        register_font(FONT, FontStyle::Normal, face).is_ok()
    });
    if *is_known {
        Ok(())
    } else {
        Err("the typeface of figures cannot be read".into())
    }
}

/// The bytes of a PNG file of that many pixels, on white.
///
/// # Errors
/// A sentence where it cannot be drawn.
pub fn png(
    [width, height]: [u32; 2],
    draw: impl FnOnce(&DrawingArea<BitMapBackend<'_>, Shift>) -> Drawn<()>,
) -> Result<Vec<u8>, String> {
    let paint = || -> Drawn<Vec<u8>> {
        use_font()?;
        let mut pixels = vec![255; (width * height * 3) as usize];
        {
            let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
            let root = backend.into_drawing_area();
            root.fill(&WHITE)?;
            draw(&root)?;
            root.present()?;
        }
        let picture = RgbImage::from_raw(width, height, pixels).ok_or("too small a buffer")?;
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        Ok(bytes.into_inner())
    };
    paint().map_err(|error| format!("the figure cannot be drawn: {error}"))
}
