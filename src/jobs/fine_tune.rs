//! Fine-tuning: a model learns from labels of a new sky without forgetting the old one.
//!
//! Each step shows labelled examples, every class as often as any other, and as many or more
//! simulated ones of the old sky (replay): without them the classes that nobody labelled are forgotten.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use anyhow::bail;

use super::{
    clock::today,
    models::{self, write_model},
    reporter::CancelToken,
    training_labels::{labelled_files, several_classes},
    training_set::{Sources, simulated_lessons, simulator_for},
};
use crate::{
    domain::{ModelCard, ModelInput, TrainingRecord, fnv},
    io::Decoder,
    learn::{
        Compute, Lessons, Model, Network,
        mixed::{Mixed, balanced_batch},
        schedule::{Optimiser, Schedule},
        trainer::Trainer,
        validation::{Validation, validate},
    },
};

/// Fewer labels than this teach the head of a network of single epochs, more of them all its layers.
const LABELS_FOR_ALL_LAYERS: usize = 20;
/// Simulated examples that the old sky is tested with have numbers from here on.
const TEST_FROM: u64 = 1 << 41;
/// Those that are replayed, from here on.
const REPLAY_FROM: u64 = 1 << 42;

/// What is to be taught.
#[derive(Clone, Debug, PartialEq)]
pub struct FineTuneOrder {
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// Table of labels; without one the classes that the data give.
    pub labels: Option<PathBuf>,
    /// Name or file of the model.
    pub model: String,
    /// The survey of the old sky; none for that of the model's kind.
    pub survey: Option<String>,
    /// A folder of templates for it.
    pub templates: Option<PathBuf>,
    /// Simulated examples that are replayed; 0 replays nothing.
    pub replay: usize,
    /// Simulated examples that the old sky is tested with.
    pub test: usize,
    /// Steps in all; none for those of the recipe.
    pub steps: Option<u64>,
    /// Random seed.
    pub seed: u64,
    /// Threads that simulate.
    pub threads: usize,
    /// The new model's name; that of the old one where none is given.
    pub name: Option<String>,
    /// The command, for the card.
    pub command: String,
    /// The new model's file.
    pub out: PathBuf,
}

/// One part of the course.
#[derive(Clone, Debug, PartialEq)]
struct Phase {
    is_head_only: bool,
    schedule: Schedule,
    /// Labelled and replayed examples of a batch.
    batch: [usize; 2],
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct FineTuneNews {
    /// Steps done.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Mean loss since this was asked for last, where there were steps.
    pub loss: Option<f64>,
}

/// A fine-tuning under way.
pub struct FineTuning {
    order: FineTuneOrder,
    parent: Model,
    labelled: Arc<dyn Lessons>,
    lessons: Mixed,
    replayed: usize,
    test: Arc<dyn Lessons>,
    phases: Vec<Phase>,
    phase: usize,
    trainer: Trainer,
    before: [Validation; 2],
    notes: Vec<String>,
}

impl FineTuning {
    /// Reads labels and model, simulates the old sky, and measures where the model stands.
    ///
    /// # Errors
    /// Where the model cannot be taught, or there are too few labels.
    pub fn start(order: FineTuneOrder, compute: &Compute) -> anyhow::Result<Self> {
        if order
            .out
            .extension()
            .is_none_or(|ending| ending != "safetensors")
        {
            bail!("{}: a model file ends in .safetensors", order.out.display());
        }
        let parent = models::find(&order.model, compute)?.model;
        let parent = parent.network("fine-tuned step by step")?;
        let card = parent.card().clone();
        let sources = Sources {
            decoder: &Decoder::default(),
            cancel: &CancelToken::default(),
        };
        let set = labelled_files(
            &order.paths,
            order.labels.as_deref(),
            &card,
            sources,
            |_| false,
        )?;
        if set.training.is_empty() {
            bail!("there is no label to learn from{}", set.notes_in_words());
        }
        let labelled = set.training;
        several_classes(&*labelled, &card)?;
        let (replayed, test) = old_sky(&order, &card)?;
        let mut phases = phases(&card, labelled.len(), order.replay > 0);
        if let Some(steps) = order.steps {
            shorten(&mut phases, steps);
        }
        let trainer = trainer_of(parent.network(), &phases[0], order.seed, compute);
        let before = [
            validate(parent.network(), &*labelled, compute)?,
            validate(parent.network(), &*test, compute)?,
        ];
        Ok(Self {
            lessons: Mixed::new(labelled.clone(), replayed.clone()),
            replayed: replayed.len(),
            labelled,
            test,
            phases,
            phase: 0,
            trainer,
            before,
            notes: set.notes,
            parent,
            order,
        })
    }

