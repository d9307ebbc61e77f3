//! Kernels against the sums that define them, for each kind of instructions.

use pulp::{Scalar, Simd};

use super::{
    activation::{exp, sigmoid, tanh},
    convolution::Run,
    *,
};

/// Numbers from -1 to 1 without a pattern.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let value = |at: usize| {
        let mixed = (at as u32 ^ seed.wrapping_mul(77_003)).wrapping_mul(2_654_435_761);
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
        (mixed ^ (mixed >> 13)) as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..count).map(value).collect()
}

/// A layer, with what it is made of.
struct Case {
    from: Map,
    to: usize,
    shape: Shape,
    after: After,
}

impl Case {
    fn weights(&self) -> Weights {
        let [high, wide] = self.shape.kernel;
        Weights {
            weight: noise(self.to * self.from.channels * high * wide, 1),
            bias: noise(self.to, 2),
        }
    }

    fn input(&self) -> Vec<Lanes> {
        let mut input = self.from.zeros();
        let values = noise(self.from.len() * LANES, 3);
        for channel in 0..self.from.channels {
            for y in 0..self.from.height {
                for x in 0..self.from.width {
                    let at = self.from.at(channel, y, x);
                    input[at]
                        .0
                        .copy_from_slice(&values[at * LANES..(at + 1) * LANES]);
                }
            }
        }
        input
    }

    /// The output by its definition, in 64 bits: (channel, y, x, lane).
    fn expected(&self, input: &[Lanes]) -> Vec<f64> {
        let Weights { weight, bias } = self.weights();
        let [high, wide] = self.shape.kernel;
        let layer = self.layer();
        let [height, width] = layer.inner();
        let at = |y: usize, channel: usize, x: usize| {
            y * self.from.row() + channel * self.from.line() + x
        };
        let inner = |channel: usize, y: usize, x: usize, lane: usize| {
            let mut sum = f64::from(bias[channel]);
            for from in 0..self.from.channels {
                for ky in 0..high {
                    for kx in 0..wide {
                        let pixel =
                            at(y * self.shape.stride + ky, from, x * self.shape.stride + kx);
                        let weight =
                            weight[((channel * self.from.channels + from) * high + ky) * wide + kx];
                        sum += f64::from(weight) * f64::from(input[pixel].0[lane]);
                    }
                }
            }
            sum.max(sum * f64::from(self.after.slope))
        };
        let side = match self.after.pool {
            Pool::None => 1,
            Pool::Max { side, .. } | Pool::Mean { side } => side,
        };
        let to = layer.to();
        let mut all = Vec::new();
        for channel in 0..to.channels {
            for (y, x) in (0..to.height).flat_map(|y| (0..to.width).map(move |x| (y, x))) {
                for lane in 0..LANES {
                    let rows = y * side..height.min((y + 1) * side);
                    let window = rows
                        .flat_map(|y| (x * side..width.min((x + 1) * side)).map(move |x| (y, x)));
                    let values: Vec<f64> =
                        window.map(|(y, x)| inner(channel, y, x, lane)).collect();
                    all.push(match self.after.pool {
                        Pool::Mean { .. } => values.iter().sum::<f64>() / values.len() as f64,
                        _ => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    });
                }
            }
        }
        all
    }

    fn layer(&self) -> Convolution {
        Convolution::new(self.from, self.shape, &self.weights(), self.after, 1)
    }

