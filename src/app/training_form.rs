//! The order for a network as it stands on its screen.

use std::path::Path;

use crate::jobs::train::{Architecture, Recipe, TrainingData, USUAL_STEPS};

/// The survey that is simulated unless another is chosen: conditions of all of them.
const USUAL_SURVEY: &str = "mixed";

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
    /// Which network.
    pub network: Architecture,
    /// What from.
    pub from: LearnFrom,
    /// A survey that comes with the program, or a file ending in `.toml`.
    pub survey: String,
    /// Whose optimiser and schedule.
    pub recipe: Recipe,
    /// Batches learned from, for each member of an ensemble.
    pub steps: u64,
    /// Random seed.
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
            survey: USUAL_SURVEY.into(),
            recipe: Recipe::default(),
            steps: USUAL_STEPS,
            seed: 1,
            name: String::new(),
            out: String::new(),
        }
    }
}

impl TrainingForm {
    /// The networks to choose from.
    pub fn networks() -> impl Iterator<Item = Architecture> {
        let all = Architecture::ALL.into_iter();
        all.filter(|network| *network != Architecture::Braai)
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
    pub(super) fn command(&self, data: &TrainingData, out: &Path) -> String {
        let data = match data {
            TrainingData::Simulation { survey, .. } => format!("--survey {survey}"),
            TrainingData::Labelled { .. } | TrainingData::Opened(_) => {
                "--data SET --labels its_exported_labels.csv".into()
            }
        };
        format!(
            "destello train real-bogus --network {} {data} --recipe {} --steps {} --seed {} \
             --name {} --out {}",
            self.network.name(),
            self.recipe.name(),
            self.steps,
            self.seed,
            self.name_or_usual(),
            out.display()
        )
    }
}
