//! Explanation: why a model predicts what it predicts for an epoch, as heat maps over the stamps.

pub mod explain;
pub mod files;
pub(crate) mod heat_map;
pub mod picture;
pub mod state;
pub(crate) mod view;
