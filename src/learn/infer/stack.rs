//! Layers in a row, from the modules of burn, and the memory that they compute in.

use std::sync::{Mutex, PoisonError};

use burn::{module::Param, nn::Linear, tensor::Tensor};

use crate::learn::{
    differentiable::{padding, shape},
    kernels::{After, Convolution, Lanes, Map, Weights},
    network::Layer,
};

/// Convolutions and dense layers, each with what follows it.
#[derive(Debug, Default)]
pub(super) struct Stack {
    layers: Vec<Convolution>,
    /// Memory of groups that are computed, to be used again.
    spare: Mutex<Vec<Memory>>,
}

/// What goes in, what comes out of every layer, and what a layer needs beside.
#[derive(Debug)]
pub(super) struct Memory {
    maps: Vec<Vec<Lanes>>,
    work: Vec<Lanes>,
}

impl Memory {
    /// What goes in. Its border stays zero.
    pub fn input(&mut self) -> &mut [Lanes] {
        &mut self.maps[0]
    }
}

impl Stack {
    /// The convolutions of a network of burn, for images of so many pixels a side; none where one of them is of
    /// a kind that the kernels do not know.
    pub fn convolutions(side: usize, layers: &[Layer<'_>]) -> Option<Self> {
        let layers: Option<Vec<_>> = layers.iter().map(|layer| layer.for_kernels()).collect();
        let layers = layers?;
        let borders: Option<Vec<usize>> = layers.iter().map(|(layer, ..)| padding(layer)).collect();
        let mut borders = borders?.into_iter();
        let [_, channels, ..] = layers.first()?.0.weight.dims();
        let mut from = Map {
            channels,
            height: side,
            width: side,
            border: borders.next()?,
        };
        let mut built = Vec::with_capacity(layers.len());
        for (layer, leak, pool) in layers {
            let shape = shape(layer)?;
            let after = After {
                slope: leak as f32,
                pool,
            };
            let weights = Weights {
                weight: numbers(&layer.weight),
                bias: layer
                    .bias
                    .as_ref()
                    .map_or_else(|| vec![0.0; layer.weight.dims()[0]], numbers),
            };
            let border = borders.next().unwrap_or_default();
            let layer = Convolution::new(from, shape, &weights, after, border);
            from = layer.to();
            built.push(layer);
        }
        Some(Self {
            layers: built,
            spare: Mutex::default(),
        })
    }

    /// The same with a dense layer behind it. `place` is where the layer expects each number of what comes
    /// before, in the order of memory.
    #[must_use]
    pub fn dense(mut self, layer: &Linear, slope: f32, place: impl Iterator<Item = usize>) -> Self {
        let weights = dense(&[layer], place);
        self.layers.push(Convolution::dense(&weights, slope));
        self
    }

    /// True where there is no layer.
    pub const fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub fn to(&self) -> Option<Map> {
        self.layers.last().map(Convolution::to)
    }

    pub fn from(&self) -> Option<Map> {
        self.layers.first().map(Convolution::from)
    }

    /// Fills the input of one group of images, computes it, and takes from what comes out.
    pub fn run<T>(&self, fill: impl FnOnce(&mut Memory), take: impl FnOnce(&[Lanes]) -> T) -> T {
        let mut memory = self.spare().pop().unwrap_or_else(|| self.memory());
        fill(&mut memory);
        let Memory { maps, work } = &mut memory;
        for (at, layer) in self.layers.iter().enumerate() {
            let (before, after) = maps.split_at_mut(at + 1);
            layer.run(&before[at], &mut after[0], work);
        }
        let taken = take(maps.last().map_or(&[][..], Vec::as_slice));
        self.spare().push(memory);
        taken
    }

    fn memory(&self) -> Memory {
        let first = self.layers.first().map(|layer| layer.from().zeros());
        let others = self.layers.iter().map(|layer| layer.to().zeros());
        Memory {
            maps: first.into_iter().chain(others).collect(),
            work: Vec::new(),
        }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Memory>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dense layers of the same input as one: what they give lies behind each other. `place` is where the layers
/// expect each number of what comes before, in the order of memory.
pub(super) fn dense(layers: &[&Linear], place: impl Iterator<Item = usize>) -> Weights {
    let places: Vec<usize> = place.collect();
    let mut dense = Weights::default();
    for layer in layers {
        let [_, to] = layer.weight.dims();
        let weight = numbers(&layer.weight); // (from, to)
        for at in 0..to {
            let row = places.iter().map(|from| weight[from * to + at]);
            dense.weight.extend(row);
        }
        let bias = layer.bias.as_ref();
        let bias = bias.map_or_else(|| vec![0.0; to], numbers);
        dense.bias.extend(bias);
    }
    dense
}

pub(super) fn numbers<const D: usize>(weight: &Param<Tensor<D>>) -> Vec<f32> {
    weight.val().into_data().iter::<f32>().collect()
}
