//! The networks. Each is defined once, with its shapes beside the layers.
//!
//! Those of single epochs take (candidate, channel, y, x) and give (candidate, class) before the
//! softmax; the recurrent one takes sequences and gives (sequence, epoch, class).

mod braai;
mod compact;
mod context;
mod convolutions;
mod cyclic_average;
mod deep_hits;
mod pooled;
mod recurrent;
mod trunk;
mod views;

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::softmax},
};

pub use braai::Braai;
pub use compact::Compact;
pub use context::Context;
pub(in crate::learn) use convolutions::Layer;
#[cfg(test)]
pub(in crate::learn) use convolutions::{Pooling, by_burn};
pub use cyclic_average::{CyclicAverage, Head};
pub use deep_hits::DeepHits;
pub(in crate::learn) use recurrent::LEAK;
pub use recurrent::{Recurrent, RecurrentState, SequenceBatch};
pub use trunk::Trunk;
pub(in crate::learn) use trunk::{he_normal, rectify};
pub use views::Views;

use super::LearnError;
use crate::domain::{
    InputPlan, ModelCard, ModelInput, Role, Scaling, SequenceForm, SequencePlan,
    canonical::canonical_words,
};
use crate::imaging::sequence_input;

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
    /// Cyclic average pooling over a small trunk.
    Compact,
    /// The same over two trunks: the middle and the whole cutout.
    Context,
    /// The network of ZTF (Duev et al. 2019); its weights are imported, not trained.
    Braai,
    /// The recurrent convolutional network over image sequences.
    Recurrent,
    /// The same with the published input: windows of three consecutive images.
    RecurrentWindow,
}

canonical_words!(Architecture {
    DeepHits: "DeepHits",
    DeepHitsRelu: "DeepHitsRelu",
    Cap: "Cap",
    Cape: "Cape",
    Compact: "Compact",
    Context: "Context",
    Braai: "Braai",
    Recurrent: "Recurrent",
    RecurrentWindow: "RecurrentWindow",
});

/// What the size of a network depends on, apart from its architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkShape {
    /// Images it takes of each epoch.
    pub channels: usize,
    /// Classes it tells apart; two wherever a network tells real from bogus.
    pub classes: usize,
    /// Members of an ensemble; 1 where it is none.
    pub members: usize,
}

impl NetworkShape {
    /// The shape that a card tells.
    pub fn of(card: &ModelCard) -> Self {
        let channels = match &card.input {
            ModelInput::Stamps(plan) => plan.planes(),
            ModelInput::Sequence(_) => sequence_input::CHANNELS,
            ModelInput::Features(plan) => plan.features.len(),
            ModelInput::Foreign(plan) => {
                plan.images.iter().map(|images| images.channels.len()).sum()
            }
        };
        Self {
            channels,
            classes: card.classes.len(),
            members: card.members,
        }
    }
}

impl Architecture {
    pub const ALL: [Self; 9] = [
        Self::Compact,
        Self::Context,
        Self::Cap,
        Self::Cape,
        Self::DeepHits,
        Self::DeepHitsRelu,
        Self::Braai,
        Self::Recurrent,
        Self::RecurrentWindow,
    ];

    /// The name on the command line and in cards.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeepHits => "deep_hits",
            Self::DeepHitsRelu => "deep_hits_relu",
            Self::Cap => "cap",
            Self::Cape => "cape",
            Self::Compact => "compact",
            Self::Context => "context",
            Self::Braai => "braai",
            Self::Recurrent => "recurrent",
            Self::RecurrentWindow => "recurrent_window",
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
            Self::Context => {
                "Cyclic average pooling over two small trunks: the middle, and the whole cutout"
            }
            Self::Braai => "braai d6_m9 (Duev et al. 2019)",
            Self::Recurrent => {
                "Recurrent convolutional network over image sequences, seen against their running mean"
            }
            Self::RecurrentWindow => {
                "Recurrent convolutional network over windows of three images (Carrasco-Davis et al. 2019)"
            }
        }
    }

    /// The inputs it takes unless a card says otherwise.
    pub fn input(self) -> ModelInput {
        let sequence = |form| {
            ModelInput::Sequence(SequencePlan {
                role: Role::Science,
                form,
                side_px: 21,
            })
        };
        match self {
            Self::Recurrent => sequence(SequenceForm::RunningDifference),
            Self::RecurrentWindow => sequence(SequenceForm::Window),
            _ => ModelInput::Stamps(self.stamps()),
        }
    }

    /// The stamps of an epoch that a network of single epochs takes.
    fn stamps(self) -> InputPlan {
        let all = vec![Role::Reference, Role::Science, Role::Difference, Role::Snr];
        let plan = InputPlan {
            channels: all,
            side_px: 21,
            pixel_scale_arcsec: None,
            scaling: Scaling::MedianNorm,
            is_in_detection_polarity: true,
            context_px: None,
        };
        match self {
            Self::Context => InputPlan {
                context_px: Some(63),
                ..plan
            },
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

    /// True where it follows a candidate from epoch to epoch.
    pub const fn is_recurrent(self) -> bool {
        matches!(self, Self::Recurrent | Self::RecurrentWindow)
    }

    /// An untrained network of that shape for 21x21 pixels; braai is fixed at 3 channels of 63x63.
    ///
    /// Weights depend on the device's seed.
    pub fn init(self, shape: NetworkShape, device: &Device) -> Network {
        let NetworkShape {
            channels,
            classes,
            members,
        } = shape;
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
            Self::Context => Network::Context(Context::init(channels, device)),
            Self::Braai => Network::Braai(Braai::init(device)),
            Self::Recurrent | Self::RecurrentWindow => {
                Network::Recurrent(Recurrent::init(channels, classes, device))
            }
        }
    }
}

