//! The project that a run of scoring takes scores from and keeps new ones in.

use std::path::Path;

use super::run::ScoreNews;
use crate::{
    domain::{KeptScores, ModelId, NewScores},
    store::{Project, StoreError},
};

/// The project, where there is one that can be written.
pub(crate) struct Shelf(Option<Project>);

impl Shelf {
    /// Opens the project. One that cannot be written is told and then done without.
    pub fn open(path: Option<&Path>, told: &mut dyn FnMut(ScoreNews)) -> Result<Self, StoreError> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        match Project::open_or_create(path) {
            Ok(project) => Ok(Self(Some(project))),
            Err(error @ StoreError::NotWritable { .. }) => {
                told(ScoreNews::Warning(format!("{error}; no score is kept")));
                Ok(Self(None))
            }
            Err(error) => Err(error),
        }
    }

    /// What it holds of a model.
    pub fn kept(&self, model: &ModelId) -> Result<KeptScores, StoreError> {
        let Some(project) = &self.0 else {
            return Ok(KeptScores::default());
        };
        Ok(KeptScores::of(&project.scores_of(model)?))
    }

    /// Keeps what is new. A project that refuses is told once and then done without.
    pub fn keep(&mut self, model: &ModelId, new: &NewScores, told: &mut dyn FnMut(ScoreNews)) {
        let kept = self
            .0
            .as_mut()
            .map(|project| project.put_scores(model, new));
        if let Some(Err(error)) = kept {
            told(ScoreNews::Warning(format!(
                "{error}; no more scores are kept"
            )));
            self.0 = None;
        }
    }
}
