//! Fine-tuning a latent model with the stamps of a set as a task: no label is needed. The window keeps the
//! new version in its project, the command line writes a file; it is kept whole or not at all.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, anyhow};

use super::{
    LatentOrder,
    train_task::{LatentUpdate, part, train},
};
use crate::{
    domain::{ModelVersion, Timestamp},
    features::training::train::{TrainingData, cores},
    io::Decoder,
    learn::latent::file,
    tasks::{Task, TaskContext},
    workspace::{latent_models::card_of, latent_registry::LatentRegistry, versions::Keep},
};

/// What a latent model learns from, and how.
#[derive(Clone, Debug)]
pub struct AdaptOrder {
    /// Name, file or version of the model.
    pub source: Arc<str>,
    /// The stamps.
    pub data: TrainingData,
    /// Simulated stamps that are shown beside them; none for the usual number.
    pub replay: Option<usize>,
    pub threads: usize,
    pub seed: u64,
    /// The name of the new version; none for that of its parent.
    pub name: Option<String>,
    /// The command that makes the version again, for the card.
    pub command: String,
}

impl AdaptOrder {
    pub fn usual(source: Arc<str>, data: TrainingData) -> Self {
        Self {
            source,
            data,
            replay: None,
            threads: cores(),
            seed: 1,
            name: None,
            command: String::new(),
        }
    }

    fn training(&self, out: PathBuf) -> anyhow::Result<LatentOrder> {
        let source = &*self.source;
        let card = card_of(source).with_context(|| format!("{source} is no latent model"))?;
        let usual = LatentOrder::further(source, &card, self.data.clone(), out)?;
        Ok(LatentOrder {
            replay: self.replay.unwrap_or(usual.replay),
            threads: self.threads,
            seed: self.seed,
            name: self.name.clone().or(usual.name),
            command: self.command.clone(),
            ..usual
        })
    }
}

/// Fine-tunes one latent model.
pub struct Adapt {
    /// What it learns from, and how.
    pub order: AdaptOrder,
    /// The models at hand: its device is computed on.
    pub models: LatentRegistry,
    /// Decodes the stamps of the opened set.
    pub decoder: Arc<Decoder>,
    /// Who keeps the new version.
    pub keep: Keep,
    pub now: Timestamp,
}

/// A new version that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapted {
    pub version: ModelVersion,
    /// Where it can be read.
    pub source: Arc<str>,
}

impl Task for Adapt {
    const NAME: &'static str = "latent fine-tuning";
    type Update = LatentUpdate;
    type Output = Adapted;

    fn run(self, cx: &TaskContext<LatentUpdate>) -> anyhow::Result<Adapted> {
        let out = match &self.keep {
            Keep::File(path) => path.clone(),
            // What is kept in a project has no checkpoint.
            Keep::Project(_) => PathBuf::new(),
        };
        let order = self.order.training(out)?;
        // Looking for the device takes a while.
        let compute = self.models.compute()?;
        let is_gpu = compute.is_gpu();
        let training = train(order.clone(), compute, &self.decoder, cx)?;
        let (version, file) = cx.compute_on(is_gpu, part("ending"), move || {
            let both = training.model().zip(training.parent());
            let (model, parent) = both.ok_or_else(|| anyhow!("the training is not finished"))?;
            let version = ModelVersion {
                id: model.id().clone(),
                parent: parent.clone(),
                parent_source: self.order.source.to_string(),
                made_at: self.now,
                card: model.card().clone(),
            };
            anyhow::Ok((version, file::to_bytes(model)?))
        })??;
        // From here on the wish to stop comes too late.
        let source = self.keep.keep(&version, &file)?;
        order.drop_checkpoint();
        Ok(Adapted { version, source })
    }
}
