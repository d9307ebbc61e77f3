//! Explanations: conservation, invariance, completeness, gradients.
#![expect(clippy::float_cmp, reason = "numbers that must be the very same")]

use burn::{
    module::{ModuleMapper, Param},
    nn::{
        LinearConfig, PaddingConfig2d,
        conv::Conv2dConfig,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Distribution, TensorData},
};

use super::{
    layer::{Convolution, CyclicAverage, Dense, FourViews, Layer, MaxPooling},
    *,
};
use crate::{
    domain::{ModelCard, Scaling, TrainingRecord},
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
        format: ModelCard::FORMAT,
        name: architecture.name().into(),
        about: String::new(),
        network: architecture.name().into(),
        members: 2,
        input: architecture.input(),
        classes: vec!["bogus".into(), "real".into()],
        parameters: 0,
        threshold: 0.5,
        training: TrainingRecord::default(),
        figures: std::collections::BTreeMap::new(),
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
    let plan = model.stamps().unwrap();
    let side = plan.side_px;
    let mut input = values(&noise([1, plan.channels.len(), side, side]).mul_scalar(0.1));
    let middle = side as f32 / 2.0;
    for (at, value) in input.iter_mut().enumerate() {
        let (x, y) = ((at % side) as f32, (at / side % side) as f32);
        let apart = (x - middle + 0.5).powi(2) + (y - middle + 0.5).powi(2);
        *value += (-apart / 4.0).exp();
    }
    input
}

#[test]
fn relevance_of_a_small_layer_is_that_of_the_formula() {
    let mut layer = LinearConfig::new(2, 1).init(&Device::flex());
    let weight = Tensor::<2>::from_data([[3.0_f32], [-1.0]], &Device::flex());
    layer.weight = Param::from_tensor(weight);
    layer.bias = Some(Param::from_tensor(Tensor::<1>::from_data(
        [1.0_f32],
        &Device::flex(),
    )));
    let layer = Dense(layer);
    let input = tensor(&[1.0, 2.0], [1, 2, 1, 1]);
    // Raised by 3 of the first input and 1 of the bias, lowered by 2 of the second input.
    assert_eq!(values(&layer.forward(input.clone())), [2.0]);
    let start = tensor(&[2.0], [1, 1, 1, 1]);
    let passed = layer.relevance(&input, start.clone(), Rule::FOR_AND_AGAINST);
    assert_eq!(values(&passed.relevance), [3.0, -2.0]);
    assert_eq!(passed.by_biases, 1.0);
    let passed = layer.relevance(&input, start.clone(), Rule::FOR);
    assert_eq!(values(&passed.relevance), [1.5, 0.0]);
    assert_eq!(passed.by_biases, 0.5);
    // Where nothing lowers, what raises takes all, and no more.
    let input = tensor(&[1.0, 0.0], [1, 2, 1, 1]);
    let passed = layer.relevance(&input, start, Rule::FOR_AND_AGAINST);
    assert_eq!(
        (values(&passed.relevance), passed.by_biases),
        (vec![1.5, 0.0], 0.5)
    );
}

#[test]
fn every_layer_conserves_relevance_with_signed_inputs_and_biases() {
    let device = Device::flex();
    let convolution = |kernel, padding| {
        let config = Conv2dConfig::new([3, 5], [kernel, kernel]);
        Convolution(config.with_padding(padding).init(&device))
    };
    let layers: Vec<(&str, Box<dyn Layer>, [usize; 4])> = vec![
        (
            "a 4x4 convolution with padding 3",
            Box::new(convolution(4, PaddingConfig2d::Explicit(3, 3, 3, 3))),
            [4, 3, 21, 21],
        ),
        (
            "a 3x3 convolution without padding",
            Box::new(convolution(3, PaddingConfig2d::Valid)),
            [2, 3, 9, 9],
        ),
        (
            "a dense layer",
            Box::new(Dense(LinearConfig::new(30, 7).init(&device))),
            [2, 30, 1, 1],
        ),
        (
            "pooling",
            Box::new(MaxPooling(pool(2, true))),
            [2, 3, 21, 21],
        ),
        (
            "pooling",
            Box::new(MaxPooling(pool(4, false))),
            [2, 3, 25, 25],
        ),
        ("four views", Box::new(FourViews), [1, 3, 7, 7]),
        ("cyclic averaging", Box::new(CyclicAverage), [8, 6, 1, 1]),
    ];
    for (name, layer, shape) in layers {
        let mut input = noise(shape);
        if name == "cyclic averaging" {
            input = input.abs();
        }
        let output = layer.forward(input.clone());
        for rule in RULES {
            let passed = layer.relevance(&input, output.clone(), rule);
            assert_eq!(passed.relevance.dims(), shape, "{name}");
            let start = sum(&values(&output));
            assert_conserved(name, start, &values(&passed.relevance), passed.by_biases);
        }
    }
}

