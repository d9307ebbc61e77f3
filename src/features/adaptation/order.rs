//! What a person orders to be taught, and with how many labels that can be measured.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::ensure;

use super::recipe::{Recipe, RecipePart};
use crate::{
    domain::{ModelCard, ModelInput},
    features::training::label_source::LabelSource,
};

/// Simulated examples that are replayed unless the user says how many.
const USUAL_REPLAY: usize = 2_000;
/// Simulated examples that the old sky is tested with unless the user says how many.
pub const USUAL_TEST: usize = 700;
/// From so many labels on one part of them is held out; of fewer each part takes its turn.
const MANY_LABELS: usize = 40;

/// What is to be taught.
#[derive(Clone, Debug, PartialEq)]
pub struct FineTuneOrder {
    pub labels: LabelSource,
    /// The survey of the old sky; none for that of the model's kind.
    pub survey: Option<String>,
    pub templates: Option<PathBuf>,
    /// Simulated examples that are replayed; 0 replays nothing, none as many as the recipe has.
    pub replay: Option<usize>,
    /// Simulated examples that the old sky is tested with.
    pub test: usize,
    /// Steps in all; none for those of the recipe.
    pub steps: Option<u64>,
    /// True has labels held out to measure with; the model itself learns from all of them in the end.
    pub is_measured: bool,
    /// True gives the model classes that labels name and it does not know.
    pub has_new_classes: bool,
    pub recipe: Recipe,
    /// What the source domain may lose of its mean recall, 0 to 1: stages that lose more are not kept.
    pub most_forgotten: f64,
    /// Class shares that the set has, by name: predictions are corrected for them before held-out labels judge
    /// them. None judges as trained.
    pub shares: Option<BTreeMap<String, f64>>,
    pub seed: u64,
    pub threads: usize,
    /// The new model's name; that of the old one where none is given.
    pub name: Option<String>,
    /// The command, for the card.
    pub command: String,
}

impl FineTuneOrder {
    pub fn usual(labels: LabelSource, threads: usize) -> Self {
        Self {
            labels,
            survey: None,
            templates: None,
            replay: None,
            test: USUAL_TEST,
            steps: None,
            is_measured: true,
            has_new_classes: false,
            recipe: Recipe::default(),
            most_forgotten: MOST_FORGOTTEN,
            shares: None,
            seed: 1,
            threads,
            name: None,
            command: String::new(),
        }
    }

    /// Trained and target shares of a card's classes; none where predictions are not corrected.
    pub(crate) fn target_shares(&self, card: &ModelCard) -> Option<[Vec<f64>; 2]> {
        let shares = self.shares.as_ref()?;
        let share = |class: &String| shares.get(class).copied().unwrap_or(0.0);
        let target: Vec<f64> = card.classes.iter().map(share).collect();
        let is_any = target.iter().any(|share| *share > 0.0);
        is_any.then(|| [card.trained_shares(), target])
    }

    /// Simulated examples that are replayed.
    pub(crate) fn replayed(&self) -> usize {
        if self.recipe.has(RecipePart::Replay) {
            self.replay.unwrap_or(USUAL_REPLAY)
        } else {
            0
        }
    }

    /// The survey of the old sky.
    pub(crate) fn survey_of(&self, card: &ModelCard) -> &str {
        self.survey.as_deref().unwrap_or(match &card.input {
            ModelInput::Stamps(plan) if plan.context_px.is_some() => "mixed_frames",
            ModelInput::Stamps(_) | ModelInput::Foreign(_) => "mixed",
            ModelInput::Sequence(_) | ModelInput::Features(_) => "hits2015",
        })
    }
}

/// What the source domain may lose unless the user says otherwise.
const MOST_FORGOTTEN: f64 = 0.005;

/// Into how many parts labels are divided, and how many of them are held out in turn.
pub(crate) fn parts(labels: usize, input: &ModelInput) -> (u64, u64) {
    if labels >= MANY_LABELS || input.looks_back() {
        (4, 1)
    } else {
        (3, 3)
    }
}

/// Refuses to write a model over the one that it is made from.
///
/// # Errors
/// Where both are one file.
pub fn check_out(model: &str, out: &Path) -> anyhow::Result<()> {
    let file = |path: &Path| std::fs::canonicalize(path).ok();
    let parent = file(model.as_ref());
    ensure!(
        parent.is_none() || parent != file(out),
        "{}: this is the model that is fine-tuned; name another file for the new one",
        out.display()
    );
    Ok(())
}
