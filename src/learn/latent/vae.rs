//! The variational autoencoder of transients (Huijse et al. 2018): a small latent space with a standard
//! normal prior, and a pixel variance that the network tells for each stamp.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, activation::tanh},
};

use super::{
    LatentShape,
    coder::{Coder, Gaussian},
    convolutional,
    terms::{divergence, log_mean_exp, log_normal, reconstruction},
};

/// What is made as large as can be in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Bound {
    /// The evidence lower bound (Kingma & Welling 2014).
    #[default]
    Evidence,
    /// The importance-weighted bound (Burda et al. 2016).
    Importance,
}

impl Bound {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evidence => "elbo",
            Self::Importance => "iwae",
        }
    }

    /// Latent vectors drawn for each example.
    pub const fn samples(self) -> usize {
        match self {
            Self::Evidence => 1,
            Self::Importance => 20,
        }
    }
}

impl std::str::FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = [Self::Evidence, Self::Importance].into_iter();
        let found = all.find(|known| known.name() == text);
        found.ok_or_else(|| format!("\"{text}\" is no bound; there are elbo and iwae"))
    }
}

/// Encoder and decoder, and what tells the variance of the pixels.
#[derive(Module, Debug)]
pub struct Vae {
    pub(super) coder: Coder,
    noise: Linear,
}

impl Vae {
    /// Untrained.
    pub fn init(shape: &LatentShape, device: &Device) -> Self {
        let hidden = if shape.is_convolutional {
            convolutional::Decoder::hidden_width(shape)
        } else {
            shape.base_width()
        };
        Self {
            coder: Coder::init(shape, device),
            noise: LinearConfig::new(hidden, 1).init(device),
        }
    }

    /// Latent vectors (n, axis) to pixels (n, pixel) and the log-variance of each picture's (n, 1): twice
    /// a hyperbolic tangent, so within -2 and 2.
    pub fn draw(&self, vectors: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let hidden = self.coder.hidden(vectors);
        let log_variance = tanh(self.noise.forward(hidden.clone())) * 2.0;
        (self.coder.pixels(hidden), log_variance)
    }

    /// The negative bound of each example; `noise` is standard normal: (sample, n, axis).
    pub fn loss(&self, input: &Tensor<2>, noise: Tensor<3>, bound: Bound) -> Tensor<1> {
        let posterior = self.coder.encode(input.clone());
        match bound {
            Bound::Evidence => {
                let noise = noise.narrow(0, 0, 1).squeeze_dim(0);
                let (drawn, log_variance) = self.draw(posterior.drawn(noise));
                reconstruction(input.clone(), drawn, log_variance) + divergence(&posterior)
            }
            Bound::Importance => -log_mean_exp(self.log_weights(input, &posterior, noise)),
        }
    }

    /// ln p(x, z) - ln q(z|x) of every drawn vector: (sample, n).
    fn log_weights(&self, input: &Tensor<2>, posterior: &Gaussian, noise: Tensor<3>) -> Tensor<2> {
        let [samples, _, _] = noise.dims();
        let weights = noise.split(1, 0).into_iter().map(|noise| {
            let vectors = posterior.drawn(noise.squeeze_dim(0));
            let (drawn, log_variance) = self.draw(vectors.clone());
            let prior = Gaussian {
                mean: vectors.zeros_like(),
                log_variance: vectors.zeros_like(),
            };
            let likely = reconstruction(input.clone(), drawn, log_variance);
            log_normal(vectors.clone(), &prior) - likely - log_normal(vectors, posterior)
        });
        let weights: Vec<Tensor<1>> = weights.collect();
        debug_assert_eq!(weights.len(), samples, "one for every sample");
        Tensor::stack(weights, 0)
    }
}