fn pool(side: usize, has_ceil_mode: bool) -> MaxPool2d {
    let config = MaxPool2dConfig::new([side, side]).with_strides([side, side]);
    config.with_ceil_mode(has_ceil_mode).init()
}

#[test]
fn the_largest_of_a_window_takes_all_and_equals_share() {
    let layer = MaxPooling(pool(2, true));
    #[rustfmt::skip]
    let input = tensor(&[
        1.0, 5.0, 2.0,
        0.0, 3.0, 2.0,
        7.0, 7.0, -1.0,
    ], [1, 1, 3, 3]);
    let relevance = tensor(&[4.0, 6.0, 8.0, 10.0], [1, 1, 2, 2]);
    let passed = layer.relevance(&input, relevance, Rule::FOR);
    #[rustfmt::skip]
    assert_eq!(values(&passed.relevance), [
        0.0, 4.0, 3.0,
        0.0, 0.0, 3.0,
        4.0, 4.0, 10.0,
    ]);
}

#[test]
fn the_views_are_turned_back() {
    let input = noise([2, 3, 7, 7]);
    let back = FourViews.relevance(&input, FourViews.forward(input.clone()), Rule::FOR);
    let pairs = values(&back.relevance).into_iter().zip(values(&input));
    assert!(
        pairs
            .into_iter()
            .all(|(four, one)| (four - 4.0 * one).abs() < 1e-5)
    );
}

#[test]
fn cyclic_averaging_shares_by_activation() {
    let input = tensor(&[1.0, 3.0, 0.0, 0.0], [4, 1, 1, 1]);
    let passed = CyclicAverage.relevance(&input, tensor(&[8.0], [1, 1, 1, 1]), Rule::FOR);
    assert_eq!(values(&passed.relevance), [2.0, 6.0, 0.0, 0.0]);
}

#[test]
fn the_list_of_layers_computes_what_the_network_computes() {
    for architecture in Architecture::ALL {
        let model = model(architecture, true);
        let plan = model.stamps().unwrap();
        let input = noise([3, plan.channels.len(), plan.side_px, plan.side_px]);
        let expected = model.network().forward(input.clone(), Views::Four).unwrap();
        let members = layers_of(model.network()).unwrap();
        if matches!(model.network(), Network::Cape(_)) {
            continue; // Its members are CAP; its score is their mean, which the softmax is not.
        }
        let said = integrated_gradients::score(&members, &input, 1);
        let against = integrated_gradients::score(&members, &input, 0);
        let [first, second] =
            [0, 1].map(|class| expected.clone().narrow(1, class, 1).flatten(0, 1));
        // braai's network has 0 for `bogus`; explained is the score of `real` with its sign turned.
        let first = if architecture == Architecture::Braai {
            -second.clone()
        } else {
            first
        };
        for (said, expected) in [(said, second), (against, first)] {
            let apart = (said - expected).abs().max().into_scalar::<f32>();
            assert!(apart < 1e-4, "{}: {apart}", architecture.name());
        }
    }
}

#[test]
fn relevance_is_conserved_from_the_score_to_the_pixels() {
    let methods = [ExplainMethod::Relevance, ExplainMethod::PositiveRelevance];
    let mut models = vec![shipped()];
    for architecture in Architecture::ALL {
        models.extend([false, true].map(|has_biases| model(architecture, has_biases)));
    }
    for model in models {
        for method in methods {
            let found = explain(&model, &stamps(&model), method).unwrap();
            let name = format!("{}, {}", model.id(), method.name());
            assert_conserved(&name, found.start.into(), &found.maps.concat(), found.rest);
        }
    }
}

#[test]
fn without_biases_all_relevance_lies_on_pixels() {
    for architecture in [Architecture::Compact, Architecture::Cap] {
        let model = model(architecture, false);
        let found = explain(&model, &stamps(&model), ExplainMethod::Relevance).unwrap();
        assert_eq!(found.rest, 0.0, "{}", architecture.name());
        let (pixels, start) = (sum(&found.maps.concat()), f64::from(found.start));
        assert!(
            (pixels - start).abs() < 1e-3 * start.abs().max(1.0),
            "{pixels} of {start}"
        );
    }
}

