//! One round of teaching: the head first, then all layers.

use std::sync::Arc;

use crate::{
    domain::{ModelCard, ModelInput, fnv},
    learn::{
        Compute, Lessons, Network,
        mixed::{Mixed, balanced_batch},
        schedule::{Optimiser, Schedule},
        trainer::Trainer,
    },
};

/// Fewer labels than this teach the head of a network of single epochs, more of them all its layers.
const LABELS_FOR_ALL_LAYERS: usize = 20;

/// One part of a round.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Phase {
    pub is_head_only: bool,
    pub schedule: Schedule,
    /// Labelled and replayed examples of a batch.
    pub batch: [usize; 2],
}

impl Phase {
    pub fn in_words(&self) -> String {
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

/// The course: by what was measured with prototypes (README, Fine-tuning).
pub(super) fn phases(card: &ModelCard, labels: usize, has_replay: bool) -> Vec<Phase> {
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
pub(super) fn shorten(phases: &mut [Phase], steps: u64) {
    let all: u64 = phases.iter().map(|phase| phase.schedule.steps).sum();
    for phase in phases {
        let share = steps as f64 * phase.schedule.steps as f64 / all.max(1) as f64;
        phase.schedule.steps = (share.round() as u64).max(1);
        phase.schedule.validate_every = phase.schedule.steps;
    }
}

/// A network that is taught some labels.
pub(super) struct Round {
    phases: Vec<Phase>,
    phase: usize,
    trainer: Trainer,
    labelled: Arc<dyn Lessons>,
    lessons: Mixed,
    replayed: usize,
    seed: u64,
    compute: Compute,
}

impl Round {
    pub fn begin(
        parent: &Network,
        [labelled, replayed]: [Arc<dyn Lessons>; 2],
        phases: Vec<Phase>,
        seed: u64,
        compute: &Compute,
    ) -> Self {
        Self {
            trainer: trainer_of(parent, &phases[0], seed, compute),
            lessons: Mixed::new(labelled.clone(), replayed.clone()),
            replayed: replayed.len(),
            labelled,
            phases,
            phase: 0,
            seed,
            compute: compute.clone(),
        }
    }

    pub fn is_finished(&self) -> bool {
        self.phase + 1 >= self.phases.len() && self.trainer.is_finished()
    }

    /// Steps done of this round.
    pub fn steps_done(&self) -> u64 {
        let before = &self.phases[..self.phase];
        let before: u64 = before.iter().map(|phase| phase.schedule.steps).sum();
        before + self.trainer.standing().step
    }

    pub fn take_loss(&mut self) -> Option<f64> {
        self.trainer.take_loss()
    }

    /// The network as it is, at rest.
    pub fn network(&self) -> anyhow::Result<Network> {
        Ok(self.trainer.network()?.at_rest())
    }

    /// Makes one step.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        if self.is_finished() {
            return Ok(());
        }
        if self.trainer.is_finished() {
            self.phase += 1;
            let taught = self.network()?;
            let seed = self.seed.wrapping_add(self.phase as u64);
            self.trainer = trainer_of(&taught, &self.phases[self.phase], seed, &self.compute);
        }
        let batch = self.batch();
        self.trainer.step(&self.lessons, &batch)?;
        Ok(())
    }

    fn batch(&self) -> Vec<usize> {
        let step = self.trainer.standing().step;
        let words = [self.seed, self.phase as u64, step];
        let start = fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes));
        let mut drawn = 0_u64;
        let chance = || {
            drawn += 1;
            fnv::fnv1a(start, drawn.to_le_bytes()) >> 8
        };
        let classes = self.labelled.classes();
        balanced_batch(
            classes,
            self.replayed,
            self.phases[self.phase].batch,
            chance,
        )
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
