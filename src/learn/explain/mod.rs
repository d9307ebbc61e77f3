//! Explanations: what each pixel of a model's input adds to the score of the class it predicts.
//!
//! [`explain`] is the one entry. A network is taken as the list of its layers ([`layers`]); relevance
//! goes back through them by the alpha-beta rule ([`rule`]), or gradients are integrated
//! ([`integrated_gradients`]). What is explained is the score of the predicted class before the
//! softmax. An ensemble's score and heat maps are the means over its members.
//!
//! What becomes of relevance on its way: convolutions and dense layers share it by the alpha-beta
//! rule, and their biases take the share that is theirs ([`Explanation::rest`]); max pooling gives it
//! to the largest, equal ones in equal parts; activations pass it on; the mean over the four views
//! gives it to each in proportion to its activation; the four views are turned back and added up.
//! Padding is 0 and takes none. So pixels and biases together hold what the start was.

mod integrated_gradients;
mod invariance;
mod layer;
mod layers;
mod relevance;
mod rule;

use burn::{module::Module, tensor::Tensor};

pub use invariance::{Invariance, rotation_invariance};

use super::{Compute, LearnError, Model};
use crate::domain::{ExplainMethod, Explanation, likeliest};
use layers::{Layers, layers_of};
use rule::Rule;

/// Explains what a model says of one prepared input.
///
/// # Errors
/// Where the input is of another size, or the device fails.
pub fn explain(
    model: &Model,
    input: &[f32],
    method: ExplainMethod,
) -> Result<Explanation, LearnError> {
    let plan = model.stamps()?;
    if input.len() != plan.len() {
        return Err(LearnError::Input {
            expected: plan.len(),
            found: input.len(),
        });
    }
    let probabilities = model.score(input)?;
    let class = likeliest(&probabilities).unwrap_or_default();
    let probability = probabilities.get(class).copied().unwrap_or_default();
    let found = match method {
        ExplainMethod::Relevance => propagated(model, input, class, Rule::FOR_AND_AGAINST),
        ExplainMethod::PositiveRelevance => propagated(model, input, class, Rule::FOR),
        ExplainMethod::IntegratedGradients => integrated(model, input, class),
    }?;
    let size = plan.side_px * plan.side_px;
    let name = model.card().classes.get(class).map_or("", String::as_str);
    Ok(Explanation {
        model: model.id().clone(),
        method,
        class: name.into(),
        probability,
        start: found.start,
        rest: found.rest,
        plan: plan.clone(),
        maps: found.pixels.chunks(size).map(<[f32]>::to_vec).collect(),
    })
}

/// A score shared out.
struct Shares {
    start: f32,
    rest: f32,
    pixels: Vec<f32>,
}

fn propagated(
    model: &Model,
    input: &[f32],
    class: usize,
    rule: Rule,
) -> Result<Shares, LearnError> {
    let members = layers_of(model.network())?;
    let tensor = model.tensor(input, &model.compute().plain())?;
    let start = integrated_gradients::score(&members, &tensor, class).into_scalar();
    let (mut sum, mut by_biases) = (tensor.zeros_like(), 0.0);
    for layers in &members {
        let passed = relevance::propagate(layers, tensor.clone(), class, rule);
        sum = sum + passed.relevance;
        by_biases += passed.by_biases;
    }
    let count = members.len().max(1) as f32;
    Ok(Shares {
        start,
        rest: by_biases / count,
        pixels: pixels(sum / count, model.compute())?,
    })
}

fn integrated(model: &Model, input: &[f32], class: usize) -> Result<Shares, LearnError> {
    let device = model.compute().differentiating();
    let network = model.network().clone().fork(&device);
    let members: Vec<Layers> = layers_of(&network)?;
    let plan = model.stamps()?;
    let shape = [1, plan.channels.len(), plan.side_px, plan.side_px];
    let tensor = model.tensor(input, &device)?;
    let start = integrated_gradients::score(&members, &tensor, class);
    let found = integrated_gradients::integrate(&members, input, shape, class, &device);
    Ok(Shares {
        start: start.inner().into_scalar(),
        rest: found.of_baseline,
        pixels: pixels(found.shares, model.compute())?,
    })
}

fn pixels(map: Tensor<4>, compute: &Compute) -> Result<Vec<f32>, LearnError> {
    let failed = |why: String| LearnError::Device {
        device: compute.name().into(),
        why,
    };
    let data = map
        .try_into_data()
        .map_err(|error| failed(error.to_string()))?;
    data.try_into_vec()
        .map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests;
