//! Simulation: candidates of seven classes by recipe, into a folder or as a stream.

pub mod command;
pub mod compare;
pub mod demo;
pub mod folder;
pub(crate) mod lock;
pub mod order;
pub mod preview;
pub(crate) mod preview_view;
pub mod simulate;
pub mod simulator;
pub mod state;
pub mod stream;
pub mod task;
pub(crate) mod view;
