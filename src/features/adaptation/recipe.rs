//! The recipe of fine-tuning, its parts, and its course.

use std::{collections::BTreeSet, fmt, str::FromStr};

use anyhow::anyhow;

use super::held_out::StageKept;
use crate::{
    domain::{ModelCard, ModelInput},
    learn::schedule::{Optimiser, Schedule},
};

/// Fewer labels than this teach the head of a network of single epochs, more of them all its layers.
const LABELS_FOR_ALL_LAYERS: usize = 20;

/// How far back towards the model as it was a stage may be interpolated, what changes least first.
const WAYS_BACK: [f64; 3] = [0.75, 0.5, 0.0];

/// A part of the recipe that can be left out, to see what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecipePart {
    /// Biases of the classes and a temperature come first; where no later stage gains more, they are all that
    /// is learned.
    Biases,
    /// The head learns next, on features as they are.
    Head,
    /// Then all layers.
    AllLayers,
    /// Simulated examples are shown beside the labels.
    Replay,
    /// Labelled classes are shown equally often.
    Balance,
    /// Examples are turned and flipped.
    Turns,
    /// How often classes are shown is taken out of what is learned.
    Prior,
    /// What was learned is interpolated back towards the model as it was, where held-out labels show that this is
    /// better or the source domain would be forgotten.
    Average,
}

impl RecipePart {
    pub const ALL: [Self; 8] = [
        Self::Biases,
        Self::Head,
        Self::AllLayers,
        Self::Replay,
        Self::Balance,
        Self::Turns,
        Self::Prior,
        Self::Average,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Biases => "biases",
            Self::Head => "head",
            Self::AllLayers => "all-layers",
            Self::Replay => "replay",
            Self::Balance => "balance",
            Self::Turns => "turns",
            Self::Prior => "prior",
            Self::Average => "average",
        }
    }
}

impl FromStr for RecipePart {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|part| part.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            anyhow!("the recipe has no part {name:?}; it has {known}")
        })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    without: BTreeSet<RecipePart>,
}

impl Recipe {
    /// The whole recipe but some parts.
    pub fn without(parts: impl IntoIterator<Item = RecipePart>) -> Self {
        Self {
            without: parts.into_iter().collect(),
        }
    }

    /// The stages in the order of what they change, and which of them is kept where nothing is held out to
    /// choose with, by position.
    pub(crate) fn stages(&self, input: &ModelInput) -> (Vec<StageKept>, usize) {
        let ways_back: &[f64] = if self.has(RecipePart::Average) {
            &WAYS_BACK
        } else {
            &[0.0]
        };
        let mut stages = Vec::new();
        if self.has(RecipePart::Biases) {
            let biases = |back: &f64| StageKept::Biases { back: *back };
            stages.extend(ways_back.iter().map(biases));
        }
        let trained = |back: &f64| StageKept::Trained { back: *back };
        stages.extend(ways_back.iter().map(trained));
        let is_averaged = self.has(RecipePart::Average) && matches!(input, ModelInput::Sequence(_));
        let usual = stages.len() - 1 - usize::from(is_averaged);
        (stages, usual)
    }

    /// How far trained weights are interpolated back to those before where nothing chooses: a share of the
    /// way.
    pub(crate) fn usual_way_back(&self, input: &ModelInput) -> f64 {
        let (stages, usual) = self.stages(input);
        match stages.get(usual) {
            Some(StageKept::Trained { back }) => *back,
            Some(StageKept::Biases { .. }) | None => 0.0,
        }
    }

    /// True where a part is not left out.
    pub fn has(&self, part: RecipePart) -> bool {
        !self.without.contains(&part)
    }
}

impl fmt::Display for Recipe {
    /// ", without turns, prior"; nothing where it is whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.without.iter().map(|part| part.name()).collect();
        if names.is_empty() {
            return Ok(());
        }
        write!(f, ", without {}", names.join(", "))
    }
}

/// One part of a course.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Phase {
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

/// The course: by what was measured with prototypes (README, Fine-tuning), and for many labels of real alerts anew:
/// with 340 labels 180 steps of all layers at half this rate changed nothing (AUC of other objects .959 to
/// .964), 2,500 gain two thirds of what is missing (.985) and forget nothing. Of the phases that are left out
/// the others keep their steps; where all are left out there is none.
pub(crate) fn phases(
    card: &ModelCard,
    labels: usize,
    has_replay: bool,
    recipe: &Recipe,
) -> Vec<Phase> {
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
    let mut course = match &card.input {
        ModelInput::Sequence(_) => vec![
            phase(true, 40, 3e-3, [16, 32]),
            phase(false, (3 * labels as u64).clamp(80, 240), 1e-3, [16, 32]),
        ],
        _ if labels < LABELS_FOR_ALL_LAYERS => vec![phase(true, 60, 1e-3, [16, 32])],
        _ => vec![
            phase(true, 60, 1e-3, [32, 32]),
            phase(false, (8 * labels as u64).clamp(180, 2_500), 1e-3, [32, 32]),
        ],
    };
    let is_left_out = |phase: &Phase| {
        let part = if phase.is_head_only {
            RecipePart::Head
        } else {
            RecipePart::AllLayers
        };
        !recipe.has(part)
    };
    course.retain(|phase| !is_left_out(phase));
    course
}

/// The same course in so many steps: each part keeps its share, and has one at least.
pub(crate) fn shorten(phases: &mut [Phase], steps: u64) {
    let all: u64 = phases.iter().map(|phase| phase.schedule.steps).sum();
    for phase in phases {
        let share = steps as f64 * phase.schedule.steps as f64 / all.max(1) as f64;
        phase.schedule.steps = (share.round() as u64).max(1);
        phase.schedule.validate_every = phase.schedule.steps;
    }
}
