//! What updates of the state are given: the moment, and ways to have work done. The state itself reads no
//! clock, file or device.

use std::sync::Arc;

use super::{latent_registry::LatentRegistry, model_registry::ModelShelf};
use crate::{domain::Timestamp, io::Decoder, tasks::Tasks};

/// The moment, and ways to have work done.
#[derive(Clone)]
pub struct Context {
    /// When it happens.
    pub now: Timestamp,
    /// Starts long work.
    pub tasks: Tasks,
    /// The models at hand.
    pub models: ModelShelf,
    /// The latent models at hand.
    pub latent_models: LatentRegistry,
    /// Decodes stamps of the opened set.
    pub decoder: Arc<Decoder>,
}

impl Context {
    /// For tests: work is done at once, and there are no models and no set.
    pub fn inline(now: Timestamp) -> Self {
        Self {
            now,
            tasks: Tasks::inline(),
            models: ModelShelf::default(),
            latent_models: LatentRegistry::default(),
            decoder: Arc::default(),
        }
    }
}
