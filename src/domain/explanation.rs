//! Why a model says what it says of one epoch: how much each pixel of its input counts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{InputPlan, ModelId, Role};

/// How an explanation is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainMethod {
    /// Layer-wise relevance propagation (Bach et al. 2015) with alpha 2 and beta -1, as Reyes et al.
    /// (2018) explain Deep-HiTS: what speaks for the class and what speaks against it.
    #[default]
    Relevance,
    /// The same with alpha 1 and beta 0: only what speaks for the class.
    PositiveRelevance,
    /// Integrated gradients (Sundararajan et al. 2017) from an image without any source.
    IntegratedGradients,
}

impl ExplainMethod {
    /// All, in the order of the key.
    pub const ALL: [Self; 3] = [
        Self::Relevance,
        Self::PositiveRelevance,
        Self::IntegratedGradients,
    ];

    /// The name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Relevance => "LRP α2 β−1",
            Self::PositiveRelevance => "LRP α1 β0",
            Self::IntegratedGradients => "integrated gradients",
        }
    }

    /// The name on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relevance => "lrp",
            Self::PositiveRelevance => "lrp-positive",
            Self::IntegratedGradients => "ig",
        }
    }

    /// The method of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// What each pixel of a model's input adds to the score of the class that it predicts.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The model.
    pub model: ModelId,
    /// How it was computed.
    pub method: ExplainMethod,
    /// Name of the predicted class.
    pub class: Arc<str>,
    /// Its probability.
    pub probability: f32,
    /// Its score before the softmax: what is shared out over the pixels.
    pub start: f32,
    /// What of it falls to no pixel: to biases with relevance propagation; with integrated gradients
    /// the score of the image that everything is compared with.
    pub rest: f32,
    /// The model's inputs.
    pub plan: InputPlan,
    /// A heat map for every channel of the plan, in its order: `side_px * side_px` values row by row,
    /// oriented as the stamp's pixels.
    pub maps: Vec<Vec<f32>>,
}

impl Explanation {
    /// Channels with their maps.
    pub fn channels(&self) -> impl Iterator<Item = (Role, &[f32])> {
        let maps = self.maps.iter().map(Vec::as_slice);
        self.plan.channels.iter().copied().zip(maps)
    }

    /// The map of a role.
    pub fn map(&self, role: Role) -> Option<&[f32]> {
        self.channels()
            .find_map(|(known, map)| (known == role).then_some(map))
    }

    /// The largest absolute value of all maps: where the colours end, so that channels compare.
    pub fn largest(&self) -> f32 {
        let values = self.maps.iter().flatten();
        values.fold(0.0, |largest: f32, value| largest.max(value.abs()))
    }

    /// How much of all relevance, for and against, lies in each channel; sums to 1, or 0 where there
    /// is none at all.
    pub fn shares(&self) -> Vec<(Role, f32)> {
        let sum = |map: &[f32]| map.iter().map(|value| f64::from(value.abs())).sum::<f64>();
        let all: f64 = self.maps.iter().map(|map| sum(map)).sum();
        let share = |map: &[f32]| if all > 0.0 { sum(map) / all } else { 0.0 };
        self.channels()
            .map(|(role, map)| (role, share(map) as f32))
            .collect()
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that must be the very same")]
mod tests {
    use super::*;
    use crate::domain::Scaling;

    #[test]
    fn shares_count_what_speaks_for_and_against() {
        let explanation = Explanation {
            model: ModelId::new("cap", 0),
            method: ExplainMethod::Relevance,
            class: "real".into(),
            probability: 0.9,
            start: 2.0,
            rest: 0.0,
            plan: InputPlan {
                channels: vec![Role::Science, Role::Difference],
                side_px: 2,
                pixel_scale_arcsec: None,
                scaling: Scaling::MinMax,
                is_in_detection_polarity: true,
            },
            maps: vec![vec![1.0, 0.0, 0.0, 0.0], vec![2.0, -1.0, 0.0, 0.0]],
        };
        assert_eq!(
            explanation.shares(),
            [(Role::Science, 0.25), (Role::Difference, 0.75)]
        );
        assert_eq!(explanation.largest(), 2.0);
        assert_eq!(explanation.map(Role::Science).unwrap()[0], 1.0);
        assert_eq!(explanation.map(Role::Snr), None);
    }
}
