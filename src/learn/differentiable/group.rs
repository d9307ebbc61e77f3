//! Convolutions of sixteen images forwards, with all that their gradients need, and backwards.

use super::{
    plan::{Plan, Planned},
    spare::Activation,
};
use crate::learn::kernels::{Convolution, InputGradient, LANES, Lanes, Map, Pool, WeightGradient};

/// What is kept of sixteen images.
#[derive(Debug)]
pub(super) struct Group {
    /// What goes into each layer, and what comes out of the last.
    inputs: Vec<Activation>,
    /// What comes out of each layer before pooling, where it pools.
    wholes: Vec<Option<Activation>>,
}

impl Group {
    /// Up to sixteen images (image, channel, y, x) through all layers.
    pub fn forward(plan: &Plan, layers: &[Convolution], images: &[f32]) -> Self {
        let mut inputs = Vec::with_capacity(layers.len() + 1);
        let mut wholes = Vec::with_capacity(layers.len());
        let mut work = Vec::new();
        for (at, (layer, planned)) in layers.iter().zip(&plan.0).enumerate() {
            if at == 0 {
                let mut first = Activation::new(planned.from, Pool::None);
                fill(planned.from, images, &mut first.lanes);
                inputs.push(first);
            }
            let following = planned.following;
            let input = &inputs[at].lanes;
            let mut output = Activation::new(following.pooled, Pool::None);
            wholes.push(if following.pool == Pool::None {
                layer.run(input, &mut output.lanes, &mut work);
                None
            } else {
                let mut whole = Activation::new(following.whole, Pool::None);
                layer.run(input, &mut whole.lanes, &mut work);
                following.pool(&whole.lanes, &mut output.lanes);
                Some(whole)
            });
            inputs.push(output);
        }
        Self { inputs, wholes }
    }

    /// Appends what comes out of so many images: (image, channel, y, x).
    pub fn put_out(&self, map: Map, count: usize, rows: &mut Vec<f32>) {
        if let Some(output) = self.inputs.last() {
            put_out(map, &output.lanes, count, rows);
        }
    }

    /// Adds the gradients of the weights, and gives that of the images where it is wanted: (image, channel, y, x).
    pub fn backward(
        &self,
        plan: &Plan,
        layers: &[InputGradient],
        output: &[f32],
        weights: &mut [WeightGradient],
        wants_images: Option<usize>,
    ) -> Vec<f32> {
        let Some(to) = plan.to() else {
            return Vec::new();
        };
        let mut after_map = Map { border: 0, ..to };
        let mut after = Activation::new(after_map, Pool::None);
        fill(after_map, output, &mut after.lanes);
        let (mut work, mut part) = (Vec::new(), Vec::new());
        for at in (0..plan.0.len()).rev() {
            let Planned {
                from,
                following,
                gradient,
                ..
            } = plan.0[at];
            let pooled = &self.inputs[at + 1];
            let whole = self.wholes[at].as_ref().unwrap_or(pooled);
            let mut before = Activation::new(gradient, following.pool);
            following.back(
                [&whole.lanes, &pooled.lanes],
                (&after_map, &after.lanes),
                (&gradient, &mut before.lanes),
            );
            weights[at].add(&self.inputs[at].lanes, &before.lanes, &mut work);
            if at > 0 || wants_images.is_some() {
                after_map = Map { border: 0, ..from };
                after = Activation::new(after_map, Pool::None);
                layers[at].run(&before.lanes, &mut after.lanes, &mut part, &mut work);
            }
        }
        let mut rows = Vec::new();
        if let Some(count) = wants_images {
            put_out(after_map, &after.lanes, count, &mut rows);
        }
        rows
    }
}

/// Images (image, channel, y, x) into lanes; lanes without an image get zeros.
fn fill(map: Map, images: &[f32], lanes: &mut [Lanes]) {
    let size = map.channels * map.height * map.width;
    let count = images.len() / size;
    for ((channel, y, x), place) in map.pixels().zip(map.places()) {
        let pixel = &mut lanes[map.at(channel, y, x)].0;
        for (lane, value) in pixel.iter_mut().enumerate() {
            *value = if lane < count {
                images[lane * size + place]
            } else {
                0.0
            };
        }
    }
}

/// The other way.
fn put_out(map: Map, lanes: &[Lanes], count: usize, rows: &mut Vec<f32>) {
    let size = map.channels * map.height * map.width;
    let first = rows.len();
    rows.resize(first + count.min(LANES) * size, 0.0);
    let rows = &mut rows[first..];
    for ((channel, y, x), place) in map.pixels().zip(map.places()) {
        let pixel = &lanes[map.at(channel, y, x)].0;
        for (row, value) in rows.chunks_exact_mut(size).zip(pixel) {
            row[place] = *value;
        }
    }
}
