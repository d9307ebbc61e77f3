//! The order for a network as it stands on its screen.

use std::path::Path;

use super::train::{Architecture, Recipe, TrainingData, usual_steps};

/// The survey that is simulated unless another is chosen: triplets under the conditions of all of them, in whole
/// frames for the network that sees them; sequences under those of HiTS.
pub const fn usual_survey(network: Architecture) -> &'static str {
    match network {
        Architecture::Recurrent | Architecture::RecurrentWindow => "hits2015",
        Architecture::Context => "mixed_frames",
        _ => "mixed",
    }
}

/// What a network learns from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LearnFrom {
    /// Simulated triplets of a survey.
    #[default]
    Simulation,
    /// The labels of the opened set.
    Labels,
}

/// What a person fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingForm {
    pub network: Architecture,
    pub from: LearnFrom,
    /// A survey that comes with the program, or a file ending in `.toml`.
    pub survey: String,
    /// Whose optimiser and schedule.
    pub recipe: Recipe,
    /// Batches learned from, for each member of an ensemble.
    pub steps: u64,
    pub seed: u64,
    /// The model's name; empty for the usual one.
    pub name: String,
    /// The model's file; empty for the usual one.
    pub out: String,
}

impl Default for TrainingForm {
    fn default() -> Self {
        Self {
            network: Architecture::Compact,
            from: LearnFrom::default(),
            survey: usual_survey(Architecture::Compact).into(),
            recipe: Recipe::default(),
            steps: usual_steps(Architecture::Compact),
            seed: 1,
            name: String::new(),
            out: String::new(),
        }
    }
}

impl TrainingForm {
    pub fn networks() -> impl Iterator<Item = Architecture> {
        let all = Architecture::ALL.into_iter();
        all.filter(|network| *network != Architecture::Braai)
    }

    /// The same for another network: what was usual for the old one becomes what is usual for the new.
    #[must_use]
    pub fn with_network(mut self, network: Architecture) -> Self {
        if self.survey == usual_survey(self.network) {
            usual_survey(network).clone_into(&mut self.survey);
        }
        if self.steps == usual_steps(self.network) {
            self.steps = usual_steps(network);
        }
        if network.is_recurrent() {
            self.recipe = Recipe::Ours;
        }
        self.network = network;
        self
    }

    /// The name given, or that of network, data and seed.
    pub fn name_or_usual(&self) -> String {
        match self.name.trim() {
            "" => self.usual_name(),
            name => name.into(),
        }
    }

    /// The name where none is given.
    pub fn usual_name(&self) -> String {
        let survey = Path::new(&self.survey).file_stem();
        let from = match self.from {
            LearnFrom::Labels => "labels".into(),
            LearnFrom::Simulation => survey.unwrap_or_default().to_string_lossy(),
        };
        format!("{}-{from}-{}", self.network.name(), self.seed)
    }

    /// The command that makes the same model, for its card.
    pub(crate) fn command(&self, data: &TrainingData, out: &Path) -> String {
        let data = match data {
            TrainingData::Simulation { survey, .. } => format!("--survey {survey}"),
            TrainingData::Labelled { .. } | TrainingData::Opened(_) => {
                "--data SET --labels its_exported_labels.csv".into()
            }
        };
        let what = if self.network.is_recurrent() {
            format!("sequence --network {}", self.network.name())
        } else {
            let (network, recipe) = (self.network.name(), self.recipe.name());
            format!("real-bogus --network {network} --recipe {recipe}")
        };
        format!(
            "destello train {what} {data} --steps {} --seed {} --name {} --out {}",
            self.steps,
            self.seed,
            self.name_or_usual(),
            out.display()
        )
    }
}
