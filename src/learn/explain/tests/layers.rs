//! Relevance through single layers, and the list of layers of a network.

use super::*;

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
    for architecture in Architecture::ALL
        .into_iter()
        .filter(|one| !one.is_recurrent())
    {
        let model = model(architecture, true);
        let plan = model.stamps().unwrap();
        let input = noise([3, plan.planes(), plan.side_px, plan.side_px]);
        let expected = model.network().forward(input.clone(), Views::Four).unwrap();
        let members = layers_of(model.network()).unwrap();
        if matches!(model.network(), Network::Cape(_)) {
            continue; // Its members are CAP; its score is their mean, which the softmax is not.
        }
        let predicted = score(&members, &input, 1);
        let against = score(&members, &input, 0);
        let [first, second] =
            [0, 1].map(|class| expected.clone().narrow(1, class, 1).flatten(0, 1));
        // braai's network has 0 for `bogus`; explained is the score of `real` with its sign turned.
        let first = if architecture == Architecture::Braai {
            -second.clone()
        } else {
            first
        };
        for (predicted, expected) in [(predicted, second), (against, first)] {
            let apart = (predicted - expected).abs().max().into_scalar::<f32>();
            assert!(apart < 1e-4, "{}: {apart}", architecture.name());
        }
    }
}
