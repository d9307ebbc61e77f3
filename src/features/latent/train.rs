//! Training a latent model: pretraining, the start of the mixture, learning with checks, and a model
//! file at the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::bail;
use serde::{Deserialize, Serialize};

use super::{
    LatentOrder,
    checkpoint::{Checkpoint, Header},
    judge::Judging,
    training_set::{LatentSet, prepare},
};
use crate::{
    domain::{ModelCard, ModelId},
    features::training::{chunk::presentation, input_memory::InputMemory, labelled_set::Sources},
    io::Decoder,
    learn::{
        Compute,
        latent::{
            LatentModel, LatentShape, LatentTrainer,
            trainer::{Checked, Checking},
        },
    },
    tasks::{cancel::CancelToken, step_times::Phase, stepwise::Stepwise},
    workspace::latent_models::{find, write_model},
};

/// Time between two checkpoints, about.
const SAVE_EVERY: Duration = Duration::from_mins(1);

/// One check of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentPoint {
    pub step: u64,
    /// Mean training loss since the check before, nats.
    pub loss: f64,
    /// Loss of stamps that are not learned from, nats.
    pub validation_loss: f64,
    /// Dead components that were set to work again.
    pub revived: usize,
}

/// What is under way.
#[derive(Default)]
enum Work {
    #[default]
    Learning,
    /// At the end of a pass.
    Checking(Box<Checking>),
    /// All is learned: the model is measured.
    Judging(Box<Judging>),
}

/// A training under way. The thread that owns it calls [`LatentTraining::advance`] until it is
/// finished.
pub struct LatentTraining {
    order: LatentOrder,
    card: ModelCard,
    compute: Compute,
    trainer: LatentTrainer,
    set: LatentSet,
    /// The pass under way, and the order in which it shows the stamps.
    pass: Option<(u64, Vec<usize>)>,
    curve: Vec<LatentPoint>,
    work: Work,
    started: Instant,
    steps_here: u64,
    saved: Instant,
    /// The model that is fine-tuned.
    parent: Option<LatentModel>,
    model: Option<Box<LatentModel>>,
}

impl Stepwise for LatentTraining {
    fn advance(&mut self) -> anyhow::Result<()> {
        self.advance()
    }

    fn is_finished(&self) -> bool {
        self.is_finished()
    }

    fn phase(&self) -> Phase {
        Phase::new("latent training", self.part())
    }

    fn is_on_gpu(&self) -> bool {
        self.compute.is_gpu()
    }
}

impl LatentTraining {
    /// Prepares data and network, or goes on from the checkpoint beside the model file.
    ///
    /// # Errors
    /// Where the order is impossible, the data cannot be used, or the checkpoint is another order's.
    pub fn start(
        order: LatentOrder,
        compute: &Compute,
        cancel: &CancelToken,
    ) -> anyhow::Result<Self> {
        let set = Self::gather(&order, &Decoder::default(), cancel)?;
        Self::of_set(order, set, compute)
    }

    /// Reads, or simulates, what an order learns from.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn gather(
        order: &LatentOrder,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<LatentSet> {
        order.check()?;
        // Before anything is read: another order's checkpoint is refused at once.
        Checkpoint::read(order, &Compute::cpu())?;
        prepare(
            order,
            &order.card(&order.course),
            Sources {
                decoder,
                cancel,
                memory: &InputMemory::default(),
            },
        )
    }

    /// The same with data that were prepared.
    ///
    /// # Errors
    /// Where the order is impossible, or the checkpoint is another order's.
    pub(crate) fn of_set(
        order: LatentOrder,
        set: LatentSet,
        compute: &Compute,
    ) -> anyhow::Result<Self> {
        order.check()?;
        let checkpoint = Checkpoint::read(&order, compute)?;
        let parent = order.parent.as_deref();
        let parent = parent.map(|name| find(name, compute)).transpose()?;
        let parent = parent.map(|found| found.model);
        let course = order.course_for(set.training.len());
        let card = order.card(&course);
        let shape = LatentShape::of(&card).map_err(anyhow::Error::msg)?;
        let mut trainer = LatentTrainer::new(order.kind, &shape, course, order.seed, compute);
        if let Some(parent) = &parent {
            trainer = trainer.with_network(parent.network());
        }
        let mut curve = Vec::new();
        if let Some(found) = checkpoint {
            trainer = trainer.resumed(found.header.status, found.best, found.state)?;
            curve = found.header.curve;
        }
        Ok(Self {
            order,
            card,
            compute: compute.clone(),
            trainer,
            set,
            pass: None,
            curve,
            work: Work::Learning,
            started: Instant::now(),
            steps_here: 0,
            saved: Instant::now(),
            parent,
            model: None,
        })
    }

    /// What the user must know of the data.
    pub fn notes(&self) -> &[String] {
        &self.set.notes
    }

    /// True when there is a model.
    pub const fn is_finished(&self) -> bool {
        self.model.is_some()
    }

    /// True while it learns as an autoencoder only.
    pub const fn is_pretraining(&self) -> bool {
        self.trainer.is_pretraining()
    }

    /// Steps done, and steps in all.
    pub const fn steps(&self) -> [u64; 2] {
        [
            self.trainer.status().step,
            self.trainer.course().all_steps(),
        ]
    }

