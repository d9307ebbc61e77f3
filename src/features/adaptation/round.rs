//! One round of teaching: the head first, then all layers.

use std::sync::Arc;

use super::recipe::{Phase, Recipe, RecipePart};
use crate::{
    domain::fnv,
    learn::{
        Compute, Dataset, Network,
        mixed::{Mixed, batch_of},
        trainer::Trainer,
    },
};

/// How a round is taught.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub recipe: Recipe,
    pub phases: Vec<Phase>,
    /// Classes that the network knows.
    pub classes: usize,
    pub seed: u64,
}

/// A network that is taught some labels.
pub(crate) struct Round {
    course: Course,
    phase: usize,
    trainer: Trainer,
    /// The network that is taught, as it was.
    parent: Network,
    labelled: Arc<dyn Dataset>,
    dataset: Mixed,
    replayed: usize,
    compute: Compute,
}

impl Round {
    pub fn begin(
        parent: &Network,
        [labelled, replayed]: [Arc<dyn Dataset>; 2],
        course: Course,
        compute: &Compute,
    ) -> Self {
        let recipe = &course.recipe;
        let mut dataset = Mixed::new(labelled.clone(), replayed.clone());
        if recipe.has(RecipePart::Prior) {
            dataset = dataset.without_prior(course.classes, recipe.has(RecipePart::Balance));
        }
        if !recipe.has(RecipePart::Turns) {
            dataset = dataset.without_turns();
        }
        Self {
            trainer: trainer_of(parent, &course.phases[0], course.seed, compute),
            parent: parent.clone(),
            dataset,
            replayed: replayed.len(),
            labelled,
            phase: 0,
            compute: compute.clone(),
            course,
        }
    }

    pub fn is_finished(&self) -> bool {
        self.phase + 1 >= self.course.phases.len() && self.trainer.is_finished()
    }

    pub fn steps_done(&self) -> u64 {
        let before = &self.course.phases[..self.phase];
        let before: u64 = before.iter().map(|phase| phase.schedule.steps).sum();
        before + self.trainer.status().step
    }

    pub fn take_loss(&mut self) -> Option<f64> {
        self.trainer.take_loss()
    }

    /// The network as it is, at rest.
    fn network(&self) -> anyhow::Result<Network> {
        Ok(self.trainer.network()?.at_rest())
    }

    /// What came out of it, drawn back that share of the way to what was taught.
    pub fn trained(&self, share: f64) -> anyhow::Result<Network> {
        let trained = self.network()?;
        if share == 0.0 {
            return Ok(trained);
        }
        Ok(trained.toward(&self.parent.at_rest(), share))
    }

    /// Makes one step.
    pub fn advance(&mut self) -> anyhow::Result<()> {
        if self.is_finished() {
            return Ok(());
        }
        if self.trainer.is_finished() {
            self.phase += 1;
            let trained = self.network()?;
            let seed = self.course.seed.wrapping_add(self.phase as u64);
            let phase = &self.course.phases[self.phase];
            self.trainer = trainer_of(&trained, phase, seed, &self.compute);
        }
        let batch = self.batch();
        self.trainer.step(&self.dataset, &batch)?;
        Ok(())
    }

    fn batch(&self) -> Vec<usize> {
        let step = self.trainer.status().step;
        let words = [self.course.seed, self.phase as u64, step];
        let start = fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes));
        let mut drawn = 0_u64;
        let chance = || {
            drawn += 1;
            fnv::fnv1a(start, drawn.to_le_bytes()) >> 8
        };
        let balanced = self.course.recipe.has(RecipePart::Balance);
        let sizes = self.course.phases[self.phase].batch;
        let classes = self.labelled.classes();
        batch_of(classes, balanced, self.replayed, sizes, chance)
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
