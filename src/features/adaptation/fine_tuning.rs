//! Fine-tuning: a model learns from labels of a new sky without forgetting the old one.
//!
//! Each step shows labelled examples, every class as often as any other, and as many or more
//! simulated ones of the old sky (replay): without them the classes that nobody labelled are forgotten.
//! To know what is gained, some labels are held out, by object; in the end the model learns from all.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::bail;

pub use crate::features::training::label_source::LabelSource;

pub use super::material::Material;
pub use super::order::{FineTuneOrder, USUAL_TEST, check_out};

pub use super::recipe::{Recipe, RecipePart};

use super::{
    check::Check,
    held_out::{HeldOut, StageKept, called, gain},
    recipe::{Phase, phases, shorten},
    round::{Course, Round},
};
use crate::{
    domain::{
        Confusion, DomainFigures, FineTuneFigures, ModelCard, ModelId, TrainingRecord, likeliest,
    },
    features::training::{curve::LossPoint, note::Note},
    learn::{
        Dataset, LearnError, Model, Network,
        shares::LabelBiases,
        validation::{Validating, Validation},
    },
    tasks::{step_times::Phase as StepPhase, stepwise::Stepwise},
    workspace::clock::today,
};

#[derive(Clone, Debug, PartialEq)]
pub struct FineTuneNews {
    pub step: u64,
    pub steps: u64,
    /// Mean losses of the steps so far, some steps together.
    pub losses: Arc<[LossPoint]>,
}

enum Stage {
    /// Measuring where the model stands on the old sky.
    Before(Validating),
    /// Learning biases and a temperature, so many rounds done.
    Biasing(usize, Validating),
    /// Training, so many rounds done.
    Training(usize, Box<Round>),
    /// Measuring what came out of that round with its labels that are held out.
    Judging(usize, Box<Check>),
    /// Measuring what every stage of the last round forgets of the source domain.
    Choosing(Vec<Network>, Box<Check>),
    /// Measuring the network that is kept on the source domain.
    After(Box<Network>, Validating),
    Finished(Box<Network>),
}

/// A fine-tuning under way.
pub struct FineTuning {
    order: FineTuneOrder,
    /// The model that is taught.
    fine_tuned_from: ModelId,
    /// The same, with the new classes.
    parent: Model,
    material: Material,
    phases: Vec<Phase>,
    stage: Stage,
    losses: Vec<LossPoint>,
    /// The network with biases and temperature of the round; as it was, where the recipe has none.
    biased: Network,
    held_out: HeldOut,
    /// What simulated examples are called, before and after.
    source_domain: [Vec<usize>; 2],
}

impl Stepwise for FineTuning {
    fn advance(&mut self) -> anyhow::Result<()> {
        match &mut self.stage {
            Stage::Before(validating) => {
                if let Some(found) = validating.step(&*self.material.test)? {
                    self.source_domain[0] = self.called(&found);
                    self.begin_round(0);
                }
            }
            Stage::Biasing(done, validating) => {
                let (done, labelled) = (*done, self.material.trained(*done));
                if let Some(found) = validating.step(&*labelled)? {
                    self.learn_biases(&found.probabilities, labelled.classes());
                    self.train(done);
                }
            }
            Stage::Training(done, round) if round.is_finished() => {
                let (done, trained) = (*done, round.trained(0.0)?);
                let stages = self.stages(&trained);
                self.finish_round(done, stages);
            }
            Stage::Judging(done, check) => {
                let done = *done;
                if let Some(fold) = self.material.folds.get(done)
                    && let Some(found) = check.step(&*fold.held_out, self.parent.compute())?
                {
                    self.judge(done, &found);
                }
            }
            Stage::Training(_, round) => {
                round.advance()?;
                if let Some(loss) = round.take_loss() {
                    let step = self.steps_done();
                    self.losses.push(LossPoint { step, loss });
                }
            }
            Stage::Choosing(stages, check) => {
                if let Some(found) = check.step(&*self.material.choice, self.parent.compute())? {
                    let stages = std::mem::take(stages);
                    self.choose(stages, &found);
                }
            }
            Stage::After(network, validating) => {
                if let Some(found) = validating.step(&*self.material.test)? {
                    let network = network.clone();
                    self.source_domain[1] = self.called(&found);
                    self.stage = Stage::Finished(network);
                }
            }
            Stage::Finished(_) => {}
        }
        Ok(())
    }

    fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Finished(_))
    }

    fn phase(&self) -> StepPhase {
        let part = match &self.stage {
            Stage::Before(_) | Stage::Choosing(..) | Stage::After(..) => {
                "measuring on simulated data"
            }
            Stage::Biasing(..) => "predicting labels",
            Stage::Training(_, round) if round.is_finished() => "ending a round",
            Stage::Training(..) => "learning",
            Stage::Judging(..) => "measuring held-out labels",
            Stage::Finished(_) => "ending",
        };
        StepPhase::new("fine-tuning", part)
    }

    fn is_on_gpu(&self) -> bool {
        self.parent.compute().is_gpu()
    }
}

