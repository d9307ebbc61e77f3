//! Variational deep embedding (Jiang et al. 2017): an autoencoder whose latent vectors come from a
//! mixture of normal distributions, so that it clusters what it encodes.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    LatentShape,
    coder::{Coder, Gaussian},
    focus::Focus,
    mixture::Mixture,
    terms::reconstruction,
};

/// Variance of a pixel in the middle about what is drawn, unless a card says otherwise: fixed, so that
/// reconstruction and clusters balance for pixels within -1 and 1 (our choice).
pub const PIXEL_VARIANCE: f64 = 0.02;

/// An autoencoder and the mixture in its latent space.
#[derive(Module, Debug)]
pub struct Vade {
    pub(super) coder: Coder,
    pub(in crate::learn) mixture: Mixture,
    pub(in crate::learn) focus: Focus,
    pixel_variance: f64,
}

/// The five terms of the negative evidence lower bound, nats, a number for each example.
#[derive(Clone, Debug)]
pub struct Terms {
    /// -ln p(x|z).
    pub reconstruction: Tensor<1>,
    /// How far what the encoder tells lies from the components, weighed by the responsibilities.
    pub distance: Tensor<1>,
    /// -1/2 sum (1 + ln variance) of the encoder: what keeps it unsure.
    pub certainty: Tensor<1>,
    /// -sum gamma ln pi: rare components cost more.
    pub rarity: Tensor<1>,
    /// sum gamma ln gamma: what keeps the assignment unsure.
    pub assignment: Tensor<1>,
}

impl Terms {
    /// All together.
    pub fn sum(self) -> Tensor<1> {
        self.reconstruction + self.distance + self.certainty + self.rarity + self.assignment
    }
}

/// All terms but the first: of the encoder's distributions, vectors drawn from them (n, axis), and a
/// mixture. Each distribution's entropy and the density of the mixture both hold ln 2 pi: they cancel.
pub fn latent_terms(posterior: &Gaussian, vectors: Tensor<2>, mixture: &Mixture) -> [Tensor<1>; 4] {
    let log_gamma = mixture.log_responsibilities(vectors); // (n, component)
    let gamma = log_gamma.clone().exp();
    let log_variances = mixture.log_variances.val().unsqueeze_dim::<3>(0); // (1, component, axis)
    let offsets =
        posterior.mean.clone().unsqueeze_dim::<3>(1) - mixture.means.val().unsqueeze_dim::<3>(0);
    let variance = posterior.log_variance.clone().exp().unsqueeze_dim::<3>(1);
    let spread = (offsets.powi_scalar(2) + variance) / log_variances.clone().exp() + log_variances;
    let spread = spread.sum_dim(2).squeeze_dim::<2>(2); // (n, component)
    let distance = (gamma.clone() * spread).sum_dim(1) * 0.5;
    let certainty = (posterior.log_variance.clone() + 1.0).sum_dim(1) * -0.5;
    let rarity = -(gamma.clone() * mixture.log_weights().unsqueeze_dim(0)).sum_dim(1);
    let assignment = (gamma * log_gamma).sum_dim(1);
    [distance, certainty, rarity, assignment].map(|term| term.squeeze_dim(1))
}

impl Vade {
    /// Untrained.
    pub fn init(shape: &LatentShape, device: &Device) -> Self {
        Self {
            coder: Coder::init(shape, device),
            mixture: Mixture::init(shape.components, shape.dimensions, device),
            focus: Focus::of(shape),
            pixel_variance: shape.pixel_variance.unwrap_or(PIXEL_VARIANCE),
        }
    }

    /// The terms of the loss; `noise` is standard normal: (n, axis).
    pub fn terms(&self, input: &Tensor<2>, noise: Tensor<2>) -> Terms {
        let posterior = self.coder.encode(input.clone());
        let vectors = posterior.drawn(noise);
        let [distance, certainty, rarity, assignment] =
            latent_terms(&posterior, vectors.clone(), &self.mixture);
        let log_variance =
            self.focus.weights(&input.device()).log().neg() + self.pixel_variance.ln();
        Terms {
            reconstruction: reconstruction(input.clone(), self.coder.decode(vectors), log_variance),
            distance,
            certainty,
            rarity,
            assignment,
        }
    }
}
