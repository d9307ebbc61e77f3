//! Models that the window works with: read once, on the device that was chosen once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::anyhow;

use super::{
    any_model::{AnyModel, FoundModel},
    models::{self, ModelFile},
};
use crate::{
    domain::{ModelCard, ModelId},
    learn::{Compute, LearnError, Wish},
    tasks::{TaskContext, compute_queue::Priority, step_times::Phase},
};

/// A version of a model, and where it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelSource {
    pub id: ModelId,
    /// Its name or file.
    pub source: Arc<str>,
}

/// A model that is ready to score.
#[derive(Clone, Debug)]
pub struct LoadedModel {
    pub id: ModelId,
    pub card: Arc<ModelCard>,
    /// Why it is not computed on the device that was chosen.
    pub warning: Option<String>,
}

/// The models at hand. Tasks share it.
#[derive(Clone, Default)]
pub struct ModelRegistry {
    /// Locked while it is looked for.
    device: Arc<Mutex<Option<Compute>>>,
    models: Arc<Mutex<Models>>,
}

#[derive(Default)]
struct Models {
    of: BTreeMap<ModelId, AnyModel>,
    /// Where they were read.
    sources: BTreeMap<ModelId, Arc<str>>,
}

/// A model as far as another thread than that of the queue can read it.
enum ReadModel {
    /// All of it, on the CPU.
    Found(FoundModel),
    /// Its file: a GPU belongs to the thread of the queue.
    File(ModelFile<'static>, Compute),
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ModelRegistry {
    /// The device of this window: a hardware GPU where there is one. Looking for it takes a while and is
    /// done at the first call.
    ///
    /// # Errors
    /// Where there is no device at all.
    pub fn compute(&self) -> Result<Compute, LearnError> {
        let mut device = lock(&self.device);
        if let Some(compute) = &*device {
            return Ok(compute.clone());
        }
        let compute = Compute::choose(Wish::Auto)?;
        *device = Some(compute.clone());
        Ok(compute)
    }

    /// To be called after a computation broke off: where the GPU no longer computes, models are
    /// read again for the CPU. Returns what the user must know then.
    pub fn recover(&self) -> Option<String> {
        let compute = lock(&self.device).clone().filter(Compute::is_gpu)?;
        if compute.still_computes() {
            return None;
        }
        let cpu = Compute::cpu();
        *lock(&self.device) = Some(cpu.clone());
        let mut all = lock(&self.models);
        let Models { of, sources } = &mut *all;
        // What was on the GPU cannot be copied from there any more.
        of.retain(|id, model| match model {
            AnyModel::Forest(_) | AnyModel::Foreign(_) => true,
            AnyModel::Network(network) => {
                let source = sources.get(id);
                let found = source.and_then(|source| models::find(source, &cpu).ok());
                match found.map(|found| found.model) {
                    Some(AnyModel::Network(again)) => **network = *again,
                    _ => return false,
                }
                true
            }
        });
        let name = compute.name();
        // Behind the error of a task: in English, as that.
        let why =
            format!("{name} no longer computes; networks are computed on the CPU from now on");
        log::warn!("{why}");
        Some(why)
    }

    /// The model of that version, where it was read.
    pub fn get(&self, id: &ModelId) -> Option<AnyModel> {
        lock(&self.models).of.get(id).cloned()
    }

    /// Reads a model by name or file, checks the device with it, and keeps it.
    ///
    /// # Errors
    /// Where there is no such model, or it cannot be computed.
    pub fn load(&self, source: &str) -> anyhow::Result<LoadedModel> {
        self.keep(source, self.read(source)?)
    }

    /// The model of that version, read where it was not; on a GPU it is put together in the queue.
    ///
    /// # Errors
    /// Where it cannot be read, or is another version by now.
    pub fn model<U>(&self, wanted: &ModelSource, cx: &TaskContext<U>) -> anyhow::Result<AnyModel> {
        let ModelSource { id, source } = wanted;
        if let Some(model) = self.get(id) {
            return Ok(model);
        }
        self.load_in_turn(source, cx)?;
        let model = self.get(id);
        model.ok_or_else(|| anyhow!("{source} is another model by now, not {id}"))
    }

    /// The same as [`Self::load`] in a task: a GPU belongs to the queue.
    ///
    /// # Errors
    /// As [`Self::load`], or where the task is cancelled.
    pub fn load_in_turn<U>(
        &self,
        source: &str,
        cx: &TaskContext<U>,
    ) -> anyhow::Result<LoadedModel> {
        let read = self.read(source)?;
        if matches!(read, ReadModel::Found(_)) {
            return self.keep(source, read);
        }
        let (models, of) = (self.clone(), source.to_owned());
        let phase = Phase::new("reading a model", "putting it together");
        cx.compute(Priority::Now, phase, move || models.keep(&of, read))?
    }

    /// With that device.
    pub fn on(compute: Compute) -> Self {
        let models = Self::default();
        *lock(&models.device) = Some(compute);
        models
    }

    fn read(&self, source: &str) -> anyhow::Result<ReadModel> {
        let compute = self.compute()?;
        let file = ModelFile::of(source, models::bytes_of(source)?)?;
        Ok(if compute.is_gpu() {
            ReadModel::File(file, compute)
        } else {
            ReadModel::Found(file.model(source, &compute)?)
        })
    }

    /// Puts a model together, checks the device with it, and keeps it.
    ///
    /// # Errors
    /// Where it cannot be computed.
    fn keep(&self, source: &str, read: ReadModel) -> anyhow::Result<LoadedModel> {
        let found = match read {
            ReadModel::Found(found) => found,
            ReadModel::File(file, compute) => file.model(source, &compute)?,
        };
        let model = found.model;
        let loaded = LoadedModel {
            id: model.id().clone(),
            card: Arc::new(model.card().clone()),
            warning: found.warning,
        };
        if let (AnyModel::Network(model), Some(_)) = (&model, &loaded.warning) {
            // A device that is wrong about one model is trusted with no other.
            *lock(&self.device) = Some(model.compute().clone());
        }
        let mut models = lock(&self.models);
        models.sources.insert(loaded.id.clone(), source.into());
        models.of.insert(loaded.id.clone(), model);
        drop(models);
        Ok(loaded)
    }
}