impl FineTuning {
    /// Of a model, with what it learns from; nothing is computed yet.
    ///
    /// # Errors
    /// Where the model cannot have the new classes.
    pub fn new(
        order: FineTuneOrder,
        parent: &Model,
        material: Material,
    ) -> Result<Self, LearnError> {
        let fine_tuned_from = parent.id().clone();
        let parent = parent.with_new_classes(&material.new_classes)?;
        let card = parent.card();
        let has_replay = !material.replayed.is_empty();
        let mut phases = phases(card, material.labelled.len(), has_replay, &order.recipe);
        if phases.is_empty() {
            let why = "the recipe has no part left in which the network learns";
            return Err(LearnError::Training(why.into()));
        }
        if let Some(steps) = order.steps {
            shorten(&mut phases, steps);
        }
        let classes = card.classes.len();
        let (stages, usual) = order.recipe.stages(&card.input);
        let shares = order.target_shares(card);
        let held_out = HeldOut::new(stages, usual, classes, shares);
        Ok(Self {
            fine_tuned_from,
            stage: Stage::Before(Validating::new(parent.network(), parent.compute())),
            biased: parent.network().clone(),
            held_out,
            source_domain: [Vec::new(), Vec::new()],
            losses: Vec::new(),
            phases,
            material,
            parent,
            order,
        })
    }

    /// What the user must know of the labels: what was left out, and why.
    pub fn notes(&self) -> &[Note] {
        &self.material.notes
    }

    /// Labels of each class that is labelled, in the order of the card.
    pub fn labels_by_class(&self) -> Vec<(String, usize)> {
        let classes = self.material.labelled.classes().iter().copied();
        count_by_class(classes, &self.parent.card().classes)
    }

    /// How many labels are held out in all, to measure with.
    pub fn held_out(&self) -> usize {
        let folds = self.material.folds.iter();
        folds.map(|fold| fold.held_out.len()).sum()
    }

    /// Begins the round of that number: with its biases, where the recipe has them.
    fn begin_round(&mut self, number: usize) {
        if self.order.recipe.has(RecipePart::Biases) {
            let validating = Validating::new(self.parent.network(), self.parent.compute());
            self.stage = Stage::Biasing(number, validating);
        } else {
            self.train(number);
        }
    }

    fn learn_biases(&mut self, probabilities: &[f32], classes: &[u8]) {
        let width = self.parent.card().classes.len();
        let rows = probabilities.chunks(width.max(1));
        let rows: Vec<Vec<f32>> = rows.map(|row| self.held_out.corrected(row)).collect();
        let known = rows.iter().zip(classes);
        let known: Vec<(&[f32], usize)> = known
            .map(|(row, class)| (&row[..], usize::from(*class)))
            .collect();
        let biases = LabelBiases::learned(&known, width);
        self.biased = self.parent.network().clone().with_pool(&biases.pool);
    }

    /// Trains the network of that round.
    fn train(&mut self, number: usize) {
        self.stage = Stage::Training(number, Box::new(self.round(number)));
    }

    /// The networks of all stages, of what a round trained.
    fn stages(&self, trained: &Network) -> Vec<Network> {
        let parent = self.parent.network().at_rest();
        let biased = self.biased.at_rest();
        let stages = self.held_out.stages().iter();
        let network = |stage: &StageKept| {
            let (network, back) = match stage {
                StageKept::Biases { back } => (&biased, *back),
                StageKept::Trained { back } => (trained, *back),
            };
            if back > 0.0 {
                network.clone().toward(&parent, back)
            } else {
                network.clone()
            }
        };
        stages.map(network).collect()
    }

    /// What the examples of the source domain are called.
    fn called(&self, found: &Validation) -> Vec<usize> {
        called(&found.probabilities, self.parent.card().classes.len())
    }

    /// Keeps the stage that gains on held-out labels and does not forget the source domain.
    fn choose(&mut self, mut stages: Vec<Network>, found: &[Validation]) {
        let rows: Vec<&[f32]> = found.iter().map(|found| &found.probabilities[..]).collect();
        let classes = self.material.choice.classes();
        let most = self.order.most_forgotten;
        self.held_out.forget_little(&rows, classes, most);
        let network = stages.swap_remove(self.held_out.chosen());
        let validating = Validating::new(&network, self.parent.compute());
        self.stage = Stage::After(Box::new(network), validating);
    }

    /// The round of that number: one for each part that is held out, then one with all labels.
    fn round(&self, number: usize) -> Round {
        let dataset = [
            self.material.trained(number),
            self.material.replayed.clone(),
        ];
        let course = Course {
            recipe: self.order.recipe.clone(),
            phases: self.phases.clone(),
            classes: self.parent.card().classes.len(),
            seed: self.order.seed.wrapping_add(16 * number as u64),
        };
        Round::begin(&self.biased, dataset, course, self.parent.compute())
    }

