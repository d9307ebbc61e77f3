//! Training a latent model as a task.

use super::{LatentOrder, LatentTraining, train::LatentPoint};
use crate::{
    domain::{ModelCard, ModelId},
    io::Decoder,
    learn::Compute,
    tasks::{Task, TaskContext, cancel::Cancelled, compute_queue::Priority, step_times::Phase},
};

/// Trains a latent model into a file, beside which checkpoints are kept: a training that was stopped goes
/// on from there.
pub struct TrainLatent {
    pub order: LatentOrder,
    pub compute: Compute,
}

/// How far a training is.
#[derive(Clone, Debug, PartialEq)]
pub enum LatentUpdate {
    /// What the user must know of the data.
    Notes(Vec<String>),
    Progress(LatentProgress),
    /// The model was checked.
    Checked {
        point: LatentPoint,
        /// Stamps learned from in a second.
        examples_per_s: f64,
    },
    /// It was asked to stop, and why the checkpoint could not be written.
    NotSaved(String),
}

/// How much was learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatentProgress {
    /// Steps done, and in all.
    pub steps: [u64; 2],
    /// True while it learns as an autoencoder only.
    pub is_pretraining: bool,
    /// Stamps learned from in a second.
    pub examples_per_s: f64,
}

impl Task for TrainLatent {
    const NAME: &'static str = "latent training";
    type Update = LatentUpdate;
    type Output = (ModelId, ModelCard);

    fn run(self, cx: &TaskContext<LatentUpdate>) -> anyhow::Result<(ModelId, ModelCard)> {
        let is_gpu = self.compute.is_gpu();
        let training = train(self.order, self.compute, &Decoder::default(), cx)?;
        cx.compute_on(is_gpu, part("ending"), move || {
            let model = training.write()?;
            Ok((model.id().clone(), model.card().clone()))
        })?
    }
}

/// Trains to the end, or as far as it is wanted; then the checkpoint is written, where there is a file.
pub(super) fn train(
    order: LatentOrder,
    compute: Compute,
    decoder: &Decoder,
    cx: &TaskContext<LatentUpdate>,
) -> anyhow::Result<LatentTraining> {
    let set = LatentTraining::gather(&order, decoder, cx.cancel_token())?;
    cx.check()?;
    let training = cx.compute_on(compute.is_gpu(), part("beginning to learn"), move || {
        LatentTraining::of_set(order, set, &compute)
    })??;
    cx.update(LatentUpdate::Notes(training.notes().to_vec()));
    let mut checks = training.curve().len();
    let mut training = cx.advance(Priority::Background, training, |training| {
        let [done, all] = training.steps();
        cx.progress(done as usize, all as usize);
        let examples_per_s = training.examples_per_s();
        while let Some(point) = training.curve().get(checks) {
            checks += 1;
            cx.update(LatentUpdate::Checked {
                point: *point,
                examples_per_s,
            });
        }
        cx.update_now_and_then(|| {
            LatentUpdate::Progress(LatentProgress {
                steps: [done, all],
                is_pretraining: training.is_pretraining(),
                examples_per_s,
            })
        });
        Ok(())
    })?;
    // Where all is learned the wish to stop comes too late.
    if training.is_finished() {
        return Ok(training);
    }
    // Only the command line has files, and no other thread computes there.
    if let Err(error) = training.save() {
        cx.update(LatentUpdate::NotSaved(format!("{error:#}")));
    }
    Err(Cancelled.into())
}

pub(super) const fn part(part: &'static str) -> Phase {
    Phase::new(TrainLatent::NAME, part)
}
