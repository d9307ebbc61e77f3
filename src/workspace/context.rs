//! What updates of the state are given: the moment, and ways to have work done. The state itself reads no
//! clock, file or device.

use std::{path::PathBuf, sync::Arc};

use super::{latent_registry::LatentRegistry, model_registry::ModelRegistry, pick::PickFor};
use crate::{domain::Timestamp, io::Decoder, tasks::Tasks};

/// Asks the user for files, for as long as that takes: nothing where the dialog was dismissed, none where
/// there is no dialog.
pub type FileDialog = Arc<dyn Fn(PickFor) -> Option<Vec<PathBuf>> + Send + Sync>;

/// The moment, and ways to have work done.
#[derive(Clone)]
pub struct Context {
    /// When it happens.
    pub now: Timestamp,
    /// Starts long work.
    pub tasks: Tasks,
    /// The models at hand.
    pub models: ModelRegistry,
    /// The latent models at hand.
    pub latent_models: LatentRegistry,
    /// Decodes stamps of the opened set.
    pub decoder: Arc<Decoder>,
    /// The dialog of the system.
    pub dialog: FileDialog,
}

impl Context {
    /// For tests: work is done at once, there are no models and no set, and dialogs are dismissed.
    pub fn inline(now: Timestamp) -> Self {
        Self {
            now,
            tasks: Tasks::inline(),
            models: ModelRegistry::default(),
            latent_models: LatentRegistry::default(),
            decoder: Arc::default(),
            dialog: Arc::new(|_| Some(Vec::new())),
        }
    }
}
