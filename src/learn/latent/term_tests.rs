//! Every term of the losses against a direct computation in double precision, and its gradient against
//! differences of that.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    coder::Gaussian,
    mixture::Mixture,
    mixture_fit::Fitted,
    terms::{LN_TAU, divergence, log_mean_exp, log_normal, reconstruction},
    vade::latent_terms,
};

/// Examples, axes and components.
const N: usize = 3;
const J: usize = 2;
const K: usize = 3;

fn table<const R: usize, const C: usize>(rows: [[f64; C]; R], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = rows.iter().flatten().map(|value| *value as f32).collect();
    Tensor::from_data(TensorData::new(values, [R, C]), device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() < 1e-4 * (1.0 + b.abs()),
            "{found:?} {expected:?}"
        );
    }
}

#[test]
fn reconstruction_and_densities_are_those_of_normal_distributions() {
    let device = Device::flex();
    let (input, drawn) = ([[0.5, -1.0], [0.0, 2.0]], [[0.0, -0.5], [1.0, 2.0]]);
    let logs = [[-1.0], [0.4]];
    let found = reconstruction(
        table(input, &device),
        table(drawn, &device),
        table(logs, &device),
    );
    let density = |x: f64, m: f64, log: f64| -0.5 * ((x - m).powi(2) / log.exp() + log + LN_TAU);
    let expected: Vec<f64> = (0..2)
        .map(|n| {
            -(0..2)
                .map(|d| density(input[n][d], drawn[n][d], logs[n][0]))
                .sum::<f64>()
        })
        .collect();
    close(&numbers(found), &expected);
    // One log-variance for each pixel instead.
    let logs = [-0.5, 0.7];
    let found = reconstruction(
        table(input, &device),
        table(drawn, &device),
        table([logs], &device),
    );
    let expected: Vec<f64> = (0..2)
        .map(|n| {
            -(0..2)
                .map(|d| density(input[n][d], drawn[n][d], logs[d]))
                .sum::<f64>()
        })
        .collect();
    close(&numbers(found), &expected);
    let (mean, log_variance) = ([[0.2, -0.3], [1.5, 0.0]], [[-2.0, 0.5], [0.0, 1.0]]);
    let of = Gaussian {
        mean: table(mean, &device),
        log_variance: table(log_variance, &device),
    };
    let expected: Vec<f64> = (0..2)
        .map(|n| {
            (0..2)
                .map(|j| density(input[n][j], mean[n][j], log_variance[n][j]))
                .sum()
        })
        .collect();
    close(&numbers(log_normal(table(input, &device), &of)), &expected);
    // The divergence by integration over a fine grid.
    let integral = |m: f64, log: f64| -> f64 {
        let step = 1e-3;
        let of_x = |at: i32| {
            let x = f64::from(at) * step;
            let q = density(x, m, log);
            q.exp() * (q - density(x, 0.0, 0.0)) * step
        };
        (-12_000..12_000).map(of_x).sum()
    };
    let expected: Vec<f64> = (0..2)
        .map(|n| {
            (0..2)
                .map(|j| integral(mean[n][j], log_variance[n][j]))
                .sum()
        })
        .collect();
    close(&numbers(divergence(&of)), &expected);
}

#[test]
fn the_mean_of_exponentials_does_not_overflow() {
    let device = Device::flex();
    let values = [[1000.0, -3.0], [998.0, -1.0], [900.0, -2.0]];
    let found = numbers(log_mean_exp(table(values, &device)));
    let second = ((-3.0_f64).exp() + (-1.0_f64).exp() + (-2.0_f64).exp()) / 3.0;
    let first = 1000.0 + ((1.0 + (-2.0_f64).exp()) / 3.0).ln();
    close(&found, &[first, second.ln()]);
}

/// Everything that the latent terms depend on.
#[derive(Clone)]
struct Case {
    mean: [[f64; J]; N],
    log_variance: [[f64; J]; N],
    noise: [[f64; J]; N],
    weights: [[f64; K]; 1],
    centres: [[f64; J]; K],
    widths: [[f64; J]; K],
}

fn case() -> Case {
    Case {
        mean: [[0.3, -0.8], [1.2, 0.4], [-2.0, 0.1]],
        log_variance: [[-1.0, -0.2], [0.3, -2.0], [-3.0, 0.0]],
        noise: [[0.7, -1.1], [0.2, 0.9], [-0.4, 0.3]],
        weights: [[0.2, -0.6, 0.9]],
        centres: [[0.0, -1.0], [1.5, 0.5], [-1.0, 0.2]],
        widths: [[-0.5, 0.2], [0.4, -1.0], [0.1, 0.3]],
    }
}