/// A network of any architecture.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are a handful of networks, and their weights lie elsewhere"
)]
pub enum Network {
    /// Concatenated rotations.
    DeepHits(DeepHits),
    /// Cyclic average pooling.
    Cap(CyclicAverage),
    /// Several of them.
    Cape(Vec<CyclicAverage>),
    /// The small one.
    Compact(Compact),
    /// The one of two views.
    Context(Context),
    /// ZTF's.
    Braai(Braai),
    /// Over sequences.
    Recurrent(Recurrent),
}

impl Network {
    /// (candidate, channel, y, x) to (candidate, class) before the softmax.
    ///
    /// # Errors
    /// Where the network takes sequences.
    pub fn forward(&self, input: Tensor<4>, views: Views) -> Result<Tensor<2>, LearnError> {
        Ok(match self {
            Self::DeepHits(network) => network.forward(input),
            Self::Cap(network) => network.forward(input, views),
            Self::Cape(members) => average(members, &input, views),
            Self::Compact(network) => network.forward(input, views),
            Self::Context(network) => network.forward(input, views),
            Self::Braai(network) => network.forward(input),
            Self::Recurrent(_) => return Err(LearnError::Kind("single epochs", "sequences")),
        })
    }

    /// The network over sequences.
    ///
    /// # Errors
    /// Where it is one of single epochs.
    pub const fn recurrent(&self) -> Result<&Recurrent, LearnError> {
        match self {
            Self::Recurrent(network) => Ok(network),
            _ => Err(LearnError::Kind("sequences", "single epochs")),
        }
    }
}

impl Network {
    /// The same without gradients or dropout.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        self.valid()
    }

    /// The same with nothing to be learned but the layers that tell the classes apart: features stay as
    /// they are. Networks whose head is no part of its own learn as a whole.
    #[must_use]
    pub fn with_head_only(self) -> Self {
        match self {
            Self::Recurrent(network) => Self::Recurrent(network.with_head_only()),
            Self::Compact(network) => Self::Compact(network.with_head_only()),
            Self::Context(network) => Self::Context(network.with_head_only()),
            Self::Cap(network) => Self::Cap(network.with_head_only()),
            Self::Cape(members) => {
                let members = members.into_iter().map(CyclicAverage::with_head_only);
                Self::Cape(members.collect())
            }
            other => other,
        }
    }

    /// The same with so many more classes; what it says of the others hardly changes.
    ///
    /// # Errors
    /// Where the network can have no further class.
    pub fn with_more_classes(self, more: usize) -> Result<Self, LearnError> {
        match self {
            Self::Recurrent(network) => Ok(Self::Recurrent(network.with_more_classes(more))),
            _ => Err(LearnError::Kind("further classes", "real and bogus")),
        }
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
    let logits = members
        .iter()
        .map(|member| softmax(member.forward(input.clone(), views), 1))
        .collect();
    let [count, classes] = [input.dims()[0], 2];
    Tensor::cat(logits, 0)
        .reshape([members.len(), count, classes])
        .mean_dim(0)
        .reshape([count, classes])
        .clamp_min(f32::MIN_POSITIVE)
        .log()
}

#[cfg(test)]
mod tests;
