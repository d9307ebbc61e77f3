//! The learning curve of a session: the same model taught with more and more of its labels, in the order
//! in which they were given and by chance, always measured on the same labels that are held out.

use std::sync::Arc;

use super::{
    fine_tuning::count,
    material::replayed,
    order::FineTuneOrder,
    recipe::{Phase, phases, shorten},
    round::{Course, Round},
    subsets::Subsets,
};
use crate::{
    domain::{Confusion, LearningCurve, ModelCard},
    features::training::note::Note,
    io::Decoder,
    learn::{
        Dataset, Model,
        validation::{Validating, Validation},
    },
    tasks::{cancel::CancelToken, step_times::Phase as StepPhase, stepwise::Stepwise},
};

pub struct CurveMaterial {
    subsets: Subsets,
    replayed: Arc<dyn Dataset>,
}

impl CurveMaterial {
    /// Reads labels and simulates source-domain examples.
    ///
    /// # Errors
    /// Where there are too few labels, or the survey cannot be used.
    pub fn gather(
        order: &FineTuneOrder,
        card: &ModelCard,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            subsets: Subsets::gather(order, card, decoder, cancel)?,
            replayed: replayed(order, card)?,
        })
    }
}

pub struct CurveMeasuring {
    order: FineTuneOrder,
    parent: Model,
    material: CurveMaterial,
    curve: LearningCurve,
    done: usize,
    round: Option<Box<Round>>,
    /// The measuring of what came out of the round, or of the model as it was.
    judging: Option<Validating>,
    /// Steps of all trainings.
    steps: u64,
    steps_before: u64,
}

impl Stepwise for CurveMeasuring {
    fn advance(&mut self) -> anyhow::Result<()> {
        if let Some(mut judging) = self.judging.take() {
            match judging.step(&*self.material.subsets.held_out)? {
                None => self.judging = Some(judging),
                Some(found) => self.take(&found),
            }
            return Ok(());
        }
        if self.curve.before.is_none() {
            let (network, compute) = (self.parent.network(), self.parent.compute());
            self.judging = Some(Validating::new(network, compute));
            return Ok(());
        }
        match self.round.take() {
            None if self.is_finished() => {}
            None => self.round = Some(Box::new(self.begin())),
            Some(round) if round.is_finished() => {
                let trained = round.trained(self.drawn_back())?;
                self.judging = Some(Validating::new(&trained, self.parent.compute()));
                self.round = Some(round);
            }
            Some(mut round) => {
                round.advance()?;
                self.round = Some(round);
            }
        }
        Ok(())
    }

    fn is_finished(&self) -> bool {
        self.curve.before.is_some() && self.done >= self.material.subsets.all.len()
    }

    fn phase(&self) -> StepPhase {
        let part = match &self.round {
            _ if self.judging.is_some() => "measuring held-out labels",
            Some(round) if round.is_finished() => "ending a point",
            Some(_) => "learning",
            None => "beginning a point",
        };
        StepPhase::new("learning curve", part)
    }

    fn is_on_gpu(&self) -> bool {
        self.parent.compute().is_gpu()
    }
}

impl CurveMeasuring {
    /// Of a model; nothing is computed yet.
    pub fn new(order: FineTuneOrder, parent: Model, material: CurveMaterial) -> Self {
        let subsets = &material.subsets;
        let curve = LearningCurve {
            before: None,
            held_out: subsets.held_out.len(),
            points: subsets.points.clone(),
        };
        let mut measuring = Self {
            order,
            parent,
            curve,
            done: 0,
            round: None,
            judging: None,
            steps: 0,
            steps_before: 0,
            material,
        };
        let all = 0..measuring.material.subsets.all.len();
        measuring.steps = all.map(|at| steps(&measuring.phases(at))).sum();
        measuring
    }

    /// What the user must know of the labels.
    pub fn notes(&self) -> &[Note] {
        &self.material.subsets.notes
    }

    pub const fn curve(&self) -> &LearningCurve {
        &self.curve
    }

    /// Steps done, and in all.
    pub fn progress(&self) -> [u64; 2] {
        let round = self.round.as_ref().map_or(0, |round| round.steps_done());
        [self.steps_before + round, self.steps]
    }

    /// Takes what was measured, of the model as it was or of a training, which is over then.
    fn take(&mut self, found: &Validation) {
        let recall = self.recall(found);
        let Some(round) = self.round.take() else {
            self.curve.before = Some(recall);
            return;
        };
        let subset = &self.material.subsets.all[self.done];
        let point = &mut self.curve.points[subset.point];
        if subset.is_in_order {
            point.in_order = Some(recall);
        } else {
            point.by_chance.push(recall);
        }
        self.steps_before += round.steps_done();
        self.done += 1;
    }

    /// The same for all points, so that they can be compared.
    fn drawn_back(&self) -> f64 {
        self.order.recipe.usual_way_back(&self.parent.card().input)
    }

    fn phases(&self, subset: usize) -> Vec<Phase> {
        let labels = self.material.subsets.all[subset].dataset.len();
        let has_replay = !self.material.replayed.is_empty();
        let recipe = &self.order.recipe;
        let mut phases = phases(self.parent.card(), labels, has_replay, recipe);
        if let Some(steps) = self.order.steps {
            shorten(&mut phases, steps);
        }
        phases
    }

    fn begin(&self) -> Round {
        let labelled = self.material.subsets.all[self.done].dataset.clone();
        let course = Course {
            recipe: self.order.recipe.clone(),
            phases: self.phases(self.done),
            classes: self.parent.card().classes.len(),
            seed: self.order.seed,
        };
        let dataset = [labelled, self.material.replayed.clone()];
        Round::begin(
            self.parent.network(),
            dataset,
            course,
            self.parent.compute(),
        )
    }

    /// Mean recall on the labels that are held out, 0 to 1.
    fn recall(&self, found: &Validation) -> f64 {
        let held_out = &*self.material.subsets.held_out;
        let mut confusion = Confusion::new(self.parent.card().classes.len());
        count(&mut confusion, &found.probabilities, held_out);
        confusion.mean_recall().unwrap_or_default()
    }
}

fn steps(phases: &[Phase]) -> u64 {
    phases.iter().map(|phase| phase.schedule.steps).sum()
}
