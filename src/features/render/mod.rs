//! Pictures without a window, by the window's own shaders and rules.

pub(crate) mod painter;
pub mod pictures;
pub(crate) mod plan;
