//! What a project remembers of scoring: the models side by side and their thresholds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    shares::SharesOfSet,
    shown::{Scores, ShownModel},
};
use crate::domain::ModelId;

/// What a project remembers of scoring.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedScores {
    /// The models side by side.
    pub models: Vec<SavedModel>,
    pub active: usize,
    /// True where the user has not chosen them.
    pub is_usual: bool,
    /// Blind labelling.
    pub is_hidden: bool,
    /// The recall that a threshold is chosen for.
    pub wanted_recall: Option<f32>,
    /// Class shares that predictions are corrected for.
    pub shares: SharesOfSet,
}

/// A model that a project remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    /// Name or file.
    pub source: Arc<str>,
    /// The user's threshold, and the version that it was chosen for.
    pub threshold: Option<(f32, ModelId)>,
}

impl Scores {
    /// What a project remembers of this.
    pub(crate) fn saved(&self) -> SavedScores {
        let model = |model: &ShownModel| {
            let id = model.ready.as_ref().map(|ready| ready.id.clone());
            let id = id.or_else(|| model.chosen_for.clone());
            SavedModel {
                source: model.source.clone(),
                threshold: model.chosen.zip(id),
            }
        };
        SavedScores {
            models: self.shown.iter().map(model).collect(),
            active: self.active,
            is_usual: self.is_usual,
            is_hidden: self.is_hidden,
            wanted_recall: Some(self.wanted_recall),
            shares: self.chosen_shares.clone(),
        }
    }

    /// Scoring as a project remembers it, with no score yet.
    pub(crate) fn restored(saved: SavedScores) -> Self {
        let usual = Self::default();
        let models = saved.models.into_iter().map(|saved| {
            let (chosen, chosen_for) = saved.threshold.unzip();
            ShownModel {
                chosen: chosen.filter(|threshold| (0.0..=1.0).contains(threshold)),
                chosen_for,
                ..ShownModel::new(saved.source)
            }
        });
        let shown: Vec<_> = models.collect();
        let wanted = saved.wanted_recall.filter(|wanted| *wanted > 0.0);
        Self {
            is_hidden: saved.is_hidden,
            chosen_shares: saved.shares,
            wanted_recall: wanted.unwrap_or(usual.wanted_recall).min(1.0),
            active: saved.active.min(shown.len().saturating_sub(1)),
            is_usual: saved.is_usual || shown.is_empty(),
            shown: if shown.is_empty() { usual.shown } else { shown },
            ..usual
        }
    }
}
