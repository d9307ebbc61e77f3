//! Layer 2: networks, by burn. What trains them, what keeps them, what explains them.
//!
//! [`network`] defines the networks, [`infer`] computes them fast, [`Model`] is one with its card, [`model_file`]
//! keeps it, [`onnx`] writes it for other programs, [`foreign`] computes networks of others, [`device`] chooses where it is computed, and [`trainer`] teaches it.

pub mod batch;
mod blend;
pub mod braai_import;
pub mod cascade;
pub mod chance;
pub mod checkpoint;
pub mod conformal;
pub mod dataset;
pub mod device;
mod differentiable;
pub mod error;
pub mod explain;
pub mod follow;
pub mod foreign;
pub mod fusion;
pub mod infer;
pub mod kernels;
pub mod known_answer;
pub mod latent;
pub mod metrics;
pub mod mixed;
pub mod model;
pub mod model_file;
pub mod network;
pub mod onnx;
pub mod pool_fit;
pub mod schedule;
pub mod sequences;
pub mod shares;
pub mod similarity;
mod small_matrix;
mod speed;
pub mod temperature;
pub mod trainer;
pub mod validation;

pub use batch::{Example, Examples};
pub use dataset::{Dataset, TrainingBatch};
pub use device::{Compute, Wish};
pub use error::LearnError;
pub use model::Model;
pub use network::{Architecture, Network, NetworkShape, Views};
pub use sequences::{Sequence, Sequences};
pub use temperature::Settling;