#[test]
fn heat_maps_of_cyclic_networks_turn_with_the_stamp() {
    let mut models = vec![shipped()];
    models.extend([Architecture::Cap, Architecture::Cape].map(|a| model(a, true)));
    for model in models {
        let input = stamps(&model);
        // An ensemble's members are CAP, and its gradients take as many times as long.
        let is_ensemble = matches!(model.network(), Network::Cape(_));
        for method in &ExplainMethod::ALL[..if is_ensemble { 1 } else { 3 }] {
            let method = *method;
            let found = rotation_invariance(&model, &input, method).unwrap();
            let name = format!("{}, {}: {found:?}", model.id(), method.name());
            assert!(
                found.correlation > 0.9999 && found.distance < 1e-3,
                "{name}"
            );
        }
    }
    // The measure can tell: a network that joins its views in a fixed order is not invariant.
    let model = model(Architecture::DeepHits, true);
    let input = stamps(&model);
    let found = rotation_invariance(&model, &input, ExplainMethod::Relevance).unwrap();
    assert!(found.distance > 0.05, "{found:?}");
}

#[test]
fn gradients_agree_with_finite_differences() {
    let model = shipped();
    let input = stamps(&model);
    let device = model.compute().differentiating();
    let members = layers_of(&model.network().clone().fork(&device)).unwrap();
    let gradient =
        integrated_gradients::gradient(&members, model.tensor(&input, &device).unwrap(), 1);
    let gradient = values(&gradient);
    let largest = gradient
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    assert!(largest > 0.0);
    let plain = layers_of(model.network()).unwrap();
    let score = |input: &[f32]| {
        let inputs = model.tensor(input, &Device::flex()).unwrap();
        integrated_gradients::score(&plain, &inputs, 1).into_scalar::<f32>()
    };
    let slope = |at: usize, step: f32| {
        let moved = |by: f32| {
            let mut moved = input.clone();
            moved[at] += by;
            score(&moved)
        };
        (moved(step) - moved(-step)) / (2.0 * step)
    };
    let mut compared = 0;
    for at in (0..input.len()).step_by(29) {
        let (wide, narrow) = (slope(at, 4e-3), slope(at, 2e-3));
        // Where a ReLU or the winner of a window turns within the step, there is no one slope.
        if (wide - narrow).abs() < 0.01 * largest {
            let apart = (narrow - gradient[at]).abs();
            assert!(
                apart < 0.05 * largest,
                "{at}: {narrow} and {}",
                gradient[at]
            );
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn integrated_gradients_are_complete() {
    for model in [
        shipped(),
        model(Architecture::Cap, true),
        model(Architecture::Braai, true),
    ] {
        let found = explain(&model, &stamps(&model), ExplainMethod::IntegratedGradients).unwrap();
        let (pixels, change) = (
            sum(&found.maps.concat()),
            f64::from(found.start - found.rest),
        );
        let size: f64 = found.maps.concat().iter().map(|v| f64::from(v.abs())).sum();
        // What 20 midpoints miss of the integral.
        assert!(
            (pixels - change).abs() < 0.03 * size,
            "{}: {pixels} for {change}",
            model.id()
        );
    }
}

#[test]
fn the_baseline_has_sky_and_no_source() {
    let input = [1.0, 2.0, 9.0, 0.0, 0.0, 5.0];
    let expected = [2.0, 2.0, 2.0, 0.0, 0.0, 0.0];
    assert_eq!(integrated_gradients::baseline(&input, 2), expected);
}

#[test]
fn the_predicted_class_is_explained_and_wrong_inputs_are_refused() {
    let model = shipped();
    let input = stamps(&model);
    let said = model.score(&input).unwrap();
    let found = explain(&model, &input, ExplainMethod::Relevance).unwrap();
    let class = usize::from(said[1] > said[0]);
    assert_eq!(*found.class, *model.card().classes[class]);
    assert_eq!(found.probability, said[class]);
    assert_eq!(found.maps.len(), found.plan.channels.len());
    assert_eq!(found.plan.scaling, Scaling::MedianNorm);
    let refusal = explain(&model, &input[1..], ExplainMethod::Relevance).unwrap_err();
    assert!(matches!(refusal, LearnError::Input { .. }), "{refusal}");
}