/// Distance, certainty, rarity, assignment of each example, number by number.
fn direct(case: &Case) -> [Vec<f64>; 4] {
    let all: f64 = case.weights[0].iter().map(|weight| weight.exp()).sum();
    let log_pi = case.weights[0].map(|weight| weight - all.ln());
    let mut terms = [const { Vec::new() }; 4];
    for n in 0..N {
        let (mean, log) = (case.mean[n], case.log_variance[n]);
        let z: Vec<f64> = (0..J)
            .map(|j| mean[j] + (log[j] / 2.0).exp() * case.noise[n][j])
            .collect();
        let density = |c: usize| -> f64 {
            let of_axis = |j: usize| {
                let width = case.widths[c][j];
                let square = (z[j] - case.centres[c][j]).powi(2) / width.exp();
                (-0.5 * square).exp() / (std::f64::consts::TAU * width.exp()).sqrt()
            };
            log_pi[c].exp() * (0..J).map(of_axis).product::<f64>()
        };
        let sum: f64 = (0..K).map(density).sum();
        let gamma: Vec<f64> = (0..K).map(|c| density(c) / sum).collect();
        let distance = |c: usize| -> f64 {
            let of_axis = |j: usize| {
                let width = case.widths[c][j];
                let square = (mean[j] - case.centres[c][j]).powi(2);
                width + log[j].exp() / width.exp() + square / width.exp()
            };
            gamma[c] * (0..J).map(of_axis).sum::<f64>()
        };
        terms[0].push((0..K).map(distance).sum::<f64>() / 2.0);
        terms[1].push(-log.iter().map(|log| 1.0 + log).sum::<f64>() / 2.0);
        terms[2].push(-(0..K).map(|c| gamma[c] * log_pi[c]).sum::<f64>());
        terms[3].push(gamma.iter().map(|gamma| gamma * gamma.ln()).sum());
    }
    terms
}

fn sum(case: &Case) -> f64 {
    direct(case).iter().flatten().sum()
}

/// The tensors of a case: mean, log-variance, and the mixture.
fn tensors(case: &Case, device: &Device) -> (Gaussian, Mixture) {
    let plain = Device::flex();
    let of = |values: &[f64]| values.to_vec();
    let all: f64 = case.weights[0].iter().map(|weight| weight.exp()).sum();
    let fitted = Fitted {
        weights: case.weights[0].iter().map(|w| w.exp() / all).collect(),
        means: of(case.centres.as_flattened()),
        variances: case.widths.as_flattened().iter().map(|w| w.exp()).collect(),
    };
    let mixture = Mixture::init(K, J, &plain).with(&fitted);
    let posterior = Gaussian {
        mean: table(case.mean, device).require_grad(),
        log_variance: table(case.log_variance, device).require_grad(),
    };
    (posterior, mixture.fork(device).train())
}

#[test]
fn the_terms_of_vade_are_those_of_the_formula() {
    let device = Device::flex().autodiff();
    let (posterior, mixture) = tensors(&case(), &device);
    let vectors = posterior.drawn(table(case().noise, &device));
    let found = latent_terms(&posterior, vectors, &mixture);
    for (found, expected) in found.into_iter().zip(direct(&case())) {
        close(&numbers(found), &expected);
    }
}

/// The derivative of the sum of all terms by one number, by differences.
fn slope(number: impl Fn(&mut Case) -> &mut f64) -> f64 {
    let step = 1e-5;
    let at = |by: f64| {
        let mut moved = case();
        *number(&mut moved) += by;
        sum(&moved)
    };
    (at(step) - at(-step)) / (2.0 * step)
}

#[test]
fn the_gradient_of_vade_is_that_of_the_formula() {
    let device = Device::flex().autodiff();
    let (posterior, mixture) = tensors(&case(), &device);
    let vectors = posterior.drawn(table(case().noise, &device));
    let [distance, certainty, rarity, assignment] = latent_terms(&posterior, vectors, &mixture);
    let gradients = (distance + certainty + rarity + assignment)
        .sum()
        .backward();
    let of = |tensor: &Tensor<2>| numbers(tensor.grad(&gradients).unwrap());
    let each = |row: usize, column: usize| (row, column);
    let places = |rows: usize| (0..rows).flat_map(move |r| (0..J).map(move |j| each(r, j)));
    let means: Vec<f64> = places(N)
        .map(|(n, j)| slope(|case| &mut case.mean[n][j]))
        .collect();
    close(&of(&posterior.mean), &means);
    let logs: Vec<f64> = places(N)
        .map(|(n, j)| slope(|case| &mut case.log_variance[n][j]))
        .collect();
    close(&of(&posterior.log_variance), &logs);
    let centres: Vec<f64> = places(K)
        .map(|(c, j)| slope(|case| &mut case.centres[c][j]))
        .collect();
    close(&of(&mixture.means.val()), &centres);
    let widths: Vec<f64> = places(K)
        .map(|(c, j)| slope(|case| &mut case.widths[c][j]))
        .collect();
    close(&of(&mixture.log_variances.val()), &widths);
    let weights: Vec<f64> = (0..K)
        .map(|c| slope(|case| &mut case.weights[0][c]))
        .collect();
    close(
        &numbers(mixture.weights.val().grad(&gradients).unwrap()),
        &weights,
    );
}

#[test]
fn one_standard_normal_component_is_the_plain_divergence() {
    let device = Device::flex();
    let case = case();
    let of = Gaussian {
        mean: table(case.mean, &device),
        log_variance: table(case.log_variance, &device),
    };
    let vectors = of.drawn(table(case.noise, &device));
    let mixture = Mixture::init(1, J, &device);
    let terms = latent_terms(&of, vectors, &mixture);
    let all = terms.into_iter().reduce(|a, b| a + b).unwrap();
    close(&numbers(all), &numbers(divergence(&of)));
}
