//! Integrated gradients (Sundararajan et al. 2017): each pixel's difference from a baseline times the
//! mean gradient of the score on the straight way from there to the input.
//!
//! The baseline of a channel is its own median everywhere: an image with sky and without source. What
//! all pixels get adds up to the score less that of the baseline (completeness) as far as the sum
//! over [`STEPS`] midpoints stands for the integral.

use burn::tensor::{Device, Tensor, TensorData};

use super::layers::{Layers, Shares, score};
use crate::imaging::statistics::median;

/// Of these, so many at once: what is computed stays in the caches.
const AT_ONCE: usize = 4;
/// Places on the way at which gradients are taken. The authors take 20 to 300; with 20, CAP's
/// explanation comes within 300 ms also where one core must do it, and completeness holds to some
/// per cent (our choice).
pub(super) const STEPS: usize = 20;

pub(super) fn baseline(input: &[f32], channels: usize) -> Vec<f32> {
    let size = input.len() / channels.max(1);
    let middles = input.chunks(size.max(1)).map(|channel| {
        let middle = median(channel).unwrap_or(0.0) as f32;
        std::iter::repeat_n(middle, channel.len())
    });
    middles.flatten().collect()
}

/// An integral under way, some places at a time: the score of a class, the mean over the members.
pub(super) struct Integrating {
    /// On `device`.
    members: Vec<Layers>,
    /// The input, and its baseline: (1, channel, y, x).
    ends: [Tensor<4>; 2],
    /// The inputs at all places, one after the other, and how many of them are done.
    way: Vec<f32>,
    done: usize,
    /// The score, and that of the baseline; none before the first step.
    scores: Option<[f32; 2]>,
    sum: Tensor<4>,
    device: Device,
}

impl Integrating {
    /// Of an input of that shape, (1, channel, y, x); nothing is computed yet. `members` are on `device`,
    /// which computes gradients.
    pub fn new(members: Vec<Layers>, input: &[f32], shape: [usize; 4], device: &Device) -> Self {
        let baseline = baseline(input, shape[1]);
        let way = way(input, &baseline);
        let ends = [input.to_vec(), baseline];
        let tensor = |values| Tensor::<4>::from_data(TensorData::new(values, shape), device);
        Self {
            members,
            ends: ends.map(tensor),
            way,
            done: 0,
            scores: None,
            sum: Tensor::zeros(shape, &device.clone().inner()),
            device: device.clone(),
        }
    }

    /// The gradients at some more places. The shares of the class, after the last.
    pub fn step(&mut self, class: usize) -> Option<Shares> {
        let Some([start, of_baseline]) = self.scores else {
            let of = |input: &Tensor<4>| score(&self.members, input, class).inner();
            self.scores = Some(self.ends.each_ref().map(|end| of(end).into_scalar()));
            return None;
        };
        let [_, channels, height, width] = self.ends[0].dims();
        let until = (self.done + AT_ONCE).min(STEPS);
        if self.done < until {
            let size = channels * height * width;
            let inputs = self.way[self.done * size..until * size].to_vec();
            let shape = [until - self.done, channels, height, width];
            let inputs = Tensor::from_data(TensorData::new(inputs, shape), &self.device);
            let more = gradient(&self.members, inputs, class).sum_dim(0);
            self.sum = self.sum.clone() + more;
            self.done = until;
            return None;
        }
        let mean = self.sum.clone() / STEPS as f32;
        let [end, baseline] = self.ends.each_ref().map(|end| end.clone().inner());
        Some(Shares {
            start,
            rest: of_baseline,
            pixels: (end - baseline) * mean,
        })
    }
}

/// The gradient of the score of a class at each input of a batch, by its pixels.
pub(super) fn gradient(members: &[Layers], inputs: Tensor<4>, class: usize) -> Tensor<4> {
    let inputs = inputs.require_grad();
    let gradients = score(members, &inputs, class).sum().backward();
    let found = inputs.grad(&gradients);
    found.unwrap_or_else(|| inputs.inner().zeros_like())
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
