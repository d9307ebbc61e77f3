//! Outputs and gradients of the kernels against those of burn.

use burn::{
    module::{Module, ModuleMapper, Param},
    nn::{
        LstmConfig,
        conv::{Conv2d, Conv2dConfig},
        pool::MaxPool2dConfig,
    },
    tensor::{Device, Distribution, Gradients, Tensor},
};

use super::*;
use crate::learn::{
    Architecture, Network, NetworkShape,
    network::{Layer, Pooling, by_burn},
};

fn device() -> Device {
    Device::flex().autodiff()
}

fn noise<const D: usize>(sides: [usize; D]) -> Tensor<D> {
    let noise = Distribution::Normal(0.0, 1.0);
    let values = Tensor::<D>::random(sides, noise, &Device::flex()).into_data();
    Tensor::from_data(values, &device())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// The largest difference as a share of the largest value.
fn off(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = b
        .iter()
        .fold(0.0_f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 0.0, "there is nothing to compare with");
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max) / largest
}

fn gradient<const D: usize>(weight: &Param<Tensor<D>>, gradients: &Gradients) -> Vec<f32> {
    values(
        weight
            .val()
            .grad(gradients)
            .expect("a weight without gradient"),
    )
}

/// The output, and the gradients of input, weights and biases for a loss that is the same for the same output.
fn answers(
    forward: impl FnOnce(Tensor<4>) -> Tensor<4>,
    input: &Tensor<4>,
    layers: &[&Conv2d],
) -> Vec<Vec<f32>> {
    let input = Tensor::<4>::from_data(input.clone().into_data(), &device()).require_grad();
    let output = forward(input.clone());
    let waves = (0..output.shape().num_elements()).map(|at| (at as f32 * 0.7).sin());
    let waves = TensorData::new(waves.collect(), output.dims());
    let loss = (output.clone() * Tensor::<4>::from_data(waves, &device())).sum();
    let gradients = loss.backward();
    let mut all = vec![values(output), values(input.grad(&gradients).unwrap())];
    for layer in layers {
        all.push(gradient(&layer.weight, &gradients));
        all.push(gradient(layer.bias.as_ref().unwrap(), &gradients));
    }
    all
}

