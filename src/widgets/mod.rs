//! Pieces of egui that several features draw with: stamps, badges, fields, the theme.

pub(crate) mod cells;
pub mod followed;
pub(crate) mod form_fields;
pub mod mesh_paint;
pub(crate) mod pane;
pub(crate) mod readout;
pub mod sight;
pub(crate) mod small_stamps;
pub(crate) mod spoken;
pub mod stamp_paint;
pub(crate) mod stamp_view;
pub mod theme;
pub mod view_memory;

/// Asks for one more frame. `request_repaint` gives two, which a software rasteriser takes a tenth
/// of a second for.
pub fn repaint_once(ctx: &egui::Context) {
    ctx.request_repaint_after(std::time::Duration::from_micros(1));
}
