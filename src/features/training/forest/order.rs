//! What a person orders to be learned by a forest, and what the order says of it.

use std::path::PathBuf;

use anyhow::ensure;

use crate::{
    domain::{FeaturePlan, ModelCard, TrainingRecord},
    features::training::label_source::LabelSource,
    lightcurve::{
        features::{COUNT, NAMES},
        forest::NETWORK,
        forest_file::ENDING,
        growing::GrowthPlan,
    },
    simulate::SequenceClass,
    workspace::{clock::today, models::check_place},
};

/// Measurements from which on a forest says something.
pub const FEWEST_EPOCHS: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedObjects {
    /// Name of the survey, or its TOML file.
    pub survey: String,
    pub templates: Option<PathBuf>,
    /// How many, classes in equal shares.
    pub count: u64,
}

/// What is to be learned.
#[derive(Clone, Debug, PartialEq)]
pub struct ForestOrder {
    /// Simulated objects; where there are labelled ones too, each tree sees as many of either.
    pub simulated: Option<SimulatedObjects>,
    /// Labelled objects.
    pub labelled: Option<LabelSource>,
    /// Simulated objects to validate with; of a labelled set alone every sixth object is taken.
    pub validation: u64,
    /// Beginnings of each light curve that are learned beside the whole. Of 4,200 simulated objects
    /// with none, one and three of them a forest of 100 trees learned mean recalls of 24, 46 and
    /// 46 % after 3 epochs, of 54, 66 and 67 % after 10, and of 85, 84 and 83 % after all.
    pub beginnings: usize,
    pub trees: u64,
    /// How each is grown.
    pub growth: GrowthPlan,
    pub threads: usize,
    pub seed: u64,
    /// The model's name.
    pub name: String,
    /// The command that makes the model again, for the card.
    pub command: String,
    /// Commit of destello, for the card.
    pub commit: String,
    pub out: PathBuf,
}

/// The usual growth of a tree: our choice.
pub const fn usual_growth(seed: u64) -> GrowthPlan {
    GrowthPlan {
        objects_a_class: 500,
        fewest_in_leaf: 4,
        deepest: 20,
        tried: 12,
        seed,
    }
}

impl ForestOrder {
    /// Why nothing can be learned by it.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.simulated.is_some() || self.labelled.is_some(),
            "there is nothing to learn from: name a survey or labelled data"
        );
        let growth = &self.growth;
        let is_grown = self.trees > 0 && growth.objects_a_class > 0 && growth.fewest_in_leaf > 0;
        ensure!(
            is_grown,
            "a forest has at least one tree, and a tree one object a class"
        );
        ensure!(
            (1..=60).contains(&growth.deepest) && (1..=COUNT).contains(&growth.tried),
            "a tree is 1 to 60 questions deep, each chosen among 1 to {COUNT} features"
        );
        check_place(&self.out, ENDING)
    }

    /// The card of the forest to be, without its figures.
    pub(crate) fn card(&self) -> ModelCard {
        let growth = &self.growth;
        ModelCard {
            name: self.name.clone(),
            about: "random forest on the features of FATS of light curves by optimal photometry"
                .into(),
            members: self.trees as usize,
            classes: SequenceClass::ALL.map(|class| class.name().into()).into(),
            training: TrainingRecord {
                data: self.data_in_words(),
                recipe: format!(
                    "{} trees of {} objects a class drawn with replacement, {} beginnings of each \
                     light curve beside the whole, {} features tried, leaves of {} or more, at \
                     most {} deep",
                    self.trees,
                    growth.objects_a_class,
                    self.beginnings,
                    growth.tried,
                    growth.fewest_in_leaf,
                    growth.deepest
                ),
                command: self.command.clone(),
                seed: self.seed,
                examples: 0,
                commit: self.commit.clone(),
                date: today(),
                learned: Vec::new(),
            },
            ..ModelCard::untrained(
                NETWORK,
                crate::domain::ModelInput::Features(FeaturePlan {
                    features: NAMES.map(String::from).into(),
                    fewest_epochs: FEWEST_EPOCHS,
                }),
                &[],
            )
        }
    }

    fn data_in_words(&self) -> String {
        let simulated = self.simulated.as_ref().map(|simulated| {
            let templates = simulated.templates.as_ref();
            let with =
                templates.map(|folder| format!(" with the templates of {}", folder.display()));
            format!(
                "{} simulated sequences of survey {}{}",
                simulated.count,
                simulated.survey,
                with.unwrap_or_default()
            )
        });
        let labelled = self
            .labelled
            .as_ref()
            .map(|labelled| format!("labelled sequences of {}", labelled.in_words()));
        let both: Vec<String> = simulated.into_iter().chain(labelled).collect();
        both.join(" and ")
    }
}
