//! Training a network: streamed examples, validation, checkpoints, and a model file at the end.

mod saving;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::bail;

use super::{
    checkpoint::Checkpoint,
    chunk::Chunk,
    curve::Losses,
    input_memory::InputMemory,
    labelled_set::Sources,
    note::Note,
    order::single,
    training_set::{Amount, Prepared, TrainingSet, prepare_set},
};
pub use super::{
    checkpoint::checkpoint_path,
    curve::{CurvePoint, LossPoint, TrainingNews},
    labelled_set::OpenedSet,
    order::{Recipe, TrainOrder, cores, usual_steps},
    training_set::TrainingData,
};
pub use crate::learn::Architecture;
use crate::{
    domain::ModelCard,
    io::Decoder,
    learn::{
        Compute, Dataset, Model, Network, NetworkShape, Settling,
        dataset::Settled,
        trainer::Trainer,
        validation::{Validating, Validation},
    },
    tasks::{cancel::CancelToken, step_times::Phase as StepPhase, stepwise::Stepwise},
};

/// Seconds between checkpoints, about.
const SAVE_EVERY_S: f64 = 60.0;
/// How long a step waits for examples that are being made.
const PATIENCE: Duration = Duration::from_millis(20);

/// A training under way. It is advanced until it is finished; [`Training::write_checkpoint`] writes what is to be kept.
pub struct Training {
    order: TrainOrder,
    card: ModelCard,
    compute: Compute,
    trainer: Trainer,
    set: TrainingSet,
    validation: Arc<dyn Dataset>,
    chunk: Option<Chunk>,
    finished: Vec<Network>,
    curve: Vec<CurvePoint>,
    losses: Losses,
    phase: Phase,
    /// When the first step of this run was made.
    started: Option<Instant>,
    steps_here: u64,
    saved: Instant,
    /// A checkpoint that is not in its file yet.
    unwritten: Option<Vec<u8>>,
    notes: Vec<Note>,
}

/// What the next piece of work is.
enum Phase {
    Learning,
    /// The member under way is validated.
    Validating(Validating),
    /// All members are trained: what a validation set decides is settled.
    Settling(Box<Settling>),
    Judging(Box<Model>, Validating),
    Finished(Box<Model>),
}

impl Stepwise for Training {
    fn advance(&mut self) -> anyhow::Result<()> {
        match &mut self.phase {
            Phase::Learning if self.trainer.is_finished() => self.finish_member()?,
            Phase::Learning => {
                self.step()?;
                self.phase = self.phase_after_steps()?;
                self.save_where_it_is_time()?;
            }
            Phase::Validating(validating) => {
                if let Some(validation) = validating.step(&*self.validation)? {
                    self.take_validation(&validation)?;
                    self.phase = Phase::Learning;
                }
            }
            Phase::Settling(settling) => {
                if let Some(settled) = self.validation.settle(settling, &self.compute)? {
                    self.phase = self.judging(settled);
                }
            }
            Phase::Judging(model, validating) => {
                if let Some(validation) = validating.step(&*self.validation)? {
                    let mut model = model.clone();
                    let figures = &mut model.card_mut().figures;
                    figures.insert("validation_loss".into(), validation.loss);
                    figures.insert("validation_accuracy".into(), validation.accuracy);
                    let examples = self.validation.len() as f64;
                    figures.insert("validation_examples".into(), examples);
                    self.phase = Phase::Finished(model);
                }
            }
            Phase::Finished(_) => {}
        }
        Ok(())
    }

    fn is_ready(&mut self) -> anyhow::Result<bool> {
        let is_learning = matches!(self.phase, Phase::Learning) && !self.trainer.is_finished();
        let (number, _) = self.place_in_chunks();
        let has_chunk = self
            .chunk
            .as_ref()
            .is_some_and(|chunk| chunk.number == number);
        if !is_learning || has_chunk {
            return Ok(true);
        }
        self.set.fetch(PATIENCE)
    }

    fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Finished(_))
    }

    fn phase(&self) -> StepPhase {
        let part = match &self.phase {
            Phase::Learning if self.trainer.is_finished() => "ending a member",
            Phase::Learning => "learning",
            Phase::Validating(_) | Phase::Judging(..) => "validating",
            Phase::Settling(_) => "settling",
            Phase::Finished(_) => "keeping the model",
        };
        StepPhase::new("training", part)
    }

    fn is_on_gpu(&self) -> bool {
        self.compute.is_gpu()
    }
}

impl Training {
    /// Prepares data and network, or goes on from the checkpoint beside the model file.
    ///
    /// # Errors
    /// Where the order is impossible, or the checkpoint is another order's.
    pub fn start(order: TrainOrder, compute: &Compute) -> anyhow::Result<Self> {
        let cancel = CancelToken::default();
        Self::prepare(order, compute, &Decoder::default(), &cancel)
    }

    /// The same; `decoder` reads the stamps of labelled sets, `cancel` stops the reading.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn prepare(
        order: TrainOrder,
        compute: &Compute,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<Self> {
        order.check()?;
        let card = order.card();
        let checkpoint = Checkpoint::read(&order, &card, compute)?;
        let (finished, step) = checkpoint.as_ref().map_or((0, 0), |checkpoint| {
            (
                checkpoint.finished.len() as u64,
                checkpoint.header.status.step,
            )
        });
        // Members of an ensemble see different examples.
        let chunks_a_member = order.schedule.steps.div_ceil(order.steps_a_chunk());
        let amount = Amount {
            chunk: order.chunk,
            first_chunk: finished * chunks_a_member + step / order.steps_a_chunk(),
            validation: order.validation,
            threads: order.threads,
            seed: order.seed,
        };
        let prepared = prepare_set(
            &order.data,
            &card,
            amount,
            Sources {
                decoder,
                cancel,
                memory: &InputMemory::default(),
            },
        )?;
        Self::of(order, card, compute.clone(), checkpoint, prepared)
    }

    fn of(
        order: TrainOrder,
        mut card: ModelCard,
        compute: Compute,
        checkpoint: Option<Checkpoint>,
        prepared: Prepared,
    ) -> anyhow::Result<Self> {
        card.training.learned = prepared.learned.iter().cloned().collect();
        let shape = NetworkShape::of(&card);
        let done = checkpoint.as_ref().map_or(0, |found| found.finished.len());
        let seed = order.seed.wrapping_add(done as u64);
        let network = single(order.architecture);
        let trainer = Trainer::new(network, shape, order.schedule.clone(), seed, &compute);
        let (trainer, finished, header) = match checkpoint {
            None => (trainer, Vec::new(), None),
            Some(found) => {
                let status = found.header.status;
                let trainer = trainer.resumed(status, found.best, found.state)?;
                (trainer, found.finished, Some(found.header))
            }
        };
        let (curve, losses) =
            header.map_or_else(Default::default, |header| (header.curve, header.losses));
        let mut training = Self {
            card,
            compute,
            trainer,
            set: prepared.training,
            validation: prepared.validation,
            chunk: None,
            finished,
            curve,
            losses,
            phase: Phase::Learning,
            started: None,
            steps_here: 0,
            saved: Instant::now(),
            unwritten: None,
            notes: prepared.notes,
            order,
        };
        training.phase = training.phase_after_steps()?;
        Ok(training)
    }

    /// What the user must know of the data: what was left out, and why.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What comes after the steps made so far: also where they were made before a stop.
    fn phase_after_steps(&self) -> anyhow::Result<Phase> {
        if self.is_trained() {
            let network = Network::joined(self.order.architecture, &self.finished)?;
            let mut settling = Settling::new(network);
            let settled = self.validation.settle(&mut settling, &self.compute)?;
            return Ok(match settled {
                Some(settled) => self.judging(settled),
                None => Phase::Settling(Box::new(settling)),
            });
        }
        let step = self.trainer.status().step;
        let is_time = step.is_multiple_of(self.order.schedule.validate_every);
        let is_validated = self.curve.last().map_or(0, |point| point.step) == self.steps_done();
        let is_last = self.trainer.is_finished();
        if step == 0 || is_validated || !(is_time || is_last) {
            return Ok(Phase::Learning);
        }
        let network = self.trainer.network()?;
        Ok(Phase::Validating(Validating::new(network, &self.compute)))
    }

