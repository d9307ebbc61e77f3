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
    models::{find, write_model},
    set::{LatentSet, prepare},
};
use crate::{
    domain::ModelCard,
    io::Decoder,
    jobs::{
        reporter::CancelToken, train::checkpoint_path, train_chunk::presentation,
        training_set::Sources,
    },
    learn::{
        Compute, Examples,
        latent::{
            LatentModel, LatentShape, LatentTrainer, clusters, reseed, trainer::LatentStanding,
        },
    },
};

/// Time between two checkpoints, about.
const SAVE_EVERY: Duration = Duration::from_mins(1);

/// One check of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentPoint {
    /// Steps done.
    pub step: u64,
    /// Mean training loss since the check before, nats.
    pub loss: f64,
    /// Loss of stamps that are not learned from, nats.
    pub validation_loss: f64,
    /// Dead components that were set to work again.
    pub revived: usize,
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
    started: Instant,
    steps_here: u64,
    saved: Instant,
    /// The model that is taught further.
    parent: Option<LatentModel>,
    model: Option<Box<LatentModel>>,
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
        order.check()?;
        let decoder = Decoder::default();
        let sources = Sources {
            decoder: &decoder,
            cancel,
        };
        // Before anything is read: another order's checkpoint is refused at once.
        Checkpoint::read(&order, compute)?;
        let set = prepare(&order, &order.card(&order.course), sources)?;
        Self::of_set(order, set, compute)
    }

    /// The same with data that were prepared.
    ///
    /// # Errors
    /// Where the order is impossible, or the checkpoint is another order's.
    pub(super) fn of_set(
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
            trainer = trainer.resumed(found.header.standing, found.best, found.state)?;
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
            self.trainer.standing().step,
            self.trainer.course().all_steps(),
        ]
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
    pub fn doing(&self) -> &'static str {
        if self.trainer.needs_mixture() {
            "starting the mixture"
        } else if self.trainer.is_finished() {
            "judging"
        } else {
            "learning"
        }
    }

    /// Does one piece of work: a step, the start of the mixture, or the end.
    ///
    /// # Errors
    /// Where nothing can be learned from the data, or a checkpoint cannot be written.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        if self.model.is_some() {
            return Ok(());
        }
        if self.trainer.needs_mixture() {
            self.trainer.start_mixture(&self.set.training)?;
            return self.save();
        }
        if self.trainer.is_finished() {
            self.model = Some(Box::new(self.judged()?));
            return Ok(());
        }
        self.step()?;
        let LatentStanding { step, .. } = self.trainer.standing();
        let pretraining = self.trainer.course().pretraining;
        let steps_a_pass = self.order.steps_a_pass(self.set.training.len());
        if step > pretraining && (step - pretraining).is_multiple_of(steps_a_pass) {
            self.check()?;
        }
        if self.saved.elapsed() > SAVE_EVERY {
            self.save()?;
        }
        Ok(())
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let count = self.set.training.len();
        let steps_a_pass = self.order.steps_a_pass(count);
        let step = self.trainer.standing().step;
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

    fn check(&mut self) -> anyhow::Result<()> {
        let validation_loss = self.trainer.validate(&self.set.validation)?;
        self.trainer.keep_best(validation_loss);
        let revived = self.trainer.revive(&self.set.training)?;
        self.curve.push(LatentPoint {
            step: self.trainer.standing().step,
            loss: self.trainer.take_loss().unwrap_or(validation_loss),
            validation_loss,
            revived,
        });
        Ok(())
    }

    /// The best network with its card filled in.
    fn judged(&self) -> anyhow::Result<LatentModel> {
        let best = self.trainer.best()?;
        let mut model = LatentModel::new(self.card.clone(), best, &self.compute)?;
        let space = model.space();
        let components = space.components.len();
        let tables = [&self.set.training, &self.set.validation].map(|examples: &Examples| {
            let found = model.embed(examples.inputs())?;
            let members = clusters::members(&found.responsibilities, components);
            let classes = self.set.names.len();
            let table = clusters::contingency(&members, examples.classes(), components, classes);
            let count = found.errors.len().max(1) as f64;
            let error = found
                .errors
                .iter()
                .map(|error| f64::from(*error))
                .sum::<f64>()
                / count;
            anyhow::Ok((
                table,
                reseed::occupancy(&found.responsibilities, components),
                error,
            ))
        });
        let [training, validation] = tables;
        let (learned, counts, _) = training?;
        let (judged, _, error) = validation?;
        let weights: Vec<f32> = space.components.iter().map(|known| known.weight).collect();
        let cards = clusters::component_cards(&weights, &learned, &self.set.names);
        let alive = components - reseed::dead(&counts).len();
        let standing = self.trainer.standing();
        let card = model.card_mut();
        if let Some(latent) = &mut card.latent {
            latent.components = cards;
        }
        let mut figures = clusters::figures(&judged, &learned.majority());
        if let Some((loss, _)) = standing.best {
            figures.push(("validation_loss".into(), loss));
        }
        figures.push((
            "validation_examples".into(),
            self.set.validation.len() as f64,
        ));
        figures.push(("reconstruction_error".into(), error));
        figures.push(("components".into(), components as f64));
        figures.push(("components_alive".into(), alive as f64));
        figures.push(("components_revived".into(), standing.revived as f64));
        card.figures.extend(figures);
        if let Some(parent) = &self.parent {
            let compared = self.compared([parent, &model])?;
            model.card_mut().figures.extend(compared);
        }
        Ok(model)
    }

    /// How well parent and taught model draw stamps of both skies again: `new_sky_error_before` and so
    /// on, the mean square of input less reconstruction.
    fn compared(&self, models: [&LatentModel; 2]) -> anyhow::Result<Vec<(String, f64)>> {
        let skies = [
            (
                "new_sky",
                Some(&self.set.validation).filter(|_| self.set.has_held_out),
            ),
            ("old_sky", self.set.old_sky.as_ref()),
        ];
        let mut figures = Vec::new();
        for (sky, examples) in skies {
            let Some(examples) = examples else { continue };
            for (model, when) in models.into_iter().zip(["before", "after"]) {
                let errors = model.embed(examples.inputs())?.errors;
                let sum: f64 = errors.iter().copied().map(f64::from).sum();
                let mean = sum / errors.len().max(1) as f64;
                figures.push((format!("{sky}_error_{when}"), mean));
            }
            figures.push((format!("{sky}_examples"), examples.len() as f64));
        }
        Ok(figures)
    }

    /// The taught model; none before it is finished.
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
        let standing = self.trainer.standing();
        let best = standing.best.is_some().then(|| self.trainer.best());
        let checkpoint = Checkpoint {
            header: Header {
                order: self.order.fingerprint(),
                standing,
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
        // What it was for is done; a file that stays does no harm.
        std::fs::remove_file(checkpoint_path(&self.order.out)).unwrap_or_default();
        Ok(Arc::new((**model).clone()))
    }
}
