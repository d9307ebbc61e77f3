//! Explanations: what each pixel of a model's input adds to the score of the class it predicts.
//!
//! [`explain`] is the one entry. A network is taken as the list of its layers (`layers`); relevance
//! goes back through them by the alpha-beta rule (`rule`), or gradients are integrated
//! (`integrated_gradients`). What is explained is the score of the predicted class before the
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

use burn::module::Module;

pub use invariance::{Invariance, rotation_invariance};

use super::{LearnError, Model};
use crate::domain::{ExplainMethod, Explanation, explanation, likeliest};
use integrated_gradients::Integrating;
use layers::{Layers, layers_of};
use relevance::Propagating;
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
    let mut explaining = ExplanationPane::new(model.clone(), input.to_vec(), method)?;
    loop {
        if let Some(explanation) = explaining.step()? {
            return Ok(explanation);
        }
    }
}

/// An explanation under way: between two steps others may have the device.
pub struct ExplanationPane {
    model: Model,
    input: Vec<f32>,
    method: ExplainMethod,
    /// What is explained, and how probable it is; known after the first step.
    predicted: (usize, f32),
    stage: Stage,
}

enum Stage {
    /// What the model says is not known yet.
    Asking,
    Propagating(Box<Propagating>),
    Integrating(Box<Integrating>),
}

impl ExplanationPane {
    /// Of what a model says of one prepared input; nothing is computed yet.
    ///
    /// # Errors
    /// Where the input is of another size.
    pub fn new(model: Model, input: Vec<f32>, method: ExplainMethod) -> Result<Self, LearnError> {
        let plan = model.stamps()?;
        if input.len() != plan.len() {
            return Err(LearnError::Input {
                expected: plan.len(),
                found: input.len(),
            });
        }
        Ok(Self {
            model,
            input,
            method,
            predicted: (0, 0.0),
            stage: Stage::Asking,
        })
    }

    /// Does a part of it. The explanation, after the last.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn step(&mut self) -> Result<Option<Explanation>, LearnError> {
        let class = self.predicted.0;
        let shares = match &mut self.stage {
            Stage::Asking => {
                self.begin()?;
                return Ok(None);
            }
            Stage::Propagating(propagating) => propagating.step(class),
            Stage::Integrating(integrating) => integrating.step(class),
        };
        let Some(shares) = shares else {
            return Ok(None);
        };
        let plan = self.model.stamps()?;
        let card = self.model.card();
        let name = card.classes.get(class).map_or("", String::as_str);
        let pixels = self.model.compute().numbers(shares.pixels)?;
        let (plan, maps) = explanation::seen(plan, &pixels);
        Ok(Some(Explanation {
            model: self.model.id().clone(),
            method: self.method,
            class: name.into(),
            probability: self.predicted.1,
            start: shares.start,
            rest: shares.rest,
            plan,
            maps,
        }))
    }

    fn begin(&mut self) -> Result<(), LearnError> {
        let probabilities = self.model.score(&self.input)?;
        let class = likeliest(&probabilities).unwrap_or_default();
        let probability = probabilities.get(class).copied().unwrap_or_default();
        self.predicted = (class, probability);
        self.stage = match self.method {
            ExplainMethod::Relevance => self.propagating(Rule::FOR_AND_AGAINST)?,
            ExplainMethod::PositiveRelevance => self.propagating(Rule::FOR)?,
            ExplainMethod::IntegratedGradients => self.integrating()?,
        };
        Ok(())
    }

    fn propagating(&self, rule: Rule) -> Result<Stage, LearnError> {
        let members = layers_of(self.model.network())?;
        let device = self.model.compute().plain();
        let input = self.model.tensor(&self.input, &device)?;
        let propagating = Propagating::new(members, input, rule);
        Ok(Stage::Propagating(Box::new(propagating)))
    }

    fn integrating(&self) -> Result<Stage, LearnError> {
        let device = self.model.compute().differentiating();
        let network = self.model.network().clone().fork(&device);
        let members: Vec<Layers> = layers_of(&network)?;
        let plan = self.model.stamps()?;
        let shape = [1, plan.planes(), plan.side_px, plan.side_px];
        let integrating = Integrating::new(members, &self.input, shape, &device);
        Ok(Stage::Integrating(Box::new(integrating)))
    }
}

#[cfg(test)]
mod tests;
