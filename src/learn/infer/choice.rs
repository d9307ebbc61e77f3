//! Which engine computes a model: the fastest that gives burn's answers.

use std::sync::Arc;

use super::{
    by_kernels::kernels_of,
    engine::{Engine, Epochs, States},
    reference::Reference,
};
use crate::{
    domain::{ModelCard, ModelInput},
    imaging::sequence_input::{CHANNELS, CONDITIONS},
    learn::{Compute, LearnError, Network},
};

/// Largest difference of a probability between two engines on the CPU.
pub(in crate::learn) const TOLERANCE: f32 = 1e-5;
/// Candidates asked about: of the four views of five one group of lanes is full and one is not.
const CANDIDATES: usize = 5;

/// The engine of a model.
#[derive(Clone, Debug, Default)]
pub(in crate::learn) struct Choice {
    /// None where burn itself computes.
    pub kernels: Option<Arc<dyn Engine>>,
    /// Why it does, where kernels were expected to.
    pub warning: Option<String>,
}

impl Choice {
    /// Puts the questions to the kernels and to burn.
    pub fn of(card: &ModelCard, network: &Network, compute: &Compute) -> Self {
        if compute.is_gpu() {
            return Self::default();
        }
        let Some(kernels) = kernels_of(&card.input, network) else {
            return Self::default();
        };
        let reference = Reference {
            card,
            network,
            compute,
        };
        Self::between(card, kernels, &reference)
    }

    /// The kernels, where they give the answers of the reference.
    pub(super) fn between(
        card: &ModelCard,
        kernels: Arc<dyn Engine>,
        reference: &dyn Engine,
    ) -> Self {
        match difference(card, &*kernels, reference) {
            Ok(difference) if difference <= TOLERANCE => Self {
                kernels: Some(kernels),
                warning: None,
            },
            Ok(difference) => {
                let name = kernels.name();
                let warning = format!(
                    "{name} compute scores of {} that are off by {difference:.6}; burn is used \
                     instead, which is slower",
                    card.name
                );
                log::warn!("{warning}");
                Self {
                    kernels: None,
                    warning: Some(warning),
                }
            }
            // What burn cannot compute is reported where it is wanted.
            Err(_) => Self::default(),
        }
    }
}

/// The largest difference of the answers; infinite where one is no number.
fn difference(card: &ModelCard, a: &dyn Engine, b: &dyn Engine) -> Result<f32, LearnError> {
    let [a, b] = [a, b].map(|engine| answers(card, engine, CANDIDATES));
    Ok(largest_difference(&a?, &b?))
}

/// Infinite where there are not as many, or one is no number.
pub(in crate::learn) fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return f32::INFINITY;
    }
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |largest: f32, difference| {
        if difference.is_nan() {
            f32::INFINITY
        } else {
            largest.max(difference)
        }
    })
}

/// What an engine answers about so many made-up candidates.
pub(in crate::learn) fn answers(
    card: &ModelCard,
    engine: &dyn Engine,
    count: usize,
) -> Result<Vec<f32>, LearnError> {
    let ModelInput::Sequence(plan) = &card.input else {
        let size = card.input.stamps().map_or(0, crate::domain::InputPlan::len);
        return engine.score(&questions(count, size));
    };
    // As many epochs as candidates: later ones depend on what is remembered.
    let length = count;
    let epochs = Epochs {
        images: questions(count * length, CHANNELS * plan.side_px * plan.side_px),
        conditions: questions(count * length, CONDITIONS),
        count,
        length,
    };
    engine.follow(&epochs, &mut States::new(count))
}

/// Inputs that look like stamps: waves of changing length and strength on a pattern that stands for noise.
pub(in crate::learn) fn questions(count: usize, size: usize) -> Vec<f32> {
    let value = |at: usize| {
        let (of, place) = (at / size, at % size);
        let noise = ((at as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32;
        let wave = (place as f32 * 0.05 * (of + 1) as f32).sin();
        noise - 0.5 + wave * of as f32 / count as f32
    };
    (0..count * size).map(value).collect()
}
