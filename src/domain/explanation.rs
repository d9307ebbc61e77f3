//! Why a model predicts what it predicts for one epoch: how much each pixel of its input counts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{InputPlan, ModelId, Role};
use crate::text;

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
    pub fn title(self) -> &'static str {
        match self {
            Self::Relevance => "LRP α2 β−1",
            Self::PositiveRelevance => "LRP α1 β0",
            Self::IntegratedGradients => text!("integrated gradients"),
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

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// What each pixel of a model's input adds to the score of the class that it predicts.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub model: ModelId,
    /// How it was computed.
    pub method: ExplainMethod,
    /// Name of the predicted class.
    pub class: Arc<str>,
    pub probability: f32,
    /// Its score before the softmax: what is shared out over the pixels.
    pub start: f32,
    /// What of it falls to no pixel: to biases with relevance propagation; with integrated gradients
    /// the score of the image that everything is compared with.
    pub rest: f32,
    /// The model's inputs as they are shown: see [`seen`].
    pub plan: InputPlan,
    /// A heat map for every channel of the plan, in its order: `side_px * side_px` values row by row,
    /// oriented as the stamp's pixels.
    pub maps: Vec<Vec<f32>>,
}

/// What a model took in, as far as it is shown, and a heat map for each channel, out of the relevance of all
/// planes of its input: of two views both lie on the whole cutout, and masks on their images.
pub fn seen(plan: &InputPlan, planes: &[f32]) -> (InputPlan, Vec<Vec<f32>>) {
    let side = plan.side_px;
    let size = (side * side).max(1);
    let Some(whole) = plan.context_px else {
        return (
            plan.clone(),
            planes.chunks(size).map(<[f32]>::to_vec).collect(),
        );
    };
    let (first, block) = ((whole - side) / 2, (whole / side).max(1));
    let per_pixel = 1.0 / (block * block) as f32;
    let of_view = plan.planes_of_view();
    let mut maps = Vec::with_capacity(plan.channels.len());
    for (channel, role) in plan.channels.iter().enumerate() {
        let mask = plan.masked().position(|masked| masked == *role);
        let mask = mask.map(|mask| plan.channels.len() + mask);
        let mut map = vec![0.0; whole * whole];
        for plane in [Some(channel), mask].into_iter().flatten() {
            let middle = planes.chunks(size).nth(plane).unwrap_or_default();
            for (at, value) in middle.iter().enumerate() {
                map[(first + at / side) * whole + first + at % side] += value;
            }
            let coarse = planes.chunks(size).nth(of_view + plane).unwrap_or_default();
            for (at, value) in map.iter_mut().enumerate() {
                let block = (at / whole / block) * side + at % whole / block;
                *value += per_pixel * coarse.get(block).copied().unwrap_or_default();
            }
        }
        maps.push(map);
    }
    let seen = InputPlan {
        side_px: whole,
        context_px: None,
        ..plan.clone()
    };
    (seen, maps)
}

impl Explanation {
    /// Channels with their maps.
    pub fn channels(&self) -> impl Iterator<Item = (Role, &[f32])> {
        let maps = self.maps.iter().map(Vec::as_slice);
        self.plan.channels.iter().copied().zip(maps)
    }

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
    fn of_two_views_everything_lies_on_the_whole_cutout() {
        let plan = InputPlan {
            channels: vec![Role::Science, Role::Snr],
            side_px: 3,
            pixel_scale_arcsec: None,
            scaling: Scaling::MedianNorm,
            is_in_detection_polarity: true,
            context_px: Some(9),
        };
        // Science, S/N, mask of science; then the same of the whole.
        let mut planes = vec![0.0; plan.len()];
        assert_eq!(planes.len(), 6 * 9);
        planes[0] = 1.0;
        planes[2 * 9 + 4] = 0.5;
        planes[4 * 9 + 8] = -9.0;
        let (seen, maps) = seen(&plan, &planes);
        assert_eq!((seen.side_px, seen.context_px, maps.len()), (9, None, 2));
        assert_eq!(maps[0][3 * 9 + 3], 1.0);
        assert_eq!(maps[0][4 * 9 + 4], 0.5);
        assert_eq!(maps[1][8 * 9 + 8], -1.0);
        assert_eq!(maps[1].iter().sum::<f32>(), -9.0);
    }

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
                context_px: None,
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
