//! A mixture of normal distributions with diagonal covariances: the prior of VaDE.

use std::sync::Arc;

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData, activation::log_softmax},
};

use super::{mixture_fit::Fitted, terms::LN_TAU};
use crate::domain::LatentComponent;

/// Log-variances of components stay within these: a component neither shrinks to a point nor takes
/// in everything.
const LOG_VARIANCE: [f64; 2] = [-5.0, 2.0];

/// Weights, means and variances.
#[derive(Module, Debug)]
pub struct Mixture {
    /// (component), before the softmax.
    pub(super) weights: Param<Tensor<1>>,
    /// (component, axis).
    pub(in crate::learn) means: Param<Tensor<2>>,
    /// (component, axis).
    pub(in crate::learn) log_variances: Param<Tensor<2>>,
}

impl Mixture {
    /// Standard normal components, all the same: what a fit is put into.
    pub fn init(components: usize, dimensions: usize, device: &Device) -> Self {
        let zeros = || Tensor::zeros([components, dimensions], device);
        Self {
            weights: Param::from_tensor(Tensor::zeros([components], device)),
            means: Param::from_tensor(zeros()),
            log_variances: Param::from_tensor(zeros()),
        }
    }

    /// Components.
    pub fn len(&self) -> usize {
        self.means.dims()[0]
    }

    /// True without a component.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Probabilities of the components for latent vectors, one after the other: (vector, component).
    pub(super) fn responsibilities(&self, vectors: &[f32], device: &Device) -> Vec<f32> {
        let axes = self.means.dims()[1].max(1);
        let data = TensorData::new(vectors.to_vec(), [vectors.len() / axes, axes]);
        let logs = self.log_responsibilities(Tensor::from_data(data, device));
        logs.exp().into_data().iter::<f32>().collect()
    }

    /// The same parameters with the values of a fit.
    #[must_use]
    pub fn with(self, fitted: &Fitted) -> Self {
        let [components, dimensions] = self.means.dims();
        let table = |values: Vec<f32>, device: &Device| {
            Tensor::from_data(TensorData::new(values, [components, dimensions]), device)
        };
        let logs = |values: &[f64], least: f64| -> Vec<f32> {
            values.iter().map(|v| v.max(least).ln() as f32).collect()
        };
        let (weights, variances) = (logs(&fitted.weights, 1e-6), logs(&fitted.variances, 1e-6));
        let means: Vec<f32> = fitted.means.iter().map(|value| *value as f32).collect();
        Self {
            weights: self.weights.map(|old| {
                Tensor::from_data(TensorData::new(weights, [components]), &old.device())
            }),
            means: self.means.map(|old| table(means, &old.device())),
            log_variances: self
                .log_variances
                .map(|old| table(variances, &old.device())),
        }
        .clamped()
    }

    /// ln of weight times density, for vectors (n, axis): (n, component).
    pub fn log_joint(&self, vectors: Tensor<2>) -> Tensor<2> {
        let log_variances = self.log_variances.val().unsqueeze_dim::<3>(0); // (1, component, axis)
        let offsets = vectors.unsqueeze_dim::<3>(1) - self.means.val().unsqueeze_dim::<3>(0);
        let squares = offsets.powi_scalar(2) / log_variances.clone().exp();
        let densities = (squares + log_variances + LN_TAU)
            .sum_dim(2)
            .squeeze_dim::<2>(2)
            * -0.5;
        densities + self.log_weights().unsqueeze_dim(0)
    }

    /// ln of the probability of each component given a vector: (n, component).
    pub fn log_responsibilities(&self, vectors: Tensor<2>) -> Tensor<2> {
        log_softmax(self.log_joint(vectors), 1)
    }

    /// ln of the weights, which sum to 1.
    pub fn log_weights(&self) -> Tensor<1> {
        log_softmax(self.weights.val(), 0)
    }

    /// The same with its variances within their limits.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        let [low, high] = LOG_VARIANCE;
        // Behind the optimiser's back, so without a gradient.
        self.log_variances = self.log_variances.map(|values| {
            let (is_learned, is_differentiating) = (values.is_require_grad(), values.is_autodiff());
            let clamped = values.inner().clamp(low, high);
            if is_differentiating {
                clamped.autodiff().set_require_grad(is_learned)
            } else {
                clamped
            }
        });
        self
    }

    /// What it is now.
    pub fn fitted(&self) -> Fitted {
        let numbers = |data: TensorData| -> Vec<f64> { data.iter::<f64>().collect() };
        Fitted {
            weights: numbers(self.log_weights().exp().into_data()),
            means: numbers(self.means.val().into_data()),
            variances: numbers(self.log_variances.val().exp().into_data()),
        }
    }

    /// Its components for use.
    pub fn components(&self) -> Vec<LatentComponent> {
        let fitted = self.fitted();
        let dimensions = self.means.dims()[1].max(1);
        let row = |values: &[f64]| -> Arc<[f32]> { values.iter().map(|v| *v as f32).collect() };
        let means = fitted.means.chunks(dimensions);
        let variances = fitted.variances.chunks(dimensions);
        let all = fitted.weights.iter().zip(means.zip(variances));
        all.map(|(weight, (mean, variance))| LatentComponent {
            weight: *weight as f32,
            mean: row(mean),
            variance: row(variance),
        })
        .collect()
    }
}
