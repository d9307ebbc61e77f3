//! Models that the window works with: read once, on the device that was chosen once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    any_model::AnyModel,
    event::{JobEvent, LoadedModel},
    learner::{After, Task, Urgency},
    models,
    reporter::Reporter,
};
use crate::{
    domain::ModelId,
    learn::{Compute, LearnError, Wish},
    tasks::thread::Broken,
};

/// The models at hand. Tasks of the learner's thread share it.
#[derive(Clone, Default)]
pub struct ModelShelf {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    compute: Option<Compute>,
    models: BTreeMap<ModelId, AnyModel>,
}

impl ModelShelf {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device of this window: a hardware GPU where there is one. Looking for it takes a while
    /// and is done at the first call, on the learner's thread.
    ///
    /// # Errors
    /// Where there is no device at all.
    pub fn compute(&self) -> Result<Compute, LearnError> {
        let mut inner = self.inner();
        if let Some(compute) = &inner.compute {
            return Ok(compute.clone());
        }
        let compute = Compute::choose(Wish::Auto)?;
        inner.compute = Some(compute.clone());
        Ok(compute)
    }

    /// The model of that version, where it was read.
    pub fn get(&self, id: &ModelId) -> Option<AnyModel> {
        self.inner().models.get(id).cloned()
    }

    /// Reads a model by name or file, checks the device with it, and keeps it.
    ///
    /// # Errors
    /// Where there is no such model, or it cannot be computed.
    pub fn load(&self, source: &str) -> anyhow::Result<LoadedModel> {
        let found = models::find(source, &self.compute()?)?;
        let model = found.model;
        let loaded = LoadedModel {
            id: model.id().clone(),
            card: Arc::new(model.card().clone()),
            warning: found.warning,
        };
        let mut inner = self.inner();
        if let (AnyModel::Network(model), Some(_)) = (&model, &loaded.warning) {
            // A device that is wrong about one model is trusted with no other.
            inner.compute = Some(model.compute().clone());
        }
        inner.models.insert(loaded.id.clone(), model);
        drop(inner);
        Ok(loaded)
    }
}

/// Reads one model, and says what it is.
pub struct LoadTask {
    /// Number of the opening that asks.
    pub generation: u64,
    /// A name, or a file.
    pub source: Arc<str>,
    /// Where it goes.
    pub shelf: ModelShelf,
    /// Who hears of it.
    pub reporter: Reporter,
}

impl LoadTask {
    fn say(&self, model: Result<LoadedModel, String>) {
        let source = self.source.clone();
        self.reporter.send(JobEvent::ModelLoaded {
            generation: self.generation,
            source,
            model,
        });
    }
}

impl Task for LoadTask {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn step(&mut self) -> After {
        let loaded = self.shelf.load(&self.source);
        self.say(loaded.map_err(|error| format!("{error:#}")));
        After::Done
    }

    fn broke_off(&mut self) {
        let what = format!("{}: reading the model", self.source);
        self.say(Err(Broken::sentence(&what)));
    }
}