    fn finish_round(&mut self, done: usize, stages: Vec<Network>) {
        let parent = [self.parent.network().clone()].into_iter();
        let check = Box::new(Check::new(parent.chain(stages.iter().cloned()).collect()));
        self.stage = if done < self.material.folds.len() {
            Stage::Judging(done, check)
        } else {
            Stage::Choosing(stages, check)
        };
    }

    /// Takes what the model as it was, and the network of each stage, predict of a part that was held out.
    fn judge(&mut self, done: usize, found: &[Validation]) {
        let held_out = &*self.material.folds[done].held_out;
        let rows: Vec<&[f32]> = found.iter().map(|found| &found.probabilities[..]).collect();
        self.held_out.add(&rows, held_out.classes());
        self.held_out.choose();
        self.begin_round(done + 1);
    }

    fn steps_a_round(&self) -> u64 {
        self.phases.iter().map(|phase| phase.schedule.steps).sum()
    }

    fn steps_done(&self) -> u64 {
        let rounds = self.material.folds.len() as u64 + 1;
        match &self.stage {
            Stage::Before(_) => 0,
            Stage::Biasing(done, _) => *done as u64 * self.steps_a_round(),
            Stage::Training(done, round) => {
                *done as u64 * self.steps_a_round() + round.steps_done()
            }
            Stage::Judging(done, _) => (*done as u64 + 1) * self.steps_a_round(),
            Stage::Choosing(..) | Stage::After(..) | Stage::Finished(_) => {
                rounds * self.steps_a_round()
            }
        }
    }

    pub fn news(&self) -> FineTuneNews {
        FineTuneNews {
            step: self.steps_done(),
            steps: (self.material.folds.len() as u64 + 1) * self.steps_a_round(),
            losses: self.losses.as_slice().into(),
        }
    }

    /// What was measured before and after.
    pub fn figures(&self) -> FineTuneFigures {
        FineTuneFigures {
            target_domain: self.held_out.figures(),
            source_domain: self.source_figures(),
        }
    }

    fn source_figures(&self) -> Option<DomainFigures> {
        let truths = self.material.test.classes();
        let classes = self.parent.card().classes.len();
        let confusions = self.source_domain.each_ref().map(|called| {
            let mut confusion = Confusion::new(classes);
            for (called, truth) in called.iter().zip(truths) {
                confusion.add(usize::from(*truth), *called, 1);
            }
            confusion
        });
        let [before, after] = &self.source_domain;
        let (_, error) = gain(before, after, truths, classes);
        let [was, is] = &confusions;
        Some(DomainFigures::of(was, is)?.with_gain_error(error))
    }

    /// The taught model. Its card tells what was measured: `new_sky_…` on labels that were held out,
    /// `old_sky_…` on simulated examples that it never saw.
    ///
    /// # Errors
    /// Where it is not finished.
    pub fn model(&self) -> anyhow::Result<Model> {
        let Stage::Finished(network) = &self.stage else {
            bail!("the fine-tuning is not finished");
        };
        let mut card = self.parent.card().clone();
        card.name = self.order.name.clone().unwrap_or(card.name);
        card.training = self.record(&card);
        card.figures = self.figures().by_name();
        Ok(Model::new(card, network, self.parent.compute()))
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
                self.fine_tuned_from,
                card.training.data
            ),
            recipe: format!(
                "{}, of which {} are kept{}; before: {}",
                recipe.join(", then "),
                self.held_out.kept().in_words(),
                self.order.recipe,
                card.training.recipe
            ),
            command: self.order.command.clone(),
            seed: self.order.seed,
            examples: card.training.examples + examples.sum::<u64>(),
            commit: card.training.commit.clone(),
            date: today(),
            learned: {
                let before = card.training.learned.iter();
                let all = before.chain(&self.material.learned).cloned();
                all.collect::<BTreeSet<_>>().into_iter().collect()
            },
        }
    }
}

/// How many there are of each class that there is, by name.
pub(crate) fn count_by_class(
    classes: impl Iterator<Item = u8>,
    names: &[String],
) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    for class in classes {
        *counts.entry(class).or_default() += 1;
    }
    let named = counts.into_iter();
    named
        .filter_map(|(class, count)| Some((names.get(usize::from(class))?.clone(), count)))
        .collect()
}

pub(crate) fn count(confusion: &mut Confusion, probabilities: &[f32], dataset: &dyn Dataset) {
    let classes = (probabilities.len() / dataset.len().max(1)).max(1);
    for (row, class) in probabilities.chunks(classes).zip(dataset.classes()) {
        if let Some(predicted) = likeliest(row) {
            confusion.add(usize::from(*class), predicted, 1);
        }
    }
}