    /// Which version of which model is fine-tuned; none where it began untrained.
    pub fn parent(&self) -> Option<&ModelId> {
        self.parent.as_ref().map(LatentModel::id)
    }

    /// Checks so far.
    pub fn curve(&self) -> &[LatentPoint] {
        &self.curve
    }

    /// Stamps learned from in a second, since this run began.
    pub fn examples_per_s(&self) -> f64 {
        let examples = self.steps_here as f64 * self.order.course.batch as f64;
        examples / self.started.elapsed().as_secs_f64().max(1e-3)
    }

    /// What [`Self::advance`] does next, in words.
    fn part(&self) -> &'static str {
        match &self.work {
            Work::Learning if self.trainer.needs_mixture() => "starting the mixture",
            Work::Learning if self.needs_check() => "beginning a check",
            Work::Learning if self.trainer.is_finished() => "ending",
            Work::Learning => "learning",
            Work::Checking(_) => "checking",
            Work::Judging(_) => "judging",
        }
    }

    /// Does one piece of work: a step, the start of the mixture, or a part of a check or of the end.
    ///
    /// # Errors
    /// Where nothing can be learned from the data, or a checkpoint cannot be written.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        if self.model.is_some() {
            return Ok(());
        }
        match std::mem::take(&mut self.work) {
            Work::Learning => self.learn()?,
            Work::Checking(mut checking) => {
                let (validation, training) = (&self.set.validation, &self.set.training);
                match self.trainer.check(&mut checking, validation, training)? {
                    None => self.work = Work::Checking(checking),
                    Some(checked) => self.take_check(checked),
                }
            }
            Work::Judging(mut judging) => {
                let status = self.trainer.status();
                if judging.step(&self.set, self.parent.as_ref(), status)? {
                    self.model = Some(judging.model());
                    return Ok(());
                }
                self.work = Work::Judging(judging);
            }
        }
        if self.saved.elapsed() > SAVE_EVERY {
            self.save()?;
        }
        Ok(())
    }

    /// Makes a step, or begins what comes next.
    fn learn(&mut self) -> anyhow::Result<()> {
        if self.trainer.needs_mixture() {
            self.trainer.start_mixture(&self.set.training)?;
            return self.save();
        }
        if self.needs_check() {
            let checking = self.trainer.begin_check(&self.set.validation)?;
            self.work = Work::Checking(Box::new(checking));
        } else if self.trainer.is_finished() {
            let best = self.trainer.best()?;
            let model = LatentModel::new(self.card.clone(), best, &self.compute)?;
            let judging = Judging::new(model, &self.set, self.parent.is_some());
            self.work = Work::Judging(Box::new(judging));
        } else {
            self.step()?;
        }
        Ok(())
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let count = self.set.training.len();
        let steps_a_pass = self.order.steps_a_pass(count);
        let step = self.trainer.status().step;
        let (number, within) = (step / steps_a_pass, (step % steps_a_pass) as usize);
        let order = match self.pass.take() {
            Some((known, order)) if known == number => order,
            _ => presentation(count, count, self.order.seed, number),
        };
        let batch = self.order.course.batch;
        let chosen = &order[within * batch..((within + 1) * batch).min(count)];
        self.trainer.step(&self.set.training, chosen)?;
        self.steps_here += 1;
        self.pass = Some((number, order));
        Ok(())
    }

    /// True at the end of a pass whose check was not made: also where it was stopped before that.
    fn needs_check(&self) -> bool {
        let step = self.trainer.status().step;
        let pretraining = self.trainer.course().pretraining;
        let steps_a_pass = self.order.steps_a_pass(self.set.training.len());
        let is_end = step > pretraining && (step - pretraining).is_multiple_of(steps_a_pass);
        is_end && self.curve.last().is_none_or(|point| point.step != step)
    }

    fn take_check(&mut self, checked: Checked) {
        self.curve.push(LatentPoint {
            step: self.trainer.status().step,
            loss: self.trainer.take_loss().unwrap_or(checked.loss),
            validation_loss: checked.loss,
            revived: checked.revived,
        });
    }

    /// The trained model; none before it is finished.
    pub fn model(&self) -> Option<&LatentModel> {
        self.model.as_deref()
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    /// Where it cannot be written; the one before stays.
    pub fn save(&mut self) -> anyhow::Result<()> {
        if !self.order.has_file() {
            self.saved = Instant::now();
            return Ok(());
        }
        let status = self.trainer.status();
        let best = status.best.is_some().then(|| self.trainer.best());
        let checkpoint = Checkpoint {
            header: Header {
                order: self.order.fingerprint(),
                status,
                curve: self.curve.clone(),
            },
            state: self.trainer.state()?,
            best: best.transpose()?.cloned(),
        };
        checkpoint.write(&self.order, &self.card, &self.compute)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// Writes the model and its card beside it, and takes the checkpoint away.
    ///
    /// # Errors
    /// Where it is not finished, or a file cannot be written.
    pub fn write(&self) -> anyhow::Result<Arc<LatentModel>> {
        let Some(model) = &self.model else {
            bail!("the training is not finished");
        };
        write_model(model, &self.order.out)?;
        self.order.drop_checkpoint();
        Ok(Arc::new((**model).clone()))
    }
}
