//! What a person orders to be trained, and what the order says of the model.

use std::{path::PathBuf, str::FromStr};

use anyhow::bail;

use super::training_set::TrainingData;
use crate::{
    domain::{ModelCard, TrainingRecord, canonical::words},
    english,
    learn::{Architecture, schedule::Schedule},
    simulate::SequenceClass,
    workspace::{clock::today, models::check_place},
};

/// Batches learned from unless a person says otherwise.
pub const fn usual_steps(architecture: Architecture) -> u64 {
    if architecture.is_recurrent() {
        6_000
    } else {
        20_000
    }
}

/// Members of an ensemble.
const MEMBERS: usize = 5;
/// Simulated examples made at a time, at most: sequences are large.
const fn most_at_a_time(architecture: Architecture) -> usize {
    if architecture.is_recurrent() {
        8_000
    } else {
        40_000
    }
}

/// How often each is presented.
const PASSES: usize = 4;
/// Simulated examples to validate with: at most, and at least.
const VALIDATION: (usize, usize) = (4_000, 256);
/// A training is validated so many times at least.
const VALIDATIONS: u64 = 10;

/// Whose optimiser and schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Recipe {
    /// `AdamW` over a cosine, one random orientation of each example.
    #[default]
    Ours,
    /// Optimiser and schedule of the publication.
    Published,
}

impl Recipe {
    pub const ALL: [Self; 2] = [Self::Ours, Self::Published];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => english!("ours"),
            Self::Published => english!("published"),
        }
    }

    pub const fn schedule(self, architecture: Architecture, steps: u64) -> Schedule {
        match self {
            Self::Ours => Schedule::ours(architecture, steps),
            Self::Published => Schedule::published(steps),
        }
    }
}

impl FromStr for Recipe {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|known| known.name() == text);
        found.ok_or_else(|| format!("\"{text}\" is no recipe; there are ours and published"))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TrainOrder {
    pub architecture: Architecture,
    pub data: TrainingData,
    pub schedule: Schedule,
    /// Random seed; member `m` of an ensemble has `seed + m`.
    pub seed: u64,
    /// Members of an ensemble; 1 for anything else.
    pub members: usize,
    /// Simulated examples that are made at a time.
    pub chunk: usize,
    /// How often each is presented.
    pub passes: usize,
    /// Simulated examples to validate with.
    pub validation: usize,
    pub threads: usize,
    /// The model's name; none for that of the architecture.
    pub name: Option<String>,
    /// The command that makes the model again, for the card.
    pub command: String,
    /// Commit of destello, for the card.
    pub commit: String,
    pub out: PathBuf,
}

impl TrainOrder {
    /// The usual order: seed 1, the network's own name. Short trainings simulate no more than they
    /// learn from, are validated on fewer examples, and ten times all the same.
    pub fn usual(
        architecture: Architecture,
        data: TrainingData,
        recipe: Recipe,
        steps: u64,
        out: PathBuf,
    ) -> Self {
        let mut schedule = recipe.schedule(architecture, steps);
        let often = (steps / VALIDATIONS).max(1);
        schedule.validate_every = schedule.validate_every.min(often);
        let presented = usize::try_from(steps).unwrap_or(usize::MAX);
        let presented = presented.saturating_mul(schedule.batch);
        let members = if architecture == Architecture::Cape {
            MEMBERS
        } else {
            1
        };
        Self {
            architecture,
            data,
            seed: 1,
            members,
            chunk: most_at_a_time(architecture),
            passes: PASSES,
            validation: (presented / 4).clamp(VALIDATION.1, VALIDATION.0),
            threads: cores(),
            name: None,
            command: String::new(),
            commit: String::new(),
            out,
            schedule,
        }
        .with_passes(PASSES)
    }

    /// The same with so many presentations of each example, and chunks of the usual size.
    #[must_use]
    pub fn with_passes(mut self, passes: usize) -> Self {
        self.passes = passes;
        let steps = usize::try_from(self.schedule.steps).unwrap_or(usize::MAX);
        let presented = steps.saturating_mul(self.schedule.batch);
        let needed = presented.div_ceil(passes.max(1));
        let most = most_at_a_time(self.architecture);
        self.chunk = needed.clamp(self.schedule.batch.min(most), most);
        self
    }

    /// Steps that learn from one chunk of the simulation.
    pub(crate) fn steps_a_chunk(&self) -> u64 {
        (self.chunk * self.passes / self.schedule.batch).max(1) as u64
    }

