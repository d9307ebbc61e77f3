//! Pieces of egui that several features draw with: stamps, badges, fields, the theme.

pub(crate) mod cells;
pub(crate) mod form_fields;
pub(crate) mod readout;
pub mod sight;
pub(crate) mod small_stamps;
pub mod stamp_paint;
pub(crate) mod stamp_view;
pub mod theme;
pub mod view_memory;
