//! What somebody looks at: latent vectors decoded, and a stamp drawn again.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::embed_task::numbers;
use crate::{
    domain::{Candidate, CandidateIx, Catalogue, LatentPoint, ModelId},
    features::scoring::score::prepare_candidate,
    io::Decoder,
    tasks::{Task, TaskContext, compute_queue::Priority, step_times::Phase},
    workspace::latent_registry::{LatentRegistry, Reconstruction},
};

/// Vectors that are decoded in one step, at most.
const AT_ONCE: usize = 256;

/// Decodes some latent vectors: (vector, y, x), the first channel of each.
pub struct Decode {
    /// By which version of which model; it was read for an embedding.
    pub model: ModelId,
    /// (vector, axis).
    pub vectors: Arc<[f32]>,
    pub models: LatentRegistry,
}

impl Task for Decode {
    const NAME: &'static str = "decoding";
    type Update = ();
    type Output = Arc<[f32]>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Arc<[f32]>> {
        let model = self.models.get(&self.model)?;
        let axes = model.space().dimensions.max(1);
        let mut drawn = Vec::new();
        for vectors in self.vectors.chunks(AT_ONCE * axes) {
            let (model, vectors) = (model.boxed(), vectors.to_vec());
            let step = move || model.decode(&vectors);
            let phase = Phase::new(Self::NAME, "computing");
            drawn.extend(cx.compute(Priority::Now, phase, step)??);
        }
        Ok(drawn.into())
    }
}

/// Draws one stamp again.
pub struct Reconstruct {
    /// By which version of which model; it was read for an embedding.
    pub model: ModelId,
    /// The opened set.
    pub catalogue: Arc<Catalogue>,
    pub candidate: CandidateIx,
    pub epoch: usize,
    pub models: LatentRegistry,
    pub decoder: Arc<Decoder>,
}

impl Task for Reconstruct {
    const NAME: &'static str = "reconstruction";
    type Update = ();
    type Output = Arc<Reconstruction>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Arc<Reconstruction>> {
        let model = self.models.get(&self.model)?;
        let candidate = self.catalogue.get(self.candidate);
        let candidate = candidate.context("the candidate is no longer there")?;
        let no_epoch = || format!("{} has no epoch {}", candidate.id, self.epoch + 1);
        let epoch = candidate.epochs.get(self.epoch).with_context(no_epoch)?;
        let input = match model.plan()? {
            Some(plan) => {
                // Of a candidate with many epochs one is looked at.
                let alone = Candidate {
                    epochs: vec![epoch.clone()],
                    ..Candidate::default()
                };
                let prepared = prepare_candidate(&alone, plan, &self.decoder);
                let input = prepared.into_iter().next().with_context(no_epoch)?;
                input.map_err(|why| anyhow!("{} {why}", candidate.id))?
            }
            None => numbers(LatentPoint {
                candidate: self.candidate,
                epoch: self.epoch as u32,
            }),
        };
        let step = move || model.reconstruct(&input);
        let phase = Phase::new(Self::NAME, "computing");
        Ok(Arc::new(cx.compute(Priority::Now, phase, step)??))
    }
}
