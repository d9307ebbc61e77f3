//! Gradients of whole networks against differences of their losses, weight by weight.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Distribution, Tensor, TensorData},
};

use super::{Bound, LatentKind, LatentNetwork, LatentShape};

const COUNT: usize = 4;

fn shape(kind: LatentKind) -> LatentShape {
    LatentShape {
        channels: 1,
        side_px: 5,
        dimensions: 2,
        widths: vec![8, 6],
        components: if kind.has_mixture() { 3 } else { 1 },
        is_convolutional: kind.is_convolutional(),
        focus_px: Some(2.0),
        pixel_variance: None,
    }
}

/// Numbers without a pattern, the same everywhere.
fn wave(count: usize, scale: f64) -> Vec<f32> {
    let value = |at: usize| (scale * (1.7 * at as f64 + 0.3 * scale).sin()) as f32;
    (0..count).map(value).collect()
}

/// Replaces all weights, so that the network does not depend on the generator of the process.
struct Fill;

impl ModuleMapper for Fill {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|old| {
            let values = wave(old.shape().num_elements(), 0.45);
            Tensor::from_data(TensorData::new(values, old.shape()), &old.device())
        })
    }
}

/// Adds to one number of one parameter, counted in the order of visits.
struct Nudge {
    parameter: usize,
    by: f32,
}

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_it = self.parameter == 0;
        self.parameter = self.parameter.wrapping_sub(1);
        if !is_it {
            return param;
        }
        param.map(|old| {
            let mut values: Vec<f32> = old.to_data().iter::<f32>().collect();
            let middle = values.len() / 2;
            values[middle] += self.by;
            Tensor::from_data(TensorData::new(values, old.shape()), &old.device())
        })
    }
}

/// The gradient of the middle number of every parameter.
struct Middle<'a> {
    gradients: &'a GradientsParams,
    found: Vec<f64>,
}

impl ModuleVisitor for Middle<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id);
        let values: Vec<f64> = gradient.map_or_else(Vec::new, |gradient| {
            gradient.into_data().iter::<f64>().collect()
        });
        self.found
            .push(values.get(values.len() / 2).copied().unwrap_or(0.0));
    }
}

fn loss(network: &LatentNetwork, bound: Bound, device: &Device) -> Tensor<1> {
    let pixels = 25;
    let input = TensorData::new(wave(COUNT * pixels, 0.8), [COUNT, pixels]);
    let input = Tensor::<2>::from_data(input, device);
    let samples = bound.samples();
    let noise = TensorData::new(wave(samples * COUNT * 2, 1.1), [samples, COUNT, 2]);
    network
        .loss(&input, Tensor::from_data(noise, device), bound)
        .mean()
}

fn number(loss: Tensor<1>) -> f64 {
    loss.into_data().iter::<f64>().next().unwrap()
}

fn check(kind: LatentKind, bound: Bound) {
    let plain = Device::flex();
    let network = LatentNetwork::init(kind, &shape(kind), &plain).map(&mut Fill);
    let device = plain.clone().autodiff();
    let training = network.clone().fork(&device).train();
    let gradients = loss(&training, bound, &device).backward();
    let gradients = GradientsParams::from_grads(gradients, &training);
    let mut middle = Middle {
        gradients: &gradients,
        found: Vec::new(),
    };
    training.visit(&mut middle);
    assert!(middle.found.len() > 8, "{}", middle.found.len());
    let at = |parameter: usize, by: f32| {
        let moved = network.clone().map(&mut Nudge { parameter, by });
        number(loss(&moved, bound, &plain))
    };
    for (parameter, found) in middle.found.into_iter().enumerate() {
        // Small, as rectifiers have kinks.
        let step = 1e-3;
        let slope = (at(parameter, step) - at(parameter, -step)) / (2.0 * f64::from(step));
        let off = (found - slope).abs();
        assert!(
            off < 0.02 * (1.0 + slope.abs()),
            "{} {bound:?}, parameter {parameter}: {found} {slope}",
            kind.name()
        );
    }
}

#[test]
fn gradients_of_all_networks_are_those_of_their_losses() {
    check(LatentKind::Vade, Bound::Evidence);
    check(LatentKind::VadeConv, Bound::Evidence);
    for bound in [Bound::Evidence, Bound::Importance] {
        check(LatentKind::Vae, bound);
        check(LatentKind::VaeConv, bound);
    }
}

#[test]
fn more_samples_make_the_bound_no_looser() {
    let device = Device::flex();
    let kind = LatentKind::Vae;
    let network = LatentNetwork::init(kind, &shape(kind), &device).map(&mut Fill);
    let input = TensorData::new(wave(64 * 25, 0.8), [64, 25]);
    let input = Tensor::<2>::from_data(input, &device);
    let of = |bound: Bound| {
        let shape = [bound.samples(), 64, 2];
        let noise = Tensor::random(shape, Distribution::Normal(0.0, 1.0), &device);
        number(network.loss(&input, noise, bound).mean())
    };
    // The bounds are expectations; the difference is large against the noise of 64 examples.
    let [few, many] = [of(Bound::Evidence), of(Bound::Importance)];
    assert!(many < few, "{many} {few}");
}

#[test]
fn a_rescaled_coder_draws_the_same() {
    let device = Device::flex();
    for kind in LatentKind::ALL {
        let network = LatentNetwork::init(kind, &shape(kind), &device).map(&mut Fill);
        let coder = network.coder().clone();
        let input = TensorData::new(wave(COUNT * 25, 0.8), [COUNT, 25]);
        let input = Tensor::<2>::from_data(input, &device);
        let rescaled = coder.clone().rescaled(3.0);
        let (before, after) = (
            coder.encode(input.clone()).mean,
            rescaled.encode(input).mean,
        );
        let numbers = |tensor: Tensor<2>| tensor.into_data().iter::<f32>().collect::<Vec<_>>();
        let ratios = numbers(before.clone() - after.clone() * 3.0);
        assert!(ratios.iter().all(|off| off.abs() < 1e-4), "{}", kind.name());
        let pairs = numbers(coder.decode(before) - rescaled.decode(after));
        assert!(pairs.iter().all(|off| off.abs() < 1e-4), "{}", kind.name());
    }
}
