//! Explanations: what their tests share.
#![expect(clippy::float_cmp, reason = "numbers that must be the very same")]

mod gradients;
mod layers;
mod relevance;

use burn::{
    module::{ModuleMapper, Param},
    nn::{
        LinearConfig, PaddingConfig2d,
        conv::Conv2dConfig,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Distribution, Tensor, TensorData},
};

use super::{
    super::Compute,
    layer::{Convolution, CyclicAverage, Dense, FourViews, Layer, MaxPooling},
    layers::score,
    *,
};
use crate::{
    domain::{ModelCard, Scaling},
    learn::{Architecture, Network, NetworkShape, Views, model_file},
};

const RULES: [Rule; 2] = [Rule::FOR_AND_AGAINST, Rule::FOR];

fn values(tensor: &Tensor<4>) -> Vec<f32> {
    tensor.clone().into_data().try_into_vec().unwrap()
}

fn tensor(values: &[f32], shape: [usize; 4]) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// The same at every call: twelve hashed numbers make about a normal one.
fn noise(shape: [usize; 4]) -> Tensor<4> {
    let hashed = |at: usize| {
        let mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 40) as f32 / (1_u32 << 24) as f32
    };
    let normal = |at: usize| (0..12).map(|part| hashed(at * 12 + part)).sum::<f32>() - 6.0;
    let count = shape.iter().product();
    tensor(&(0..count).map(normal).collect::<Vec<_>>(), shape)
}

fn sum(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum()
}

/// Relevance in, relevance out and what biases took, against the size of what went through.
fn assert_conserved(name: &str, start: f64, pixels: &[f32], by_biases: f32) {
    let size: f64 = pixels.iter().map(|value| f64::from(value.abs())).sum();
    let left = start - sum(pixels) - f64::from(by_biases);
    let most = 2e-6 * (size + start.abs() + f64::from(by_biases.abs()) + 1.0);
    assert!(
        left.abs() < most,
        "{name}: {left} of {start} lost, of {size} in all"
    );
    assert!(size > 0.0, "{name}: no relevance at all");
}

/// A model of that architecture with random weights; biases too where `has_biases`.
fn model(architecture: Architecture, has_biases: bool) -> Model {
    struct Shaken;
    impl ModuleMapper for Shaken {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|values| {
                let noise = Distribution::Normal(0.0, 0.03);
                values.clone() + values.random_like(noise)
            })
        }
    }
    let card = ModelCard {
        members: 2,
        ..ModelCard::untrained(
            architecture.name(),
            architecture.input(),
            &["bogus", "real"],
        )
    };
    let compute = Compute::cpu();
    let network = architecture.init(NetworkShape::of(&card), &Device::flex());
    let network = if has_biases {
        network.map(&mut Shaken)
    } else {
        network
    };
    Model::new(card, &network, &compute)
}

fn shipped() -> Model {
    let bytes = include_bytes!("../../../assets/models/compact.safetensors");
    model_file::from_bytes("compact", bytes, &Compute::cpu()).unwrap()
}

/// A source in the middle of every channel, on noise.
fn stamps(model: &Model) -> Vec<f32> {
    let plan = model.stamps().expect("of single epochs");
    let side = plan.side_px;
    let mut input = values(&noise([1, plan.planes(), side, side]).mul_scalar(0.1));
    let middle = side as f32 / 2.0;
    for (at, value) in input.iter_mut().enumerate() {
        let (x, y) = ((at % side) as f32, (at / side % side) as f32);
        let apart = (x - middle + 0.5).powi(2) + (y - middle + 0.5).powi(2);
        *value += (-apart / 4.0).exp();
    }
    input
}
