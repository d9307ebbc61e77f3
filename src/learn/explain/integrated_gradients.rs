//! Integrated gradients (Sundararajan et al. 2017): each pixel's difference from a baseline times the
//! mean gradient of the score on the straight way from there to the input.
//!
//! The baseline of a channel is its own median everywhere: an image with sky and without source. What
//! all pixels get adds up to the score less that of the baseline (completeness) as far as the sum
//! over [`STEPS`] midpoints stands for the integral.

use burn::tensor::{Device, Tensor, TensorData};

use super::{layers::Layers, relevance::forward};
use crate::imaging::statistics::median;

/// Of these, so many at once: what is computed stays in the caches.
const AT_ONCE: usize = 4;
/// Places on the way at which gradients are taken. The authors take 20 to 300; with 20, CAP's
/// explanation comes within 300 ms also where one core must do it, and completeness holds to some
/// per cent (our choice).
pub(super) const STEPS: usize = 20;

/// What is shared out, and over what.
pub(super) struct Integrated {
    /// (1, channel, y, x).
    pub shares: Tensor<4>,
    /// The score of the baseline.
    pub of_baseline: f32,
}

/// The baseline of an input of that many channels.
pub(super) fn baseline(input: &[f32], channels: usize) -> Vec<f32> {
    let size = input.len() / channels.max(1);
    let middles = input.chunks(size.max(1)).map(|channel| {
        let middle = median(channel).unwrap_or(0.0) as f32;
        std::iter::repeat_n(middle, channel.len())
    });
    middles.flatten().collect()
}

/// Integrates the score of a class, the mean over the members. `members` are on `device`, which
/// computes gradients.
pub(super) fn integrate(
    members: &[Layers],
    input: &[f32],
    shape: [usize; 4],
    class: usize,
    device: &Device,
) -> Integrated {
    let baseline = baseline(input, shape[1]);
    let plain = device.clone().inner();
    let tensor = |values: Vec<f32>, shape: [usize; 4], device: &Device| {
        Tensor::<4>::from_data(TensorData::new(values, shape), device)
    };
    let batch = [AT_ONCE, shape[1], shape[2], shape[3]];
    let way = way(input, &baseline);
    let gradients = way.chunks(AT_ONCE * input.len().max(1)).map(|inputs| {
        let inputs = tensor(inputs.to_vec(), batch, device);
        gradient(members, inputs, class).sum_dim(0)
    });
    let sum = gradients.fold(Tensor::zeros(shape, &plain), |sum, more| sum + more);
    let mean = sum / STEPS as f32;
    let start = tensor(baseline, shape, device);
    let of_baseline = score(members, &start, class).inner().into_scalar();
    let end = tensor(input.to_vec(), shape, &plain);
    Integrated {
        shares: (end - start.inner()) * mean,
        of_baseline,
    }
}

/// The gradient of the score of a class at each input of a batch, by its pixels.
pub(super) fn gradient(members: &[Layers], inputs: Tensor<4>, class: usize) -> Tensor<4> {
    let inputs = inputs.require_grad();
    let gradients = score(members, &inputs, class).sum().backward();
    let found = inputs.grad(&gradients);
    found.unwrap_or_else(|| inputs.inner().zeros_like())
}

/// The score of a class for each input of a batch: (input), the mean over the members.
pub(super) fn score(members: &[Layers], inputs: &Tensor<4>, class: usize) -> Tensor<1> {
    let said = members.iter().map(|layers| {
        let (_, scores) = forward(layers, inputs.clone());
        scores.narrow(1, class, 1).flatten::<1>(0, 3)
    });
    let sum = said.reduce(|sum, more| sum + more);
    let none = || Tensor::zeros([inputs.dims()[0]], &inputs.device());
    sum.unwrap_or_else(none) / members.len().max(1) as f32
}

/// The inputs at the midpoints of the steps, one after the other.
fn way(input: &[f32], baseline: &[f32]) -> Vec<f32> {
    let steps = (0..STEPS).map(|step| (step as f32 + 0.5) / STEPS as f32);
    let at = |share: f32| {
        let pixels = input.iter().zip(baseline);
        pixels.map(move |(end, start)| start + share * (end - start))
    };
    steps.flat_map(at).collect()
}
