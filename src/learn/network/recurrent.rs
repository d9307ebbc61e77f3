//! The recurrent convolutional network: convolutions shared over the epochs of a sequence, an LSTM
//! that remembers, class scores after every epoch (Carrasco-Davis et al. 2019). Widths were not
//! published; they are our choice.

use burn::{
    module::{Module, Param},
    nn::{
        Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, Lstm, LstmConfig,
        LstmState, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{AvgPool2d, AvgPool2dConfig},
    },
    tensor::{Device, Int, Tensor, TensorData, activation::leaky_relu},
};

use super::{
    convolutions::{Layer, Pooling, convolutions},
    trunk::he_normal,
};
use crate::{imaging::sequence_input::CONDITIONS, learn::differentiable::recurrence};

/// Slope of the rectifiers below zero.
pub(in crate::learn) const LEAK: f64 = 0.01;

/// How far the bias of a new class lies below the lowest of the others.
const RARELY: f64 = 3.0;

/// Three convolutions and a dense layer for each image, an LSTM over the epochs.
#[derive(Module, Debug)]
pub struct Recurrent {
    pub(in crate::learn) conv_1: Conv2d,
    pub(in crate::learn) conv_2: Conv2d,
    pub(in crate::learn) conv_3: Conv2d,
    pub(in crate::learn) pool: AvgPool2d,
    pub(in crate::learn) dense: Linear,
    pub(in crate::learn) norm: LayerNorm,
    dropout: Dropout,
    pub(in crate::learn) lstm: Lstm,
    pub(in crate::learn) classes: Linear,
}

/// Sequences of different lengths, one after the other.
pub struct SequenceBatch {
    /// (image, channel, 21, 21): all epochs of the first sequence, then those of the second, …
    pub images: Tensor<4>,
    /// (image, condition).
    pub conditions: Tensor<2>,
    /// Epochs of each sequence; none is 0.
    pub lengths: Vec<usize>,
}

/// What the network remembers of sequences after their last epoch: each (sequence, unit).
#[derive(Clone, Debug)]
pub struct RecurrentState {
    pub cell: Tensor<2>,
    pub hidden: Tensor<2>,
}

impl Recurrent {
    /// Numbers that describe one image.
    const FEATURES: usize = 80;
    /// Units of the LSTM.
    pub const UNITS: usize = 112;

    /// For so many channels of 21x21 pixels and so many classes.
    pub fn init(channels: usize, classes: usize, device: &Device) -> Self {
        let conv = |from, to, kernel: usize, stride| {
            let pad = kernel / 2;
            Conv2dConfig::new([from, to], [kernel, kernel])
                .with_stride([stride, stride])
                .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
                .with_initializer(he_normal())
                .init(device)
        };
        let mut lstm = LstmConfig::new(Self::FEATURES + CONDITIONS, Self::UNITS, true).init(device);
        if let Some(gate) = &mut lstm.forget_gate {
            // To remember is where learning starts (Jozefowicz et al. 2015).
            let ones = Tensor::ones([Self::UNITS], device);
            gate.input_transform.bias = Some(Param::from_tensor(ones));
        }
        Self {
            conv_1: conv(channels, 20, 5, 2), // 21 to 11
            conv_2: conv(20, 40, 3, 2),       // 11 to 6
            conv_3: conv(40, 40, 3, 1),       // 6, pooled to 3
            pool: AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            dense: LinearConfig::new(40 * 3 * 3, Self::FEATURES).init(device),
            norm: LayerNormConfig::new(Self::FEATURES).init(device),
            dropout: DropoutConfig::new(0.2).init(),
            lstm,
            classes: LinearConfig::new(Self::UNITS, classes).init(device),
        }
    }

