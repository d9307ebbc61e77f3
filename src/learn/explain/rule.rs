//! The alpha-beta rule of layer-wise relevance propagation (Bach et al. 2015, section 2.3).
//!
//! Relevance R_j of an output z_j = Σ_i z_ij + b_j goes back to the inputs in proportion to what they
//! gave, what raised the output (z⁺, b⁺) apart from what lowered it (z⁻, b⁻):
//!
//! R_i = Σ_j [α z⁺_ij / (Σ_i z⁺_ij + b⁺_j) + β z⁻_ij / (Σ_i z⁻_ij + b⁻_j)] R_j with α + β = 1.
//!
//! A bias takes its share by the same rule; it belongs to no pixel and is counted as such. Where
//! nothing lowered an output, β finds nobody to go to: what raised it then takes all of R_j instead
//! of α R_j, and the reverse, so that no relevance is made or lost (our choice; the published code
//! divides by a small number and loses conservation there). An output that nothing raised or lowered
//! is 0 and passes nothing on. There is no stabiliser: every denominator sums terms of one sign.

use burn::tensor::Tensor;

/// How much what raised an output is given; what lowered it gets 1 - alpha.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    alpha: f32,
}

impl Rule {
    /// Alpha 2, beta -1, as published.
    pub(super) const FOR_AND_AGAINST: Self = Self { alpha: 2.0 };
    /// Alpha 1, beta 0.
    pub(super) const FOR: Self = Self { alpha: 1.0 };
}

/// Relevance that went through a layer.
pub(super) struct Passed {
    /// Of the layer's input, in its shape.
    pub relevance: Tensor<4>,
    /// Taken by the layer's biases.
    pub by_biases: f32,
}

impl Passed {
    /// By a layer without biases.
    pub(super) const fn whole(relevance: Tensor<4>) -> Self {
        Self {
            relevance,
            by_biases: 0.0,
        }
    }
}

/// A layer's weights without its biases, as a matrix that can be applied both ways.
pub(super) trait Weights: Sized {
    /// The weights above 0 and those below, each with 0 in place of the others.
    fn by_sign(&self) -> [Self; 2];
    /// From inputs to outputs.
    fn apply(&self, input: Tensor<4>) -> Tensor<4>;
    /// From outputs back to inputs: the transposed matrix.
    fn apply_transposed(&self, output: Tensor<4>) -> Tensor<4>;
}

/// Shares the relevance of a layer's output out over its input. `bias` has the shape (1, outputs, 1, 1).
pub(super) fn share<W: Weights>(
    weights: &W,
    bias: &Tensor<4>,
    input: &Tensor<4>,
    relevance: &Tensor<4>,
    rule: Rule,
) -> Passed {
    let [raising, lowering] = weights.by_sign();
    let (above, below) = (input.clone().clamp_min(0.0), input.clone().clamp_max(0.0));
    // After a ReLU nothing is below 0, and half of the work is saved.
    let is_signed = below.clone().sum().into_scalar::<f32>() < 0.0;
    let both = |from_above: &W, from_below: &W| {
        let sum = from_above.apply(above.clone());
        if is_signed {
            sum + from_below.apply(below.clone())
        } else {
            sum
        }
    };
    let (bias_up, bias_down) = (bias.clone().clamp_min(0.0), bias.clone().clamp_max(0.0));
    let raised = both(&raising, &lowering) + bias_up.clone();
    let lowered = both(&lowering, &raising) + bias_down.clone();
    let [raised, lowered] = per_unit(&raised, &lowered, relevance, rule);
    let by_biases = (raised.clone() * bias_up + lowered.clone() * bias_down).sum();
    let back = |to_raising: &Tensor<4>, to_lowering: &Tensor<4>| {
        raising.apply_transposed(to_raising.clone())
            + lowering.apply_transposed(to_lowering.clone())
    };
    let mut shared = above.clone() * back(&raised, &lowered);
    if is_signed {
        shared = shared + below.clone() * back(&lowered, &raised);
    }
    Passed {
        relevance: shared,
        by_biases: by_biases.into_scalar(),
    }
}

/// Relevance for each unit of what raised and of what lowered an output.
fn per_unit(
    raised: &Tensor<4>,
    lowered: &Tensor<4>,
    relevance: &Tensor<4>,
    rule: Rule,
) -> [Tensor<4>; 2] {
    let (is_not_raised, is_not_lowered) = (
        raised.clone().equal_elem(0.0_f32),
        lowered.clone().equal_elem(0.0_f32),
    );
    let weighted = |share: f32, is_alone| {
        relevance
            .clone()
            .mul_scalar(share)
            .mask_where(is_alone, relevance.clone())
    };
    let divided = |weighted: Tensor<4>, by: &Tensor<4>, is_none: &Tensor<4, burn::tensor::Bool>| {
        let by = by.clone().mask_fill(is_none.clone(), 1.0);
        (weighted / by).mask_fill(is_none.clone(), 0.0)
    };
    [
        divided(
            weighted(rule.alpha, is_not_lowered.clone()),
            raised,
            &is_not_raised,
        ),
        divided(
            weighted(1.0 - rule.alpha, is_not_raised.clone()),
            lowered,
            &is_not_lowered,
        ),
    ]
}