    /// The largest difference from the definition.
    fn off(&self, run: impl FnOnce(Run<'_>)) -> f64 {
        let (layer, input) = (self.layer(), self.input());
        let to = layer.to();
        let mut output = to.zeros();
        layer.run_by(&input, &mut output, &mut Vec::new(), run);
        let expected = self.expected(&input);
        let places = (0..to.channels).flat_map(|channel| {
            (0..to.height).flat_map(move |y| (0..to.width).map(move |x| (channel, y, x)))
        });
        let found = places.flat_map(|(channel, y, x)| output[to.at(channel, y, x)].0);
        let differences = found.zip(&expected).map(|(a, b)| (f64::from(a) - b).abs());
        differences.fold(0.0, f64::max)
    }
}

/// Channels that fill blocks and that do not, strides, windows that are cut off or left out.
fn cases() -> Vec<Case> {
    let map = |channels, height, width, border| Map {
        channels,
        height,
        width,
        border,
    };
    let after = |slope, pool| After { slope, pool };
    let cut = |is_last_cut| Pool::Max {
        side: 2,
        is_last_cut,
    };
    let case = |from, to, side: usize, stride, after| Case {
        from,
        to,
        shape: Shape {
            kernel: [side, side],
            stride,
        },
        after,
    };
    vec![
        case(map(3, 7, 8, 1), 12, 3, 1, after(0.0, cut(true))),
        case(map(4, 7, 5, 1), 9, 3, 1, after(0.01, cut(false))),
        case(map(2, 9, 9, 2), 20, 5, 2, after(0.01, Pool::None)),
        case(map(5, 6, 6, 0), 2, 3, 1, after(1.0, Pool::Mean { side: 2 })),
        case(map(4, 5, 5, 3), 8, 4, 1, after(0.0, Pool::None)),
    ]
}

#[test]
fn convolutions_are_those_sums_with_any_instructions() {
    for (at, case) in cases().iter().enumerate() {
        let off = case.off(|run| pulp::Arch::new().dispatch(run));
        assert!(off < 1e-5, "case {at}: off by {off}");
        let off = case.off(|run| Scalar.vectorize(run));
        assert!(off < 1e-5, "case {at} without vectors: off by {off}");
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            let off = case.off(|run| Simd::vectorize(simd, run));
            assert!(off < 1e-5, "case {at} with AVX2: off by {off}");
        }
    }
}

#[test]
fn a_dense_layer_is_a_product_with_a_matrix() {
    let weights = Weights {
        weight: noise(3 * 37, 4),
        bias: noise(3, 5),
    };
    let layer = Convolution::dense(&weights, 1.0);
    let values = noise(37 * LANES, 6);
    let input: Vec<Lanes> = values
        .chunks_exact(LANES)
        .map(|lanes| Lanes(lanes.try_into().unwrap()))
        .collect();
    let mut output = layer.to().zeros();
    layer.run(&input, &mut output, &mut Vec::new());
    for (to, row) in weights.weight.chunks_exact(37).enumerate() {
        for lane in 0..LANES {
            let products = row
                .iter()
                .zip(&input)
                .map(|(weight, input)| weight * input.0[lane]);
            let expected = products.sum::<f32>() + weights.bias[to];
            assert!((output[to].0[lane] - expected).abs() < 1e-5);
        }
    }
}

#[test]
fn activations_are_those_of_the_standard_library() {
    for step in -2000..=2000 {
        let x = step as f32 * 0.05;
        let wide = f64::from(x);
        let close = |found: f32, expected: f64| (f64::from(found) - expected).abs() < 3e-7;
        assert!(close(sigmoid(x), 1.0 / (1.0 + (-wide).exp())), "{x}");
        assert!(close(tanh(x), wide.tanh()), "{x}");
        if x.abs() < 80.0 {
            let ratio = f64::from(exp(x)) / wide.exp();
            assert!((ratio - 1.0).abs() < 3e-7, "exp of {x}: {ratio}");
        }
    }
}

#[test]
fn normalised_features_have_the_mean_and_width_that_they_are_given() {
    let layer = NormLayer {
        scale: vec![2.0; 10],
        offset: vec![0.5; 10],
        epsilon: 1e-5,
        slope: 1.0,
    };
    let values = noise(10 * LANES, 7);
    let mut lanes: Vec<Lanes> = values
        .chunks_exact(LANES)
        .map(|lanes| Lanes(lanes.try_into().unwrap()))
        .collect();
    layer.run(&mut lanes);
    for lane in 0..LANES {
        let mean = lanes.iter().map(|value| value.0[lane]).sum::<f32>() / 10.0;
        let square = |value: &Lanes| (value.0[lane] - mean).powi(2);
        let width = (lanes.iter().map(square).sum::<f32>() / 10.0).sqrt();
        assert!((mean - 0.5).abs() < 1e-5 && (width - 2.0).abs() < 1e-3);
    }
}
