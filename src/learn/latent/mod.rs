//! Latent spaces: autoencoders that put stamps where like lies beside like.
//!
//! [`vae`] is the variational autoencoder of transients, [`vade`] the one that clusters. Both are a
//! [`coder`] with a loss out of [`terms`]; [`mixture`] is the prior of VaDE, and [`mixture_fit`] where
//! it starts. [`trainer`] teaches them, [`LatentModel`] is one with its card, [`clusters`] says what its
//! components hold.

pub mod clusters;
pub mod coder;
pub(in crate::learn) mod convolutional;
mod course;
pub(in crate::learn) mod dense;
pub mod file;
mod focus;
pub mod mixture;
pub mod mixture_fit;
mod model;
mod network;
pub mod reseed;
mod shape;
pub mod terms;
pub mod trainer;
pub mod upright;
pub mod vade;
pub mod vae;

pub use course::LatentCourse;
pub use model::{Embedded, LatentModel};
pub use network::LatentNetwork;
pub use shape::{LatentKind, LatentShape};
pub use trainer::LatentTrainer;
pub use vae::Bound;

#[cfg(test)]
pub(in crate::learn) mod file_tests;
#[cfg(test)]
mod gradient_tests;
#[cfg(test)]
mod term_tests;
