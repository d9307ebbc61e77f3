//! The networks of real or bogus. Each is defined once, with its shapes beside the layers.
//!
//! Inputs are (candidate, channel, y, x); outputs are (candidate, class) before the softmax.

mod braai;
mod compact;
mod cyclic_average;
mod deep_hits;
mod trunk;
mod views;

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::softmax},
};

pub use braai::Braai;
pub use compact::Compact;
pub use cyclic_average::{CyclicAverage, Head};
pub use deep_hits::DeepHits;
pub use trunk::Trunk;
pub(in crate::learn) use trunk::rectify;
pub use views::Views;

use super::LearnError;
use crate::domain::{InputPlan, Role, Scaling};

/// Which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// Deep-HiTS as published: leaky ReLU, rotations joined by concatenation.
    DeepHits,
    /// The same with ReLU.
    DeepHitsRelu,
    /// Cyclic average pooling over the rotations.
    Cap,
    /// An ensemble of CAP.
    Cape,
    /// Cyclic average pooling over a small trunk: the default on CPUs.
    Compact,
    /// The network of ZTF (Duev et al. 2019); its weights are imported, not trained.
    Braai,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Compact,
        Self::Cap,
        Self::Cape,
        Self::DeepHits,
        Self::DeepHitsRelu,
        Self::Braai,
    ];

    /// The name on the command line and in cards.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeepHits => "deep_hits",
            Self::DeepHitsRelu => "deep_hits_relu",
            Self::Cap => "cap",
            Self::Cape => "cape",
            Self::Compact => "compact",
            Self::Braai => "braai",
        }
    }

    /// The architecture of that name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn from_name(name: &str) -> Result<Self, LearnError> {
        let mut all = Self::ALL.into_iter();
        all.find(|known| known.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            LearnError::UnknownNetwork(name.into(), known)
        })
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::DeepHits => {
                "Deep-HiTS (Cabrera-Vives et al. 2017): rotations concatenated, leaky ReLU"
            }
            Self::DeepHitsRelu => "Deep-HiTS with ReLU (Reyes et al. 2018)",
            Self::Cap => "Deep-HiTS with cyclic average pooling (Reyes et al. 2018)",
            Self::Cape => "Ensemble of networks with cyclic average pooling (Reyes et al. 2018)",
            Self::Compact => "Cyclic average pooling over a small trunk, for CPUs",
            Self::Braai => "braai d6_m9 (Duev et al. 2019)",
        }
    }

    /// The inputs it takes unless a card says otherwise.
    pub fn input(self) -> InputPlan {
        let all = vec![Role::Reference, Role::Science, Role::Difference, Role::Snr];
        let plan = InputPlan {
            channels: all,
            side_px: 21,
            pixel_scale_arcsec: None,
            scaling: Scaling::MedianNorm,
            is_in_detection_polarity: true,
        };
        match self {
            Self::Braai => InputPlan {
                channels: vec![Role::Science, Role::Reference, Role::Difference],
                side_px: 63,
                scaling: Scaling::Norm,
                is_in_detection_polarity: false,
                ..plan
            },
            _ => plan,
        }
    }

    /// True where one random view in training stands for all four, because every view has a head of
    /// its own.
    pub const fn can_train_on_one_view(self) -> bool {
        !matches!(self, Self::DeepHits | Self::DeepHitsRelu)
    }

    /// An untrained network for that many channels of 21x21 pixels; braai is fixed at 3 of 63x63.
    ///
    /// Weights depend on the device's seed.
    pub fn init(self, channels: usize, members: usize, device: &Device) -> Network {
        match self {
            Self::DeepHits => Network::DeepHits(DeepHits::init(channels, 0.01, device)),
            Self::DeepHitsRelu => Network::DeepHits(DeepHits::init(channels, 0.0, device)),
            Self::Cap => Network::Cap(CyclicAverage::init_cap(channels, device)),
            Self::Cape => Network::Cape(
                (0..members)
                    .map(|_| CyclicAverage::init_cap(channels, device))
                    .collect(),
            ),
            Self::Compact => Network::Compact(Compact::init(channels, device)),
            Self::Braai => Network::Braai(Braai::init(device)),
        }
    }
}

/// A network of any architecture.
#[derive(Module, Debug)]
pub enum Network {
    /// Concatenated rotations.
    DeepHits(DeepHits),
    /// Cyclic average pooling.
    Cap(CyclicAverage),
    /// Several of them.
    Cape(Vec<CyclicAverage>),
    /// The small one.
    Compact(Compact),
    /// ZTF's.
    Braai(Braai),
}

impl Network {
    /// (candidate, channel, y, x) to (candidate, class) before the softmax.
    pub fn forward(&self, input: Tensor<4>, views: Views) -> Tensor<2> {
        match self {
            Self::DeepHits(network) => network.forward(input),
            Self::Cap(network) => network.forward(input, views),
            Self::Cape(members) => average(members, &input, views),
            Self::Compact(network) => network.forward(input, views),
            Self::Braai(network) => network.forward(input),
        }
    }
}

impl Network {
    /// The same without gradients or dropout.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        self.valid()
    }

    /// Several trained networks as one of that architecture: an ensemble, or the only one there is.
    ///
    /// # Errors
    /// Where they cannot be joined.
    pub fn joined(architecture: Architecture, members: &[Self]) -> Result<Self, LearnError> {
        if architecture != Architecture::Cape {
            return match members {
                [only] => Ok(only.clone()),
                _ => Err(LearnError::Training(format!(
                    "{} is no ensemble",
                    architecture.name()
                ))),
            };
        }
        let members = members.iter().map(|member| match member {
            Self::Cap(member) => Ok(member.clone()),
            _ => Err(LearnError::Training("an ensemble is made of CAP".into())),
        });
        members.collect::<Result<Vec<_>, _>>().map(Self::Cape)
    }
}

/// The logarithm of the members' mean probability, whose softmax is that mean.
fn average(members: &[CyclicAverage], input: &Tensor<4>, views: Views) -> Tensor<2> {
    let said = members
        .iter()
        .map(|member| softmax(member.forward(input.clone(), views), 1))
        .collect();
    let [count, classes] = [input.dims()[0], 2];
    Tensor::cat(said, 0)
        .reshape([members.len(), count, classes])
        .mean_dim(0)
        .reshape([count, classes])
        .clamp_min(f32::MIN_POSITIVE)
        .log()
}

#[cfg(test)]
mod tests;