    /// Why nothing can be trained by it.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if self.architecture == Architecture::Braai {
            bail!("braai is imported with `destello models import`, not trained");
        }
        if self.schedule.batch == 0 || self.schedule.steps == 0 || self.schedule.validate_every == 0
        {
            bail!("a training has at least one step of one example");
        }
        if self.chunk < self.schedule.batch || self.passes == 0 || self.members == 0 {
            bail!("a chunk holds at least one batch, presented at least once");
        }
        check_place(&self.out, "safetensors")
    }

    /// What the network tells apart.
    fn classes(&self) -> Vec<String> {
        if self.architecture.is_recurrent() {
            let classes = SequenceClass::ALL.map(SequenceClass::name);
            classes.map(str::to_owned).to_vec()
        } else {
            vec!["bogus".into(), "real".into()]
        }
    }

    /// The card of the model to be, without its figures.
    pub(crate) fn card(&self) -> ModelCard {
        let architecture = self.architecture;
        let steps = self.schedule.steps * self.members as u64;
        ModelCard {
            name: self
                .name
                .clone()
                .unwrap_or_else(|| architecture.name().into()),
            about: architecture.about().into(),
            members: self.members,
            classes: self.classes(),
            training: TrainingRecord {
                data: self.data.in_words(),
                recipe: self.schedule.in_words(),
                command: self.command.clone(),
                seed: self.seed,
                examples: steps * self.schedule.batch as u64,
                commit: self.commit.clone(),
                date: today(),
                learned: Vec::new(),
            },
            ..ModelCard::untrained(architecture.name(), architecture.input(), &[])
        }
    }

    /// Everything that decides the result.
    pub(crate) fn fingerprint(&self) -> String {
        let TrainOrder {
            architecture,
            data,
            schedule,
            seed,
            members,
            chunk,
            passes,
            validation,
            ..
        } = self;
        words(&[
            architecture,
            data,
            schedule,
            seed,
            members,
            chunk,
            passes,
            validation,
        ])
    }
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A member of an ensemble, or the network itself.
pub(crate) const fn single(architecture: Architecture) -> Architecture {
    match architecture {
        Architecture::Cape => Architecture::Cap,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Checkpoints hold such texts: they must stay what they are.
    #[test]
    fn orders_are_written_as_ever() {
        let simulation = |survey: &str, templates: Option<&str>| TrainingData::Simulation {
            survey: survey.into(),
            templates: templates.map(PathBuf::from),
        };
        let labelled = TrainingData::Labelled {
            paths: vec!["big".into(), "n\"ä chte".into()],
            labels: Some("big/truth.csv".into()),
        };
        let usual = |architecture, data, recipe, steps| {
            TrainOrder::usual(architecture, data, recipe, steps, PathBuf::new())
        };
        let compact = usual(
            Architecture::Compact,
            simulation("hits2015", None),
            Recipe::Ours,
            500,
        );
        let cape = usual(
            Architecture::Cape,
            simulation("demo", None),
            Recipe::Published,
            500,
        );
        let relu = usual(Architecture::DeepHitsRelu, labelled, Recipe::Ours, 700);
        let other = simulation("ztf", Some("/data/templates"));
        let other = usual(Architecture::Recurrent, other, Recipe::Ours, 500);
        for (order, expected) in [
            (
                TrainOrder {
                    chunk: 500,
                    validation: 256,
                    ..compact
                },
                "Compact Simulation { survey: \"hits2015\", templates: None } Schedule { \
                 optimiser: AdamW { rate: 0.002, decay: 0.0001 }, batch: 64, steps: 500, \
                 validate_every: 50, patience: 0, is_one_view: true } 1 1 500 4 256",
            ),
            (
                TrainOrder {
                    chunk: 500,
                    validation: 256,
                    ..cape
                },
                "Cape Simulation { survey: \"demo\", templates: None } Schedule { optimiser: Sgd \
                 { rate: 0.04, halve_every: 100000 }, batch: 50, steps: 500, validate_every: 50, \
                 patience: 100000, is_one_view: false } 1 5 500 4 256",
            ),
            (
                relu,
                "DeepHitsRelu Labelled { paths: [\"big\", \"n\\\"ä chte\"], labels: \
                 Some(\"big/truth.csv\") } Schedule { optimiser: AdamW { rate: 0.001, decay: \
                 0.0001 }, batch: 64, steps: 700, validate_every: 70, patience: 0, is_one_view: \
                 false } 1 1 11200 4 4000",
            ),
            (
                other,
                "Recurrent Simulation { survey: \"ztf\", templates: Some(\"/data/templates\") } \
                 Schedule { optimiser: AdamW { rate: 0.0025, decay: 0.0001 }, batch: 64, steps: \
                 500, validate_every: 50, patience: 0, is_one_view: true } 1 1 8000 4 4000",
            ),
        ] {
            assert_eq!(order.fingerprint(), expected);
        }
    }
}
