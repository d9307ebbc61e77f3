//! Orders to a latent model, and what it answers: plain types.

use std::sync::Arc;

use crate::{
    domain::{CandidateIx, Catalogue, Embedding, LatentSpace, ModelCard, ModelId},
    features::scoring::task::ScoringEnd,
};

/// A set that is to be put into a latent space.
#[derive(Clone, Debug)]
pub struct EmbedOrder {
    /// Number of the opening.
    pub generation: u64,
    /// Number of this run: news of an earlier one are nobody's.
    pub run: u64,
    /// The name of a model that comes with the program, or a file.
    pub source: Arc<str>,
    /// All candidates.
    pub catalogue: Arc<Catalogue>,
}

/// Latent vectors that are to be decoded.
#[derive(Clone, Debug)]
pub struct DecodeOrder {
    /// Number of the request: only the newest counts.
    pub serial: u64,
    /// By which version of which model; it was read for an [`EmbedOrder`].
    pub model: ModelId,
    /// (vector, axis).
    pub vectors: Arc<[f32]>,
}

/// A stamp that is to be drawn again by a model.
#[derive(Clone, Debug)]
pub struct ReconstructOrder {
    /// Number of the request: only the newest counts.
    pub serial: u64,
    /// By which version of which model; it was read for an [`EmbedOrder`].
    pub model: ModelId,
    /// The opened set.
    pub catalogue: Arc<Catalogue>,
    /// Whose stamps.
    pub candidate: CandidateIx,
    /// Which of its epochs.
    pub epoch: usize,
}

/// What goes into a latent model, and what it draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// Side of both squares, pixels.
    pub side_px: usize,
    /// (y, x): the prepared input.
    pub input: Vec<f32>,
    /// (y, x): the model's picture of it.
    pub drawn: Vec<f32>,
}

/// News of a latent model.
#[derive(Clone, Debug)]
pub enum LatentNews {
    /// The model was read.
    Space {
        /// Number of the opening.
        generation: u64,
        /// Number of the run.
        run: u64,
        /// Its space.
        space: Arc<LatentSpace>,
        /// Its card.
        card: Arc<ModelCard>,
    },
    /// Some more stamps have their place.
    Embedded {
        /// Number of the opening.
        generation: u64,
        /// Number of the run.
        run: u64,
        /// Only the new points.
        new: Box<Embedding>,
        /// Epochs that have no place, so far: they lack a stamp, or it cannot be read.
        refused: usize,
        /// Candidates done, of all.
        done: usize,
    },
    /// The set is through, or why it is not.
    Ended {
        /// Number of the opening.
        generation: u64,
        /// Number of the run.
        run: u64,
        /// How.
        end: ScoringEnd,
    },
    /// Vectors were decoded: (vector, y, x), or why not.
    Decoded {
        /// Number of the request.
        serial: u64,
        /// The pictures.
        pixels: Result<Arc<[f32]>, String>,
    },
    /// A stamp was drawn again, or why not.
    Reconstructed {
        /// Number of the request.
        serial: u64,
        /// Both pictures.
        reconstruction: Result<Arc<Reconstruction>, String>,
    },
}
