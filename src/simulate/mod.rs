//! Layer 2: the sky by recipe. Light curves, scenes, instruments and artefacts become image
//! sequences and triplets, the same pixels for the same seed.
//!
//! A [`Survey`] says how the sky is observed, [`Templates`](crate::domain::Templates) bring
//! empirical light curves, point-spread functions and conditions where the user has them. A
//! [`Simulate`] makes candidate number `index`: a pure function of order, seed and index, so that
//! threads share the work without changing a pixel.

/// Number of the recipe, raised whenever the same order makes other pixels: folders of another one
/// are not gone on with.
pub const RECIPE: u32 = 2;

pub mod artefact;
pub mod conditions;
pub mod detection;
pub mod distribution;
pub mod epoch_images;
pub mod error;
pub mod exposure;
pub mod field;
pub mod fourier;
pub mod frame;
pub mod galaxy;
pub mod host;
pub mod image;
pub mod light_curve;
pub mod neighbours;
pub mod observing;
pub mod order;
pub mod psf;
pub mod psf_place;
pub mod random;
pub mod reference_stack;
pub mod scene;
pub mod sequence;
pub mod subtraction;
pub mod survey;
mod survey_check;
pub mod survey_frames;
pub mod survey_hosts;
mod survey_text;
pub mod survey_triplet;
pub mod template_psf;
pub mod triplet;
pub mod triplet_kind;
pub mod triplet_real;
pub mod triplet_scene;
pub mod triplet_setting;

pub use distribution::Distribution;
pub use error::SimulationError;
pub use order::{SequenceClass, SequenceOrder, Simulate, TripletOrder};
pub use random::Random;
pub use sequence::SequenceSimulator;
pub use survey::Survey;
pub use triplet::TripletSimulator;