    /// What the user must know of the labels: what was left out, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Labels of each class that is labelled, in the order of the card.
    pub fn labels_by_class(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
        for class in self.labelled.classes() {
            *counts.entry(*class).or_default() += 1;
        }
        let names = &self.parent.card().classes;
        let named = counts.into_iter();
        named
            .filter_map(|(class, count)| Some((names.get(usize::from(class))?.clone(), count)))
            .collect()
    }

    /// True when all steps are done.
    pub fn is_finished(&self) -> bool {
        self.phase + 1 >= self.phases.len() && self.trainer.is_finished()
    }

    /// Makes one step.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        if self.is_finished() {
            return Ok(());
        }
        if self.trainer.is_finished() {
            self.phase += 1;
            let taught = self.trainer.network()?.at_rest();
            let phase = &self.phases[self.phase];
            let seed = self.order.seed.wrapping_add(self.phase as u64);
            self.trainer = trainer_of(&taught, phase, seed, self.parent.compute());
        }
        let phase = &self.phases[self.phase];
        let words = [
            self.order.seed,
            self.phase as u64,
            self.trainer.standing().step,
        ];
        let start = fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes));
        let mut drawn = 0_u64;
        let chance = || {
            drawn += 1;
            fnv::fnv1a(start, drawn.to_le_bytes()) >> 8
        };
        let classes = self.labelled.classes();
        let batch = balanced_batch(classes, self.replayed, phase.batch, chance);
        self.trainer.step(&self.lessons, &batch)?;
        Ok(())
    }

    /// How far it is.
    pub fn news(&mut self) -> FineTuneNews {
        let before = &self.phases[..self.phase];
        let before: u64 = before.iter().map(|phase| phase.schedule.steps).sum();
        FineTuneNews {
            step: before + self.trainer.standing().step,
            steps: self.phases.iter().map(|phase| phase.schedule.steps).sum(),
            loss: self.trainer.take_loss(),
        }
    }

    /// The taught model. Its card tells figures before and after: `labelled_…` on the labels it
    /// learned from, which says little, and `old_sky_…` on simulated examples that it never saw.
    ///
    /// # Errors
    /// Where it is not finished, or the device fails.
    pub fn model(&self) -> anyhow::Result<Model> {
        if !self.is_finished() {
            bail!("the fine-tuning is not finished");
        }
        let compute = self.parent.compute();
        let network = self.trainer.network()?.at_rest();
        let mut card = self.parent.card().clone();
        card.name = self.order.name.clone().unwrap_or(card.name);
        card.training = self.record(&card);
        card.figures.clear();
        let after = [
            validate(&network, &*self.labelled, compute)?,
            validate(&network, &*self.test, compute)?,
        ];
        let skies = ["labelled", "old_sky"].into_iter().zip(&self.before);
        for ((sky, before), after) in skies.zip(&after) {
            for (when, found) in [("before", before), ("after", after)] {
                let figures = [("accuracy", found.accuracy), ("loss", found.loss)];
                for (what, value) in figures {
                    card.figures.insert(format!("{sky}_{what}_{when}"), value);
                }
            }
        }
        Ok(Model::new(card, &network, compute))
    }

    /// Writes the taught model, with its card beside it.
    ///
    /// # Errors
    /// Where it is not finished or cannot be written.
    pub fn write(&self) -> anyhow::Result<Model> {
        let model = self.model()?;
        write_model(&model, &self.order.out)?;
        Ok(model)
    }

    fn record(&self, card: &ModelCard) -> TrainingRecord {
        let labels = self.labels_by_class().into_iter();
        let labels: Vec<String> = labels
            .map(|(class, count)| format!("{count} {class}"))
            .collect();
        let examples = self.phases.iter().map(|phase| {
            let [labelled, replayed] = phase.batch;
            phase.schedule.steps * (labelled + replayed) as u64
        });
        let recipe: Vec<String> = self.phases.iter().map(Phase::in_words).collect();
        TrainingRecord {
            data: format!(
                "labels {}; after {}: {}",
                labels.join(", "),
                self.parent.id(),
                card.training.data
            ),
            recipe: format!(
                "{}; before: {}",
                recipe.join(", then "),
                card.training.recipe
            ),
            command: self.order.command.clone(),
            seed: self.order.seed,
            examples: card.training.examples + examples.sum::<u64>(),
            commit: card.training.commit.clone(),
            date: today(),
        }
    }
}

