//! Training a network: streamed examples, validation, checkpoints, and a model file at the end.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

pub use super::{
    train_checkpoint::checkpoint_path, train_order::TrainOrder, training_set::TrainingData,
};
use super::{
    train_checkpoint::{Checkpoint, Header},
    train_order::single,
    training_set::{Amount, Prepared, TrainingSet, prepare_set},
};
use crate::{
    domain::{ModelCard, fnv},
    io::whole_file::write_whole,
    learn::{
        Compute, Lessons, Model, Network, NetworkShape, model_file,
        trainer::{Trainer, Validation},
    },
};

/// One point of the learning curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Steps done, over all members of an ensemble.
    pub step: u64,
    /// Mean training loss since the point before, nats; none where no step was made since.
    pub loss: Option<f64>,
    /// Loss on examples that are not learned from, nats.
    pub validation_loss: f64,
    /// Share of right classes among them.
    pub validation_accuracy: f64,
}

/// How far a training is.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingNews {
    /// Steps done, over all members.
    pub step: u64,
    /// Steps in all, unless it stops early.
    pub steps: u64,
    /// Training loss of the last steps, where there were any.
    pub loss: Option<f64>,
    /// The learning curve so far.
    pub curve: Arc<[CurvePoint]>,
    /// Examples learned from in a second.
    pub examples_per_s: f64,
    /// Seconds left, as far as known.
    pub seconds_left: Option<f64>,
}

/// Steps made between two looks at the cancel token.
const STEPS_AT_ONCE: u64 = 4;
/// Seconds between checkpoints, about.
const SAVE_EVERY_S: f64 = 60.0;

/// A training under way. The thread that owns it calls [`Training::advance`] until it is finished.
pub struct Training {
    order: TrainOrder,
    card: ModelCard,
    compute: Compute,
    trainer: Trainer,
    set: TrainingSet,
    validation: Arc<dyn Lessons>,
    chunk: Option<Chunk>,
    finished: Vec<Network>,
    curve: Vec<CurvePoint>,
    started: Instant,
    steps_here: u64,
    saved: Instant,
    last_loss: Option<f64>,
    notes: Vec<String>,
}

/// The chunk that is being learned from.
struct Chunk {
    examples: Arc<dyn Lessons>,
    number: u64,
    order: Vec<usize>,
}

impl Training {
    /// Prepares data and network, or goes on from the checkpoint beside the model file.
    ///
    /// # Errors
    /// Where the order is impossible, or the checkpoint is another order's.
    pub fn start(order: TrainOrder, compute: &Compute) -> anyhow::Result<Self> {
        order.check()?;
        let card = order.card();
        let checkpoint = Checkpoint::read(&order, &card, compute)?;
        let steps_a_chunk = (order.chunk * order.passes / order.schedule.batch).max(1) as u64;
        let (finished, standing) = checkpoint.as_ref().map_or((0, 0), |checkpoint| {
            (
                checkpoint.finished.len() as u64,
                checkpoint.header.standing.step,
            )
        });
        // Members of an ensemble see different examples.
        let chunks_a_member = order.schedule.steps.div_ceil(steps_a_chunk);
        let Prepared {
            training: set,
            validation,
            notes,
        } = prepare_set(
            &order.data,
            &card,
            Amount {
                chunk: order.chunk,
                first_chunk: finished * chunks_a_member + standing / steps_a_chunk,
                validation: order.validation,
                threads: order.threads,
                seed: order.seed,
            },
        )?;
        let shape = NetworkShape::of(&card);
        let seed = order.seed.wrapping_add(finished);
        let schedule = order.schedule.clone();
        let (trainer, finished, curve) = match checkpoint {
            None => {
                let network = single(order.architecture);
                let trainer = Trainer::new(network, shape, schedule, seed, compute);
                (trainer, Vec::new(), Vec::new())
            }
            Some(found) => {
                let network = single(order.architecture);
                let trainer = Trainer::new(network, shape, schedule, seed, compute);
                let standing = found.header.standing;
                let trainer = trainer.resumed(standing, found.best, found.state)?;
                (trainer, found.finished, found.header.curve)
            }
        };
        Ok(Self {
            card,
            compute: compute.clone(),
            trainer,
            set,
            validation,
            chunk: None,
            finished,
            curve,
            started: Instant::now(),
            steps_here: 0,
            saved: Instant::now(),
            last_loss: None,
            notes,
            order,
        })
    }

    /// What the user must know of the data: what was left out, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// True when all members are trained.
    pub fn is_finished(&self) -> bool {
        self.finished.len() >= self.order.members
    }

