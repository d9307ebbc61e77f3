//! The networks: sizes, rows, rotations, gradients.

use burn::{
    module::Module,
    tensor::{Device, Distribution, Tensor},
};

use super::*;

fn inputs(count: usize, channels: usize, side: usize) -> Tensor<4> {
    let noise = Distribution::Normal(0.0, 1.0);
    Tensor::random([count, channels, side, side], noise, &Device::flex())
}

const fn shape(channels: usize, members: usize) -> NetworkShape {
    NetworkShape {
        channels,
        classes: 2,
        members,
    }
}

fn close(a: Tensor<2>, b: Tensor<2>) -> bool {
    let (a, b): (Vec<f32>, Vec<f32>) = (
        a.into_data().try_into_vec().unwrap(),
        b.into_data().try_into_vec().unwrap(),
    );
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4)
}

#[test]
fn networks_have_the_published_numbers_of_parameters() {
    for (architecture, channels, expected) in [
        (Architecture::DeepHits, 4, 697_858),
        (Architecture::DeepHitsRelu, 4, 697_858),
        (Architecture::Cap, 4, 255_490),
        (Architecture::Cape, 4, 5 * 255_490),
        (Architecture::Braai, 3, 312_081),
    ] {
        let network = architecture.init(shape(channels, 5), &Device::flex());
        assert_eq!(network.num_params(), expected, "{}", architecture.name());
    }
}

#[test]
fn a_batch_equals_its_rows() {
    for architecture in Architecture::ALL {
        let ModelInput::Stamps(plan) = architecture.input() else {
            continue;
        };
        let network = architecture.init(shape(plan.planes(), 2), &Device::flex());
        let batch = inputs(3, plan.planes(), plan.side_px);
        let together = network.forward(batch.clone(), Views::Four).unwrap();
        let rows = batch.split(1, 0);
        let alone = rows
            .into_iter()
            .map(|row| network.forward(row, Views::Four).unwrap())
            .collect();
        assert!(
            close(together, Tensor::cat(alone, 0)),
            "{}",
            architecture.name()
        );
    }
}

#[test]
fn cyclic_pooling_does_not_see_how_a_stamp_is_turned() {
    for architecture in [Architecture::Cap, Architecture::Cape, Architecture::Compact] {
        let network = architecture.init(shape(4, 2), &Device::flex());
        let batch = inputs(2, 4, 21);
        let turned = batch.clone().swap_dims(2, 3).flip([2]);
        let logits = network.forward(batch, Views::Four).unwrap();
        assert!(
            close(logits, network.forward(turned, Views::Four).unwrap()),
            "{}",
            architecture.name()
        );
    }
}

#[test]
fn dropout_is_for_training_only() {
    let network = Architecture::Compact.init(shape(4, 1), &Device::flex());
    let batch = inputs(2, 4, 21);
    let once = network.forward(batch.clone(), Views::Four).unwrap();
    assert!(close(
        once.clone(),
        network.forward(batch.clone(), Views::Four).unwrap()
    ));
    let device = Device::flex().autodiff();
    let training = network.clone().fork(&device).train();
    let logits = training
        .forward(batch.clone().autodiff(), Views::Four)
        .unwrap()
        .inner();
    assert!(!close(once.clone(), logits), "no dropout in training");
    let valid = training.valid();
    assert!(close(once, valid.forward(batch, Views::Four).unwrap()));
}

#[test]
fn unknown_names_are_refused_with_those_that_exist() {
    let refusal = Architecture::from_name("resnet").unwrap_err().to_string();
    assert!(
        refusal.contains("resnet") && refusal.contains("compact"),
        "{refusal}"
    );
}

/// The slope of a sum of outputs along a direction in the input, and the gradient's word on it.
fn slopes(network: &Network, views: Views) -> (f32, f32) {
    // Small, as ReLU and pooling have corners; not smaller, as numbers have seven digits.
    const STEP: f32 = 3e-4;
    let device = Device::flex().autodiff();
    let at = inputs(2, 4, 21);
    let along = inputs(2, 4, 21);
    let value = |x: Tensor<4>| {
        let out = network.forward(x, views).expect("of single epochs");
        let weights = Tensor::<2>::from_floats([[1.0, -0.5], [0.3, 0.7]], &Device::flex());
        (out * weights).sum().into_scalar::<f32>()
    };
    let ahead = value(at.clone() + along.clone() * STEP);
    let behind = value(at.clone() - along.clone() * STEP);
    let tracked = Tensor::<4>::from_data(at.into_data(), &device).require_grad();
    let weights = Tensor::<2>::from_floats([[1.0, -0.5], [0.3, 0.7]], &device);
    let training_network = network.clone().fork(&device);
    let out = training_network
        .forward(tracked.clone(), views)
        .expect("of single epochs");
    // Dropout is off: the network is not in training.
    let gradients = (out * weights).sum().backward();
    let gradient = tracked.grad(&gradients).unwrap();
    let logits = (gradient * along).sum().into_scalar::<f32>();
    ((ahead - behind) / (2.0 * STEP), logits)
}

#[test]
fn gradients_are_those_of_finite_differences() {
    for architecture in [Architecture::Compact, Architecture::Cap, Architecture::Cape] {
        for views in [Views::Four, Views::One] {
            let network = architecture.init(shape(4, 2), &Device::flex()).at_rest();
            // In any one direction corners may turn; over several a wrong gradient stands out.
            let found: Vec<_> = (0..6).map(|_| slopes(&network, views)).collect();
            let off: f32 = found
                .iter()
                .map(|(step, logits)| (step - logits).abs())
                .sum();
            let size: f32 = found.iter().map(|(_, logits)| logits.abs()).sum();
            assert!(
                off < 0.2 * size,
                "{} {views:?}: {found:?}",
                architecture.name()
            );
        }
    }
}
