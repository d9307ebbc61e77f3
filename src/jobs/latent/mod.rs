//! Latent models at work: trained, found by name, put to use on a set, laid on a plane, and their
//! figures.

pub mod adapt_task;
pub mod centroids;
mod checkpoint;
pub mod draw_task;
pub mod embed_task;
pub mod export;
mod judge;
pub mod map;
pub mod members;
pub mod models;
pub mod order;
mod set;
pub mod shelf;
pub mod train;

pub use draw_task::{DecodeTask, ReconstructTask};
pub use embed_task::{EmbedTask, Embedder};
pub use order::LatentOrder;
pub use shelf::LatentShelf;
pub use train::LatentTraining;