    fn judging(&self, (network, figures): Settled) -> Phase {
        let mut model = Box::new(Model::new(self.card.clone(), &network, &self.compute));
        model.card_mut().figures.extend(figures);
        let validating = Validating::new(model.network(), &self.compute);
        Phase::Judging(model, validating)
    }

    const fn is_trained(&self) -> bool {
        self.finished.len() >= self.order.members
    }

    /// The chunk that the next step learns from, and which of its batches.
    fn place_in_chunks(&self) -> (u64, u64) {
        let batch = self.order.schedule.batch;
        let steps_a_chunk = match &self.set {
            TrainingSet::Simulated(_) => self.order.steps_a_chunk(),
            TrainingSet::Labelled(examples) => examples.len().div_ceil(batch).max(1) as u64,
        };
        let step = self.trainer.status().step;
        (step / steps_a_chunk, step % steps_a_chunk)
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let batch = self.order.schedule.batch;
        let (number, within) = self.place_in_chunks();
        let is_same = |chunk: &Chunk| chunk.number == number;
        if !self.chunk.as_ref().is_some_and(is_same) {
            let examples = self.set.next()?;
            if examples.is_empty() {
                bail!("{} gives nothing to learn from", self.order.data.in_words());
            }
            let wanted = match &self.set {
                TrainingSet::Simulated(_) => self.order.steps_a_chunk() as usize * batch,
                TrainingSet::Labelled(examples) => examples.len().next_multiple_of(batch),
            };
            let seed = self.order.seed.wrapping_add(self.finished.len() as u64);
            self.chunk = Some(Chunk::new(examples, number, wanted, seed));
        }
        self.started.get_or_insert_with(Instant::now);
        if let Some(chunk) = &self.chunk {
            let chosen = chunk.batch(within as usize, batch);
            self.trainer.step(&*chunk.examples, chosen)?;
            self.steps_here += 1;
        }
        if self.losses.count_step() {
            self.note_loss();
        }
        Ok(())
    }

    fn note_loss(&mut self) {
        if let Some(loss) = self.trainer.take_loss() {
            self.losses.put(self.steps_done(), loss);
        }
    }

    fn take_validation(&mut self, validation: &Validation) -> anyhow::Result<()> {
        self.trainer.keep_best(validation);
        self.note_loss();
        self.curve.push(CurvePoint {
            step: self.steps_done(),
            loss: self.losses.take_mean(),
            validation_loss: validation.loss,
            validation_accuracy: validation.accuracy,
        });
        self.save_where_it_is_time()
    }

    fn finish_member(&mut self) -> anyhow::Result<()> {
        self.finished.push(self.trainer.best()?.at_rest());
        if !self.is_trained() {
            let seed = self.order.seed.wrapping_add(self.finished.len() as u64);
            let network = single(self.order.architecture);
            let shape = NetworkShape::of(&self.card);
            let schedule = self.order.schedule.clone();
            self.trainer = Trainer::new(network, shape, schedule, seed, &self.compute);
            self.chunk = None;
        }
        self.phase = self.phase_after_steps()?;
        self.make_checkpoint()
    }

    fn steps_done(&self) -> u64 {
        let before = self.finished.len() as u64 * self.order.schedule.steps;
        let here = if self.is_trained() {
            0
        } else {
            self.trainer.status().step
        };
        before + here
    }

    pub fn news(&self) -> TrainingNews {
        let steps = self.order.members as u64 * self.order.schedule.steps;
        let step = self.steps_done();
        let rate = self.started.map_or(0.0, |started| {
            self.steps_here as f64 / started.elapsed().as_secs_f64().max(1e-3)
        });
        let left = steps.saturating_sub(step) as f64 / rate;
        TrainingNews {
            step,
            steps,
            losses: self.losses.points().into(),
            curve: self.curve.clone().into(),
            examples_per_s: rate * self.order.schedule.batch as f64,
            seconds_left: left.is_finite().then_some(left),
        }
    }

    /// The trained model.
    ///
    /// # Errors
    /// Where it is not finished.
    pub fn model(&self) -> anyhow::Result<&Model> {
        match &self.phase {
            Phase::Finished(model) => Ok(model),
            _ => bail!("the training is not finished"),
        }
    }
}