    /// (sequence, epoch, class) before the softmax, and what is remembered afterwards. Epochs beyond
    /// the length of a sequence hold nothing of meaning.
    ///
    /// The state is that of the last epoch of the longest sequence: to go on from it, all of them must
    /// be of one length.
    pub fn forward(
        &self,
        batch: SequenceBatch,
        before: Option<RecurrentState>,
    ) -> (Tensor<3>, RecurrentState) {
        let device = batch.images.device();
        let seen = self.features(batch.images); // (image, 80)
        let seen = Tensor::cat(vec![seen, batch.conditions], 1);
        let [_, width] = seen.dims();
        let most = batch.lengths.iter().copied().max().unwrap_or(0);
        let count = batch.lengths.len();
        let places = places(&batch.lengths, most);
        let places = TensorData::new(places, [count * most]);
        let places = Tensor::<1, Int>::from_data(places, &device);
        let padded = seen.select(0, places).reshape([count, most, width]);
        let by_kernels = before.is_none().then(|| recurrence(&self.lstm, &padded));
        let (predicted, [cell, hidden]) = by_kernels.flatten().unwrap_or_else(|| {
            let before = before.map(|state| LstmState::new(state.cell, state.hidden));
            let (predicted, state) = self.lstm.forward(padded, before);
            (predicted, state.unpack().into())
        }); // (sequence, epoch, 112)
        let predicted = self.classes.forward(self.dropout.forward(predicted));
        (predicted, RecurrentState { cell, hidden })
    }

    /// Its convolutions.
    pub(in crate::learn) const fn layers(&self) -> [Layer<'_>; 3] {
        [
            Layer::new(&self.conv_1, LEAK, Pooling::None),
            Layer::new(&self.conv_2, LEAK, Pooling::None),
            Layer::new(&self.conv_3, LEAK, Pooling::Mean(&self.pool)),
        ]
    }

    /// (image, channel, 21, 21) to (image, 80).
    fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let x = convolutions(images, &self.layers()).flatten(1, 3);
        leaky_relu(self.norm.forward(self.dense.forward(x)), LEAK)
    }

    /// The same with nothing to be learned but the last layer.
    pub(super) fn with_head_only(self) -> Self {
        Self {
            conv_1: self.conv_1.no_grad(),
            conv_2: self.conv_2.no_grad(),
            conv_3: self.conv_3.no_grad(),
            dense: self.dense.no_grad(),
            norm: self.norm.no_grad(),
            lstm: self.lstm.no_grad(),
            ..self
        }
    }

    /// The same network with so many more classes, which it hardly ever names before it is taught them:
    /// their weights are the mean of the others, their bias lies below all of these.
    #[must_use]
    pub(super) fn with_more_classes(mut self, more: usize) -> Self {
        if more == 0 {
            return self;
        }
        let weight = self.classes.weight.val(); // (unit, class)
        let mean = weight.clone().mean_dim(1).repeat_dim(1, more);
        self.classes.weight = Param::from_tensor(Tensor::cat(vec![weight, mean], 1));
        let bias = self.classes.bias.take();
        self.classes.bias = bias.map(|bias| {
            let bias = bias.val();
            let low = bias.clone().min().sub_scalar(RARELY).repeat_dim(0, more);
            Param::from_tensor(Tensor::cat(vec![bias, low], 0))
        });
        self
    }

    /// The same network, less or more sure: what comes before the softmax, divided by `temperature`
    /// (Guo et al. 2017).
    #[must_use]
    pub fn tempered(mut self, temperature: f64) -> Self {
        let weight = self.classes.weight;
        self.classes.weight = weight.map(|weight| weight.div_scalar(temperature));
        let bias = self.classes.bias.take();
        self.classes.bias = bias.map(|bias| bias.map(|bias| bias.div_scalar(temperature)));
        self
    }
}

/// Where the padded epochs are found among all images; those beyond a sequence's end look at its last.
fn places(lengths: &[usize], most: usize) -> Vec<i32> {
    let mut places = Vec::with_capacity(lengths.len() * most);
    let mut first = 0;
    for length in lengths {
        let last = length.saturating_sub(1);
        places.extend((0..most).map(|at| (first + at.min(last)) as i32));
        first += length;
    }
    places
}
