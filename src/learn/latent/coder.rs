//! Encoder and decoder: from pixels to a normal distribution over latent vectors, and back to pixels.

use burn::{
    module::Module,
    nn::{Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{LatentShape, convolutional, dense::Stack};

/// Log-variances of latent vectors stay within these: beyond them nothing is learned any more.
pub(in crate::learn) const LOG_VARIANCE: [f64; 2] = [-8.0, 4.0];
/// Where they start: the encoder is sure of itself (`recipes.md`: our choice).
const FIRST_LOG_VARIANCE: f64 = -4.0;

/// Normal distributions, a row each: (n, axis).
#[derive(Clone, Debug)]
pub struct Gaussian {
    pub mean: Tensor<2>,
    /// Logarithms of the variances.
    pub log_variance: Tensor<2>,
}

impl Gaussian {
    /// Vectors drawn from them with standard normal noise of the same shape (Kingma & Welling 2014).
    pub fn drawn(&self, noise: Tensor<2>) -> Tensor<2> {
        self.mean.clone() + (self.log_variance.clone() * 0.5).exp() * noise
    }
}

/// From pixels to features.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one in a network, and its weights lie elsewhere"
)]
pub enum Encoder {
    /// Dense layers.
    Dense(Stack),
    /// Convolutions.
    Convolutional(convolutional::Encoder),
}

/// From latent vectors to pixels.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one in a network, and its weights lie elsewhere"
)]
pub enum Decoder {
    /// Dense layers.
    Dense(DenseDecoder),
    /// Convolutions.
    Convolutional(convolutional::Decoder),
}

/// The encoder's mirror image.
#[derive(Module, Debug)]
pub struct DenseDecoder {
    pub(in crate::learn) hidden: Stack,
    pub(in crate::learn) pixels: Linear,
}

/// An encoder, its two outputs, and a decoder.
#[derive(Module, Debug)]
pub struct Coder {
    pub(in crate::learn) encoder: Encoder,
    pub(in crate::learn) mean: Linear,
    pub(in crate::learn) log_variance: Linear,
    pub(in crate::learn) decoder: Decoder,
}

impl Coder {
    /// Untrained.
    pub fn init(shape: &LatentShape, device: &Device) -> Self {
        let (encoder, decoder) = if shape.is_convolutional {
            (
                Encoder::Convolutional(convolutional::Encoder::init(shape, device)),
                Decoder::Convolutional(convolutional::Decoder::init(shape, device)),
            )
        } else {
            let back: Vec<usize> = shape.widths.iter().rev().copied().collect();
            let hidden = Stack::init(shape.dimensions, &back, device);
            let pixels = LinearConfig::new(hidden.width(shape.dimensions), shape.pixels());
            let decoder = DenseDecoder {
                hidden,
                pixels: pixels.init(device),
            };
            let encoder = Stack::init(shape.pixels(), &shape.widths, device);
            (Encoder::Dense(encoder), Decoder::Dense(decoder))
        };
        let features = if shape.is_convolutional {
            convolutional::features(shape)
        } else {
            shape.widths.last().copied().unwrap_or(1)
        };
        let mut log_variance = LinearConfig::new(features, shape.dimensions)
            .with_initializer(Initializer::Zeros)
            .init(device);
        let first = Initializer::Constant {
            value: FIRST_LOG_VARIANCE,
        };
        log_variance.bias = Some(first.init([shape.dimensions], device));
        Self {
            encoder,
            mean: LinearConfig::new(features, shape.dimensions).init(device),
            log_variance,
            decoder,
        }
    }

    /// Latent axes.
    pub fn dimensions(&self) -> usize {
        self.mean.weight.dims()[1]
    }

    /// (n, pixel) to what the latent vectors of each may be.
    pub fn encode(&self, input: Tensor<2>) -> Gaussian {
        let features = match &self.encoder {
            Encoder::Dense(encoder) => encoder.forward(input),
            Encoder::Convolutional(encoder) => encoder.forward(input),
        };
        let [low, high] = LOG_VARIANCE;
        Gaussian {
            mean: self.mean.forward(features.clone()),
            log_variance: self.log_variance.forward(features).clamp(low, high),
        }
    }

    /// (n, axis) to the last hidden layer of the decoder: (n, feature).
    pub fn hidden(&self, vectors: Tensor<2>) -> Tensor<2> {
        match &self.decoder {
            Decoder::Dense(decoder) => decoder.hidden.forward(vectors),
            Decoder::Convolutional(decoder) => decoder.hidden(vectors),
        }
    }

    /// That layer to pixels: (n, pixel).
    pub fn pixels(&self, hidden: Tensor<2>) -> Tensor<2> {
        match &self.decoder {
            Decoder::Dense(decoder) => decoder.pixels.forward(hidden),
            Decoder::Convolutional(decoder) => decoder.pixels(hidden),
        }
    }

    /// (n, axis) to (n, pixel).
    pub fn decode(&self, vectors: Tensor<2>) -> Tensor<2> {
        self.pixels(self.hidden(vectors))
    }

    /// The same coder with all latent vectors divided by `spread`: what it draws stays the same.
    #[must_use]
    pub fn rescaled(mut self, spread: f64) -> Self {
        let divide = |values: Tensor<2>| values / spread;
        self.mean.weight = self.mean.weight.map(divide);
        self.mean.bias = self
            .mean
            .bias
            .map(|bias| bias.map(|values| values / spread));
        let undo = |linear: Linear| Linear {
            weight: linear.weight.map(|weight| weight * spread),
            ..linear
        };
        self.decoder = match self.decoder {
            Decoder::Dense(decoder) => Decoder::Dense(DenseDecoder {
                hidden: decoder.hidden.with_first(undo),
                ..decoder
            }),
            Decoder::Convolutional(decoder) => Decoder::Convolutional(decoder.with_first(undo)),
        };
        self
    }
}