impl Phase {
    fn in_words(&self) -> String {
        let [labelled, replayed] = self.batch;
        let layers = if self.is_head_only {
            "head"
        } else {
            "all layers"
        };
        format!(
            "fine-tuning of {layers}: {}, of each batch {labelled} labelled and {replayed} simulated",
            self.schedule.in_words()
        )
    }
}

/// Simulated examples of the old sky: to be replayed, and to test with.
fn old_sky(
    order: &FineTuneOrder,
    card: &ModelCard,
) -> anyhow::Result<(Arc<dyn Lessons>, Arc<dyn Lessons>)> {
    let usual = match &card.input {
        ModelInput::Sequence(_) => "hits2015",
        _ => "mixed",
    };
    let survey = order.survey.as_deref().unwrap_or(usual);
    let simulator = simulator_for(survey, order.templates.as_ref(), card, order.seed)?;
    let make = |from: u64, count: usize| {
        simulated_lessons(&simulator, from..from + count as u64, order.threads, card)
    };
    Ok((
        make(REPLAY_FROM, order.replay)?,
        make(TEST_FROM, order.test)?,
    ))
}

/// The course: by what was measured with prototypes (README, Fine-tuning).
fn phases(card: &ModelCard, labels: usize, has_replay: bool) -> Vec<Phase> {
    let phase = |is_head_only: bool, steps: u64, rate: f64, batch: [usize; 2]| {
        let replayed = if has_replay { batch[1] } else { 0 };
        Phase {
            is_head_only,
            schedule: Schedule {
                optimiser: Optimiser::AdamW { rate, decay: 1e-4 },
                batch: batch[0] + replayed,
                steps,
                validate_every: steps,
                patience: 0,
                is_one_view: true,
            },
            batch: [batch[0], replayed],
        }
    };
    match &card.input {
        ModelInput::Sequence(_) => vec![
            phase(true, 40, 3e-3, [16, 32]),
            phase(false, 80, 1e-3, [16, 32]),
        ],
        _ if labels < LABELS_FOR_ALL_LAYERS => vec![phase(true, 60, 1e-3, [16, 32])],
        _ => vec![
            phase(true, 40, 1e-3, [32, 32]),
            phase(false, 80, 5e-4, [32, 32]),
        ],
    }
}

/// The same course in so many steps: each part keeps its share, and has one at least.
fn shorten(phases: &mut [Phase], steps: u64) {
    let all: u64 = phases.iter().map(|phase| phase.schedule.steps).sum();
    for phase in phases {
        let share = steps as f64 * phase.schedule.steps as f64 / all.max(1) as f64;
        phase.schedule.steps = (share.round() as u64).max(1);
        phase.schedule.validate_every = phase.schedule.steps;
    }
}

fn trainer_of(network: &Network, phase: &Phase, seed: u64, compute: &Compute) -> Trainer {
    let trainer = Trainer::of(network, phase.schedule.clone(), seed, compute);
    if phase.is_head_only {
        trainer.with_head_only()
    } else {
        trainer
    }
}
