//! Latent models that the window works with: read once, on the device that was chosen once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::models;
use crate::{
    domain::ModelId,
    learn::{Compute, LearnError, known_answer::CheckedLatent, latent::LatentModel},
    tasks::gathering::Gathering,
    workspace::model_registry::ModelShelf,
};

/// A model as far as another thread than the learner's can read it.
pub(crate) enum ReadLatent {
    /// All of it, on the CPU.
    Found(Box<CheckedLatent>),
    /// Its file: a GPU belongs to the learner's thread.
    File(Cow<'static, [u8]>, Compute),
}

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
    pub fn compute(&self) -> Result<Compute, LearnError> {
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
        self.keep(source, self.read(source)?)
    }

    /// Reads a model file on another thread, for [`Self::keep`].
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn begin_loading(&self, source: &str) -> std::io::Result<Gathering<ReadLatent>> {
        let (shelf, source) = (self.clone(), source.to_owned());
        Gathering::start("model", move || shelf.read(&source))
    }

    fn read(&self, source: &str) -> anyhow::Result<ReadLatent> {
        let (compute, bytes) = (self.compute()?, models::bytes_of(source)?);
        Ok(if compute.is_gpu() {
            ReadLatent::File(bytes, compute)
        } else {
            ReadLatent::Found(Box::new(models::from_bytes(source, &bytes, &compute)?))
        })
    }

    /// Puts a model together, checks the device with it, and keeps it.
    ///
    /// # Errors
    /// Where it is no latent model, or cannot be computed.
    pub(crate) fn keep(&self, source: &str, read: ReadLatent) -> anyhow::Result<LatentModel> {
        let checked = match read {
            ReadLatent::Found(checked) => *checked,
            ReadLatent::File(bytes, compute) => models::from_bytes(source, &bytes, &compute)?,
        };
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
