//! Latent models that the window works with: read once, on the device that was chosen once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{latent_models, model_registry::ModelRegistry};
use crate::{
    domain::{InputPlan, LatentSpace, ModelCard, ModelId},
    learn::{
        Compute, LearnError,
        known_answer::CheckedLatent,
        latent::{Embedded, LatentModel},
    },
    tasks::{TaskContext, step_times::Phase},
};

/// What places stamps in a latent space, and draws what lies there. A network does.
pub trait LatentCoder: Send {
    fn card(&self) -> ModelCard;

    /// Its space, and which version of which model it is.
    fn space(&self) -> LatentSpace;

    /// What it takes of every epoch. None where that is two numbers: of which candidate the epoch is,
    /// and which of its epochs. A network takes stamps.
    ///
    /// # Errors
    /// Where its card names no stamps.
    fn plan(&self) -> Result<Option<&InputPlan>, LearnError>;

    /// Where prepared inputs lie, one after the other.
    ///
    /// # Errors
    /// Where the inputs are not whole ones, or the device fails.
    fn embed(&self, inputs: &[f32]) -> Result<Embedded, LearnError>;

    /// Latent vectors (vector, axis) as pictures: (vector, y, x), the first channel of each.
    ///
    /// # Errors
    /// Where the vectors are not whole ones, or the device fails.
    fn decode(&self, vectors: &[f32]) -> Result<Vec<f32>, LearnError>;

    /// One prepared input, and the picture that is decoded of where it lies.
    ///
    /// # Errors
    /// As [`Self::embed`].
    fn reconstruct(&self, input: &[f32]) -> Result<Reconstruction, LearnError>;

    /// The same, for another thread.
    fn boxed(&self) -> Box<dyn LatentCoder>;
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

impl LatentCoder for LatentModel {
    fn card(&self) -> ModelCard {
        self.card().clone()
    }

    fn space(&self) -> LatentSpace {
        self.space()
    }

    fn plan(&self) -> Result<Option<&InputPlan>, LearnError> {
        self.plan().map(Some)
    }

    fn embed(&self, inputs: &[f32]) -> Result<Embedded, LearnError> {
        self.embed(inputs)
    }

    fn decode(&self, vectors: &[f32]) -> Result<Vec<f32>, LearnError> {
        Ok(self.first_channel(&self.decode(vectors)?))
    }

    fn reconstruct(&self, input: &[f32]) -> Result<Reconstruction, LearnError> {
        let drawn = self.reconstruct(input)?;
        Ok(Reconstruction {
            side_px: self.plan()?.side_px,
            drawn: self.first_channel(&drawn),
            input: self.first_channel(input),
        })
    }

    fn boxed(&self) -> Box<dyn LatentCoder> {
        Box::new(self.clone())
    }
}

/// A model as far as another thread than that of the compute queue can read it.
enum ReadLatent {
    /// All of it, on the CPU.
    Found(Box<CheckedLatent>),
    /// Its file: a GPU belongs to the queue.
    File(Cow<'static, [u8]>, Compute),
}

/// The latent models at hand. Tasks share it.
#[derive(Clone, Default)]
pub struct LatentRegistry {
    devices: ModelRegistry,
    models: Arc<Mutex<Models>>,
}

#[derive(Default)]
struct Models {
    of: BTreeMap<ModelId, Box<dyn LatentCoder>>,
    /// What every name stands for, in tests.
    stand_in: Option<Box<dyn LatentCoder>>,
}

impl LatentRegistry {
    /// One whose models are computed on the device of the other models.
    pub fn beside(devices: ModelRegistry) -> Self {
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

    /// The model of that version.
    ///
    /// # Errors
    /// Where it was not read.
    pub fn get(&self, id: &ModelId) -> Result<Box<dyn LatentCoder>, LearnError> {
        let gone = || LearnError::Training(format!("the model {id} is no longer at hand"));
        let models = self.models();
        models
            .of
            .get(id)
            .map(|model| model.boxed())
            .ok_or_else(gone)
    }

    /// Reads a model by name or file, checks the device with it, and keeps it; on a GPU it is put together
    /// in the queue.
    ///
    /// # Errors
    /// Where there is no such model, or it cannot be computed.
    pub fn model<U>(
        &self,
        source: &str,
        cx: &TaskContext<U>,
    ) -> anyhow::Result<Box<dyn LatentCoder>> {
        let stand_in = self.models().stand_in.as_ref().map(|made| made.boxed());
        if let Some(made) = stand_in {
            self.keep(made.boxed());
            return Ok(made);
        }
        let read = self.read(source)?;
        let is_gpu = matches!(read, ReadLatent::File(..));
        let (registry, source) = (self.clone(), source.to_owned());
        let phase = Phase::new("reading a model", "putting it together");
        cx.compute_on(is_gpu, phase, move || registry.assemble(&source, read))?
    }

    /// From now on every name is that of this model: for tests.
    #[doc(hidden)]
    pub fn answer_by(&self, stand_in: Box<dyn LatentCoder>) {
        self.models().stand_in = Some(stand_in);
    }

    fn models(&self) -> MutexGuard<'_, Models> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, source: &str) -> anyhow::Result<ReadLatent> {
        let (compute, bytes) = (self.compute()?, latent_models::bytes_of(source)?);
        Ok(if compute.is_gpu() {
            ReadLatent::File(bytes, compute)
        } else {
            let found = latent_models::from_bytes(source, &bytes, &compute)?;
            ReadLatent::Found(Box::new(found))
        })
    }

    fn assemble(&self, source: &str, read: ReadLatent) -> anyhow::Result<Box<dyn LatentCoder>> {
        let checked = match read {
            ReadLatent::Found(checked) => *checked,
            ReadLatent::File(bytes, compute) => {
                latent_models::from_bytes(source, &bytes, &compute)?
            }
        };
        if let Some(warning) = &checked.warning {
            log::warn!("{warning}");
        }
        let model: Box<dyn LatentCoder> = Box::new(checked.model);
        self.keep(model.boxed());
        Ok(model)
    }

    fn keep(&self, model: Box<dyn LatentCoder>) {
        self.models().of.insert(model.space().model, model);
    }
}
