//! What updates of the state are given: the moment, and ways to have work done. The state itself reads no
//! clock, file or device.

use std::{path::PathBuf, sync::Arc};

use super::{
    latent_registry::LatentRegistry, model_registry::ModelRegistry, pick::PickFor,
    settings::Settings,
};
use crate::{domain::Timestamp, tasks::Tasks};

/// Asks the user for files, for as long as that takes: nothing where the dialog was dismissed, none where
/// there is no dialog.
pub type FileDialog = Arc<dyn Fn(PickFor) -> Option<Vec<PathBuf>> + Send + Sync>;

/// Keeps settings, such as in the file of this user.
pub type SaveSettings = Arc<dyn Fn(&Settings) -> anyhow::Result<()> + Send + Sync>;

/// The moment, and ways to have work done.
#[derive(Clone)]
pub struct Context {
    /// When it happens.
    pub now: Timestamp,
    /// Starts long work.
    pub tasks: Tasks,
    pub models: ModelRegistry,
    pub latent_models: LatentRegistry,
    /// The dialog of the system.
    pub dialog: FileDialog,
    /// The project of a set that is opened without one; none for that in the person's folder.
    pub usual_project: Option<PathBuf>,
    /// Keeps the settings of this user.
    pub save_settings: SaveSettings,
}

impl Context {
    /// For a window that `wake` has look: tasks on threads of their own, and the models at hand. Settings are
    /// not kept and dialogs are dismissed unless that is changed.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> anyhow::Result<Self> {
        let models = ModelRegistry::default();
        let broken = models.clone();
        Ok(Self {
            tasks: Tasks::new(wake)?.looking(move || broken.recover()),
            latent_models: LatentRegistry::beside(models.clone()),
            models,
            ..Self::inline(Timestamp(0))
        })
    }

    /// For tests: work is done at once, there are no models and no set, and dialogs are dismissed.
    pub fn inline(now: Timestamp) -> Self {
        Self {
            now,
            tasks: Tasks::inline(),
            models: ModelRegistry::default(),
            latent_models: LatentRegistry::default(),
            dialog: Arc::new(|_| Some(Vec::new())),
            usual_project: None,
            save_settings: Arc::new(|_| Ok(())),
        }
    }

    /// The same at another moment.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }
}
