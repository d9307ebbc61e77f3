//! Terms of the losses of variational autoencoders, nats, a number for each example.
//!
//! Each is one formula; the tests compute it again number by number, and its gradient by differences.

use burn::tensor::Tensor;

use super::coder::Gaussian;

/// ln 2 pi.
pub(in crate::learn) const LN_TAU: f64 = 1.837_877_066_409_345_3;

/// The negative logarithm of the probability of pixels `input` (n, pixel) under normal distributions
/// about `drawn`, whose log-variance is one number for each example (n, 1) or each pixel (1, pixel).
pub fn reconstruction(input: Tensor<2>, drawn: Tensor<2>, log_variance: Tensor<2>) -> Tensor<1> {
    let squares = (input - drawn).powi_scalar(2);
    let terms = squares / log_variance.clone().exp() + (log_variance + LN_TAU);
    (terms.sum_dim(1) * 0.5).squeeze_dim(1)
}

/// The logarithm of the probability density of vectors (n, axis).
pub fn log_normal(vectors: Tensor<2>, of: &Gaussian) -> Tensor<1> {
    let squares = (vectors - of.mean.clone()).powi_scalar(2);
    let terms = squares / of.log_variance.clone().exp() + of.log_variance.clone() + LN_TAU;
    (terms.sum_dim(1) * -0.5).squeeze_dim(1)
}

/// The Kullback-Leibler divergence from the standard normal distribution (Kingma & Welling 2014,
/// appendix B).
pub fn divergence(of: &Gaussian) -> Tensor<1> {
    let squares = of.mean.clone().powi_scalar(2);
    let variance = of.log_variance.clone().exp();
    let terms = squares + variance - of.log_variance.clone() - 1.0;
    (terms.sum_dim(1) * 0.5).squeeze_dim(1)
}

/// ln of the mean of exp over the first axis: (sample, n) to (n); no overflow.
pub fn log_mean_exp(values: Tensor<2>) -> Tensor<1> {
    let samples = values.dims()[0] as f64;
    // A constant as far as gradients go: it cancels.
    let largest = values.clone().max_dim(0).detach();
    let sum = (values - largest.clone()).exp().sum_dim(0);
    (sum.log() + largest - samples.ln()).squeeze_dim(0)
}