    /// Makes a few steps; validates and saves where it is time.
    ///
    /// # Errors
    /// Where the data break off, or a checkpoint cannot be written.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        for _ in 0..STEPS_AT_ONCE {
            if self.trainer.is_finished() {
                return self.finish_member();
            }
            self.step()?;
            let step = self.trainer.standing().step;
            if step.is_multiple_of(self.order.schedule.validate_every) {
                self.validate()?;
            }
        }
        if self.saved.elapsed().as_secs_f64() > SAVE_EVERY_S {
            self.save()?;
        }
        Ok(())
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let step = self.trainer.standing().step;
        let batch = self.order.schedule.batch;
        let steps_a_chunk = match &self.set {
            TrainingSet::Simulated(_) => (self.order.chunk * self.order.passes / batch).max(1),
            TrainingSet::Labelled(examples) => examples.len().div_ceil(batch).max(1),
        } as u64;
        let (number, within) = (step / steps_a_chunk, step % steps_a_chunk);
        if self
            .chunk
            .as_ref()
            .is_none_or(|chunk| chunk.number != number)
        {
            let examples = self.set.next()?;
            if examples.is_empty() {
                bail!("{} gives nothing to learn from", self.order.data.in_words());
            }
            let seed = self.order.seed.wrapping_add(self.finished.len() as u64);
            let order = presentation(examples.len(), steps_a_chunk as usize * batch, seed, number);
            self.chunk = Some(Chunk {
                examples,
                number,
                order,
            });
        }
        if let Some(chunk) = &self.chunk {
            let from = within as usize * batch;
            let until = (from + batch).min(chunk.order.len());
            self.trainer
                .step(&*chunk.examples, &chunk.order[from..until])?;
            self.steps_here += 1;
        }
        Ok(())
    }

    fn validate(&mut self) -> anyhow::Result<()> {
        let validation = self.trainer.validate(&*self.validation)?;
        self.trainer.keep_best(&validation);
        let Validation { loss, accuracy, .. } = validation;
        let trained = self.trainer.take_loss();
        self.last_loss = trained.or(self.last_loss);
        self.curve.push(CurvePoint {
            step: self.steps_done(),
            loss: trained,
            validation_loss: loss,
            validation_accuracy: accuracy,
        });
        Ok(())
    }

    fn finish_member(&mut self) -> anyhow::Result<()> {
        let is_validated = self
            .curve
            .last()
            .is_some_and(|point| point.step == self.steps_done());
        if !is_validated {
            self.validate()?;
        }
        self.finished.push(self.trainer.best()?.at_rest());
        if !self.is_finished() {
            let seed = self.order.seed.wrapping_add(self.finished.len() as u64);
            let network = single(self.order.architecture);
            let shape = NetworkShape::of(&self.card);
            let schedule = self.order.schedule.clone();
            self.trainer = Trainer::new(network, shape, schedule, seed, &self.compute);
            self.chunk = None;
        }
        self.save()
    }

    fn steps_done(&self) -> u64 {
        let before = self.finished.len() as u64 * self.order.schedule.steps;
        let here = if self.is_finished() {
            0
        } else {
            self.trainer.standing().step
        };
        before + here
    }

    /// How far it is.
    pub fn news(&self) -> TrainingNews {
        let steps = self.order.members as u64 * self.order.schedule.steps;
        let step = self.steps_done();
        let rate = self.steps_here as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        let left = steps.saturating_sub(step) as f64 / rate;
        TrainingNews {
            step,
            steps,
            loss: self.last_loss,
            curve: self.curve.clone().into(),
            examples_per_s: rate * self.order.schedule.batch as f64,
            seconds_left: left.is_finite().then_some(left),
        }
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    /// Where it cannot be written; the one before stays.
    pub fn save(&mut self) -> anyhow::Result<()> {
        let standing = self.trainer.standing();
        let best = standing.best.is_some().then(|| self.trainer.best());
        let checkpoint = Checkpoint {
            header: Header {
                order: self.order.fingerprint(),
                standing,
                has_best: best.is_some(),
                curve: self.curve.clone(),
            },
            state: self.trainer.state()?,
            best: best.transpose()?.cloned(),
            finished: self.finished.clone(),
        };
        checkpoint.write(&self.order, &self.card, &self.compute)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// The trained model.
    ///
    /// # Errors
    /// Where it is not finished.
    pub fn model(&self) -> anyhow::Result<Model> {
        if !self.is_finished() {
            bail!("the training is not finished");
        }
        let network = Network::joined(self.order.architecture, &self.finished)?;
        let (network, figures) = self.validation.settle(network, &self.compute)?;
        let mut model = Model::new(self.card.clone(), &network, &self.compute);
        let validation = self.validation.validate(model.network(), &self.compute)?;
        let card = model.card_mut();
        card.figures.extend(figures);
        card.figures
            .insert("validation_loss".into(), validation.loss);
        card.figures
            .insert("validation_accuracy".into(), validation.accuracy);
        card.figures
            .insert("validation_examples".into(), self.validation.len() as f64);
        Ok(model)
    }

    /// Writes the model and its card beside it, and takes the checkpoint away.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self) -> anyhow::Result<Model> {
        let model = self.model()?;
        let out = &self.order.out;
        write_model(&model, out)?;
        // What it was for is done; a file that stays does no harm.
        std::fs::remove_file(checkpoint_path(out)).unwrap_or_default();
        Ok(model)
    }
}

/// Writes a model, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_model(model: &Model, path: &Path) -> anyhow::Result<()> {
    let refused = |path: &Path| format!("{}: cannot be written", path.display());
    write_whole(path, &model_file::to_bytes(model)?).with_context(|| refused(path))?;
    let card = path.with_extension("json");
    let mut text = serde_json::to_string_pretty(model.card())?;
    text.push('\n');
    write_whole(&card, text.as_bytes()).with_context(|| refused(&card))
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// An order of presentation: each pass shows all examples in an order of its own.
fn presentation(count: usize, wanted: usize, seed: u64, number: u64) -> Vec<usize> {
    let mut order = Vec::with_capacity(wanted + count);
    for pass in 0_u64.. {
        if order.len() >= wanted {
            break;
        }
        let key = |at: usize| {
            let words = [seed, number, pass, at as u64];
            fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes))
        };
        let mut one: Vec<usize> = (0..count).collect();
        one.sort_by_cached_key(|at| key(*at));
        order.extend(one);
    }
    order.truncate(wanted);
    order
}
