//! Explanation: why a model says what it says of an epoch, as heat maps over the stamps.

pub mod explain;
pub mod files;
pub(crate) mod heat_map;
pub mod picture;
pub mod state;
pub(crate) mod view;
