//! A latent network of any kind.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    coder::Coder,
    shape::{LatentKind, LatentShape},
    vade::Vade,
    vae::{Bound, Vae},
};

/// A network of any kind.
#[derive(Module, Debug)]
pub enum LatentNetwork {
    /// With a mixture.
    Vade(Vade),
    /// With a standard normal prior.
    Vae(Vae),
}

impl LatentNetwork {
    /// Untrained; weights depend on the device's seed.
    pub fn init(kind: LatentKind, shape: &LatentShape, device: &Device) -> Self {
        if kind.has_mixture() {
            Self::Vade(Vade::init(shape, device))
        } else {
            Self::Vae(Vae::init(shape, device))
        }
    }

    /// Encoder and decoder.
    pub const fn coder(&self) -> &Coder {
        match self {
            Self::Vade(network) => &network.coder,
            Self::Vae(network) => &network.coder,
        }
    }

    /// The loss of each example, nats; `noise` is standard normal: (sample, n, axis). What VaDE draws
    /// is one sample, whatever the bound.
    pub fn loss(&self, input: &Tensor<2>, noise: Tensor<3>, bound: Bound) -> Tensor<1> {
        match self {
            Self::Vade(network) => {
                let noise = noise.narrow(0, 0, 1).squeeze_dim(0);
                network.terms(input, noise).sum()
            }
            Self::Vae(network) => network.loss(input, noise, bound),
        }
    }

    /// The weighted mean square of input less drawn, over all pixels: what the pretraining makes small.
    pub fn autoencoding_loss(&self, input: &Tensor<2>) -> Tensor<1> {
        let coder = self.coder();
        let drawn = coder.decode(coder.encode(input.clone()).mean);
        self.errors(input.clone(), drawn).mean()
    }

    /// The weighted mean square of input less drawn of each stamp: (n).
    pub fn errors(&self, input: Tensor<2>, drawn: Tensor<2>) -> Tensor<1> {
        let squares = (input - drawn).powi_scalar(2);
        match self {
            Self::Vade(network) => {
                let weights = network.focus.weights(&squares.device());
                let sum = weights.clone().sum_dim(1);
                ((squares * weights).sum_dim(1) / sum).squeeze_dim(1)
            }
            Self::Vae(_) => squares.mean_dim(1).squeeze_dim(1),
        }
    }

    /// The same without gradients.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        self.valid()
    }
}