fn both_answers(layers: &[Layer<'_>], input: &Tensor<4>) -> [Vec<Vec<f32>>; 2] {
    let modules: Vec<&Conv2d> = layers.iter().map(|layer| layer.convolution).collect();
    let for_kernels: Vec<_> = layers
        .iter()
        .map(|layer| layer.for_kernels().unwrap())
        .collect();
    let by_kernels = |input: Tensor<4>| convolutions(&input, &for_kernels).unwrap();
    let ours = answers(by_kernels, input, &modules);
    let theirs = answers(|input| by_burn(input, layers), input, &modules);
    [ours, theirs]
}

fn assert_same(name: &str, layers: &[Layer<'_>], input: &Tensor<4>) {
    let [ours, theirs] = both_answers(layers, input);
    for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let off = off(ours, theirs);
        assert!(
            off < 1e-4,
            "{name}: {at} of output, input, weight, bias, … is off by {off}"
        );
    }
}

/// How far the gradients of a whole network with random weights are off, the worst as a share of its length, where the
/// outputs are the same one by one. Of hundreds of thousands of maxima and rectified values some are ties to within
/// the rounding of a sum, which go either way, and take the gradient of their pixels with them.
fn off_in_length(name: &str, layers: &[Layer<'_>], input: &Tensor<4>) -> f64 {
    let [ours, theirs] = both_answers(layers, input);
    let off_output = off(&ours[0], &theirs[0]);
    assert!(off_output < 1e-4, "{name}: output is off by {off_output}");
    let length = |values: &mut dyn Iterator<Item = f32>| {
        let squares = values.map(|value| f64::from(value) * f64::from(value));
        squares.sum::<f64>().sqrt()
    };
    let gradients = ours.iter().zip(&theirs).skip(1);
    let shares = gradients.map(|(ours, theirs)| {
        let difference = length(&mut ours.iter().zip(theirs).map(|(a, b)| a - b));
        difference / length(&mut theirs.iter().copied()).max(1e-12)
    });
    shares.fold(0.0, f64::max)
}

/// A wrong gradient is wrong for all weights and all input; a tie that matters is met once in some hundred draws.
#[test]
fn convolutions_and_their_gradients_are_those_of_burn() {
    for architecture in Architecture::ALL {
        let is_braai = architecture == Architecture::Braai;
        let shape = NetworkShape {
            channels: if architecture.is_recurrent() || is_braai {
                3
            } else {
                4
            },
            classes: 2,
            members: 1,
        };
        let name = architecture.name();
        // Part of a group of lanes, and more than two groups.
        let counts = if is_braai { [2, 2] } else { [3, 37] };
        let side = if is_braai { 63 } else { 21 };
        for count in counts {
            let draws = (0..4).map(|_| {
                let network = architecture.init(shape, &Device::flex());
                let network = network.fork(&device()).train();
                let input = noise([count, shape.channels, side, side]);
                let off = |layers: &[Layer<'_>], input| off_in_length(name, layers, input);
                match &network {
                    Network::DeepHits(network) => off(&network.trunk.layers(), &input),
                    Network::Cap(network) => off(&network.trunk.layers(), &input),
                    Network::Cape(members) => off(&members[0].trunk.layers(), &input),
                    Network::Compact(network) => off(&network.layers(), &input),
                    Network::Context(network) => {
                        let of_view = network.channels_of_view();
                        let part = |from| input.clone().narrow(1, from, of_view);
                        let [middle, whole] = [part(0), part(of_view)];
                        off(&network.middle(), &middle).max(off(&network.whole(), &whole))
                    }
                    Network::Braai(network) => off(&network.layers(), &input),
                    Network::Recurrent(network) => off(&network.layers(), &input),
                }
            });
            let mut worst = Vec::new();
            let is_alike = draws.into_iter().any(|off| {
                worst.push(off);
                off < 5e-3
            });
            assert!(
                is_alike,
                "{name}: gradients are off by {worst:?} of their length"
            );
        }
    }
}

/// Small whole numbers, most of them 0: sums of their products are exact in any order.
struct Whole(u32);

impl Whole {
    fn next(&mut self) -> f32 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        match self.0 >> 8 & 15 {
            0 => -1.0,
            1 => 1.0,
            _ => 0.0,
        }
    }

    fn data<const D: usize>(&mut self, sides: [usize; D]) -> TensorData {
        let count = sides.iter().product();
        TensorData::new((0..count).map(|_| self.next()).collect::<Vec<f32>>(), sides)
    }
}

impl ModuleMapper for Whole {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|weights| {
            let device = weights.device();
            Tensor::from_data(self.data(weights.dims()), &device)
        })
    }
}

/// Of whole networks with exact sums: two maxima that are alike are so here and in burn, and no rounding decides.
#[test]
fn gradients_of_whole_networks_are_those_of_burn_one_by_one() {
    let mut whole = Whole(20_261_129);
    for architecture in [
        Architecture::Cap,
        Architecture::Compact,
        Architecture::Context,
        Architecture::DeepHitsRelu,
        Architecture::Braai,
    ] {
        let is_braai = architecture == Architecture::Braai;
        let (channels, side) = if is_braai { (3, 63) } else { (4, 21) };
        let shape = NetworkShape {
            channels,
            classes: 2,
            members: 1,
        };
        let network = architecture.init(shape, &Device::flex());
        let network = network.map(&mut whole).fork(&device()).train();
        let input = whole.data([if is_braai { 2 } else { 18 }, channels, side, side]);
        let input = Tensor::<4>::from_data(input, &device());
        let name = architecture.name();
        match &network {
            Network::DeepHits(network) => assert_same(name, &network.trunk.layers(), &input),
            Network::Cap(network) => assert_same(name, &network.trunk.layers(), &input),
            Network::Compact(network) => assert_same(name, &network.layers(), &input),
            Network::Context(network) => {
                let of_view = network.channels_of_view();
                let part = |from| input.clone().narrow(1, from, of_view);
                assert_same(name, &network.middle(), &part(0));
                assert_same(name, &network.whole(), &part(of_view));
            }
            Network::Braai(network) => assert_same(name, &network.layers(), &input),
            Network::Cape(_) | Network::Recurrent(_) => unreachable!("{name} is not asked"),
        }
    }
}

