//! Latent models that the window works with: read once, on the device that was chosen once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::models;
use crate::{
    domain::ModelId,
    jobs::model_shelf::ModelShelf,
    learn::{LearnError, latent::LatentModel},
};

/// The latent models at hand. Tasks of the learner's thread share it.
#[derive(Clone, Default)]
pub struct LatentShelf {
    devices: ModelShelf,
    models: Arc<Mutex<BTreeMap<ModelId, LatentModel>>>,
}

impl LatentShelf {
    /// A shelf whose models are computed on the device of the other models.
    pub fn beside(devices: ModelShelf) -> Self {
        Self {
            devices,
            models: Arc::default(),
        }
    }

    /// Where models are computed.
    ///
    /// # Errors
    /// Where the wished-for device is not there.
    pub fn compute(&self) -> Result<crate::learn::Compute, LearnError> {
        self.devices.compute()
    }

    /// The model of that version, where it was read.
    pub fn get(&self, id: &ModelId) -> Option<LatentModel> {
        let models = self.models.lock();
        models
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// The same, or why not.
    ///
    /// # Errors
    /// Where it was not read.
    pub fn expect(&self, id: &ModelId) -> Result<LatentModel, LearnError> {
        let gone = || LearnError::Training(format!("the model {id} is no longer at hand"));
        self.get(id).ok_or_else(gone)
    }

    /// Reads a model by name or file, checks the device with it, and keeps it.
    ///
    /// # Errors
    /// Where there is no such model, or it cannot be computed.
    pub fn load(&self, source: &str) -> anyhow::Result<LatentModel> {
        let checked = models::find(source, &self.devices.compute()?)?;
        if let Some(warning) = &checked.warning {
            log::warn!("{warning}");
        }
        let model = checked.model;
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models.insert(model.id().clone(), model.clone());
        drop(models);
        Ok(model)
    }
}
