//! The latent space: models trained, found by name, put to use on a set, laid on a plane, their
//! components and what the centroids look like.

pub mod adapt_task;
pub(crate) mod adapting;
pub mod centroids;
pub mod check;
pub(crate) mod checkpoint;
pub mod choice;
pub mod clouds;
mod colors;
pub mod command;
pub mod components;
pub mod draw_task;
mod drawing;
pub mod embed_task;
pub mod export;
pub(crate) mod judge;
mod kept_map;
mod kept_places;
pub mod map;
pub mod members;
pub mod order;
pub mod parts;
pub mod pictures;
mod placing;
pub mod projection;
pub mod shade;
pub mod state;
pub mod train;
pub mod train_task;
pub(crate) mod training_set;
pub(crate) mod view;

pub use order::LatentOrder;
pub use train::LatentTraining;