#[test]
fn memory_that_is_used_again_leaves_nothing_behind() {
    let pool = |is_last_cut| {
        MaxPool2dConfig::new([2, 2])
            .with_strides([2, 2])
            .with_ceil_mode(is_last_cut)
            .init()
    };
    let conv = |from, to| Conv2dConfig::new([from, to], [3, 3]).init(&device());
    let layers = [conv(2, 3), conv(3, 5), conv(5, 4)];
    let input = noise([5, 2, 13, 13]);
    // Once every pixel of a map is written, then the last row and column are left out.
    for is_last_cut in [true, false, true, false] {
        let pool = pool(is_last_cut);
        let layers = [
            Layer::new(&layers[0], 0.0, Pooling::Max(&pool)),
            Layer::new(&layers[1], 0.1, Pooling::None),
            Layer::new(&layers[2], 0.0, Pooling::None),
        ];
        assert_same("three layers", &layers, &input);
    }
}

#[test]
fn layers_that_are_not_known_are_left_to_burn() {
    let same = burn::nn::PaddingConfig2d::Same;
    let layer = Conv2dConfig::new([2, 2], [3, 3])
        .with_padding(same)
        .init(&device());
    let layers = [(&layer, 0.0, crate::learn::kernels::Pool::None); 3];
    assert!(convolutions(&noise([1, 2, 9, 9]), &layers).is_none());
    // Neither are those that need no gradients.
    let layer = Conv2dConfig::new([2, 2], [3, 3]).init(&Device::flex());
    let layers = [(&layer, 0.0, crate::learn::kernels::Pool::None); 3];
    let input = Tensor::<4>::zeros([1, 2, 9, 9], &Device::flex());
    assert!(convolutions(&input, &layers).is_none());
}

#[test]
fn an_lstm_and_its_gradients_are_those_of_burn() {
    let lstm = LstmConfig::new(7, 12, true).init(&device());
    for count in [2, 35] {
        let input = noise([count, 6, 7]);
        let answers = |is_ours: bool| {
            let input = Tensor::<3>::from_data(input.clone().into_data(), &device()).require_grad();
            let (output, [cell, hidden]) = if is_ours {
                recurrence(&lstm, &input).unwrap()
            } else {
                let (output, state) = lstm.forward(input.clone(), None);
                (output, state.unpack().into())
            };
            let waves = (0..count * 6 * 12)
                .map(|at| (at as f32 * 0.7).sin())
                .collect();
            let waves = TensorData::new(waves, [count, 6, 12]);
            let loss = (output.clone() * Tensor::<3>::from_data(waves, &device())).sum();
            let gradients = loss.backward();
            let mut all = vec![values(output), values(cell), values(hidden)];
            all.push(values(input.grad(&gradients).unwrap()));
            let forget = lstm.forget_gate.as_ref().unwrap();
            for gate in [&lstm.input_gate, forget, &lstm.output_gate, &lstm.cell_gate] {
                for linear in [&gate.input_transform, &gate.hidden_transform] {
                    all.push(gradient(&linear.weight, &gradients));
                    all.push(gradient(linear.bias.as_ref().unwrap(), &gradients));
                }
            }
            all
        };
        for (at, (ours, theirs)) in answers(true).iter().zip(&answers(false)).enumerate() {
            let off = off(ours, theirs);
            assert!(
                off < 1e-4,
                "{at} of output, cell, hidden, input, weights is off by {off}"
            );
        }
    }
}
