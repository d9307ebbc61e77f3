//! Convolutions in a row as one operation of burn's automatic differentiation.

use std::sync::Arc;

use burn::{
    backend::{
        Autodiff, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
    },
    nn::conv::Conv2d,
    tensor::Tensor,
};
use rayon::prelude::*;

use super::{Tracked, group::Group, numbers, plain, plan::Plan, tracked};
use crate::learn::kernels::{LANES, Pool, WeightGradient, Weights};

/// The sums of gradients are taken in so many parts, whatever the number of processors: the same seed then gives the
/// same network everywhere.
const PARTS: usize = 16;
/// Groups of images whose gradients are summed before they leave the lanes, at least.
const FEWEST: usize = 2;

/// What the gradient needs.
#[derive(Debug)]
struct Kept {
    plan: Plan,
    weights: Vec<Weights>,
    groups: Vec<Group>,
    /// Images, and numbers of each that goes in.
    images: [usize; 2],
}

/// (n, channel, y, x) through convolutions, each with the slope of its rectifier and its pooling. None where a tensor
/// is not on the CPU, no gradients are computed, or a layer is of a kind that the kernels do not know.
pub(in crate::learn) fn convolutions(
    input: &Tensor<4>,
    layers: &[(&Conv2d, f64, Pool)],
) -> Option<Tensor<4>> {
    match layers.len() {
        3 => of_parents::<7>(input, layers),
        4 => of_parents::<9>(input, layers),
        5 => of_parents::<11>(input, layers),
        _ => None,
    }
}

/// `PARENTS` are the input, and weight and bias of every layer.
fn of_parents<const PARENTS: usize>(
    input: &Tensor<4>,
    layers: &[(&Conv2d, f64, Pool)],
) -> Option<Tensor<4>> {
    let [images, _, height, width] = input.dims();
    let plan = Plan::new([height, width], layers)?;
    let to = plan.to()?;
    let mut parents: Vec<Tracked> = vec![tracked(input)?];
    for (layer, ..) in layers {
        parents.push(tracked(&layer.weight.val())?);
        parents.push(tracked(&layer.bias.as_ref()?.val())?);
    }
    let values: Vec<Vec<f32>> = parents
        .iter()
        .map(|parent| numbers(parent.primitive().clone()))
        .collect();
    let guards: [_; PARENTS] = parents
        .iter()
        .map(Tracked::node)
        .collect::<Vec<_>>()
        .try_into()
        .ok()?;
    let weights: Vec<Weights> = values[1..]
        .chunks_exact(2)
        .map(|both| Weights {
            weight: both[0].clone(),
            bias: both[1].clone(),
        })
        .collect();
    let size = values[0].len() / images.max(1);
    let forward = plan.forward(&weights);
    let groups: Vec<Group> = values[0]
        .par_chunks(LANES * size)
        .map(|images| Group::forward(&plan, &forward, images))
        .collect();
    let mut rows = Vec::with_capacity(images * to.channels * to.height * to.width);
    for (at, group) in groups.iter().enumerate() {
        group.put_out(to, images - at * LANES, &mut rows);
    }
    let output = plain(rows, [images, to.channels, to.height, to.width]);
    let prepared = Backward::<Flex, PARENTS>::prepare::<NoCheckpointing>(Step, guards);
    let output = match prepared.compute_bound().stateful() {
        OpsKind::UnTracked(operation) => operation.finish(output),
        OpsKind::Tracked(operation) => {
            let kept = Kept {
                plan,
                weights,
                groups,
                images: [images, size],
            };
            operation.finish(Arc::new(kept), output)
        }
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

/// The gradient of convolutions in a row.
#[derive(Debug)]
struct Step;

impl<const PARENTS: usize> Backward<Flex, PARENTS> for Step {
    type State = Arc<Kept>;

    fn backward(
        self,
        ops: Ops<Self::State, PARENTS>,
        gradients: &mut Gradients,
        _: &mut Checkpointer,
    ) {
        let kept = ops.state;
        let output = numbers(gradients.consume::<Flex>(&ops.node));
        let wants_input = ops.parents[0].is_some();
        let (weights, input) = kept.backward(&output, wants_input);
        let mut parents = ops.parents.into_iter();
        if let Some(Some(node)) = parents.next() {
            let [images, _] = kept.images;
            let from = kept.plan.0[0].from;
            let sides = [images, from.channels, from.height, from.width];
            gradients.register::<Flex>(node.id, plain(input, sides));
        }
        let layers = kept.plan.0.iter().zip(weights);
        for (layer, weights) in layers {
            let [high, wide] = layer.shape.kernel;
            let channels = layer.gradient.channels;
            if let Some(Some(node)) = parents.next() {
                let sides = [channels, layer.from.channels, high, wide];
                gradients.register::<Flex>(node.id, plain(weights.weight, sides));
            }
            if let Some(Some(node)) = parents.next() {
                gradients.register::<Flex>(node.id, plain(weights.bias, [channels]));
            }
        }
    }
}

impl Kept {
    /// The gradients of weights and biases, and of the input where it is wanted.
    fn backward(&self, output: &[f32], wants_input: bool) -> (Vec<Weights>, Vec<f32>) {
        let [images, _] = self.images;
        let size = output.len() / images.max(1);
        let layers = self.plan.backward(&self.weights);
        let of_part = self.groups.len().div_ceil(PARTS).max(FEWEST);
        let parts = self.groups.par_chunks(of_part).enumerate();
        let parts: Vec<(Vec<Weights>, Vec<f32>)> = parts
            .map(|(part, groups)| {
                let mut sums: Vec<WeightGradient> = self
                    .plan
                    .0
                    .iter()
                    .map(|layer| WeightGradient::new(layer.from, layer.gradient, layer.shape))
                    .collect();
                let mut input = Vec::new();
                for (at, group) in groups.iter().enumerate() {
                    let first = (part * of_part + at) * LANES;
                    let last = images.min(first + LANES);
                    let output = &output[first * size..last * size];
                    let wanted = wants_input.then_some(last - first);
                    input.extend(group.backward(&self.plan, &layers, output, &mut sums, wanted));
                }
                let mut weights = self.zero();
                for (sums, weights) in sums.iter_mut().zip(&mut weights) {
                    sums.take(weights);
                }
                (weights, input)
            })
            .collect();
        let mut weights = self.zero();
        let mut input = Vec::new();
        for (part, of_input) in parts {
            for (sum, part) in weights.iter_mut().zip(part) {
                add(&mut sum.weight, &part.weight);
                add(&mut sum.bias, &part.bias);
            }
            input.extend(of_input);
        }
        (weights, input)
    }

    fn zero(&self) -> Vec<Weights> {
        let zero = |weights: &Weights| Weights {
            weight: vec![0.0; weights.weight.len()],
            bias: vec![0.0; weights.bias.len()],
        };
        self.weights.iter().map(zero).collect()
    }
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
