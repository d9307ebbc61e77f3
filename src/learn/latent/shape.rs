//! Which latent networks there are, and what their size depends on.

use crate::{
    domain::{InputPlan, LatentCard, ModelCard, Role, Scaling, canonical::canonical_words},
    learn::LearnError,
};

/// Which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LatentKind {
    /// Variational deep embedding of dense layers.
    Vade,
    /// The same with convolutions.
    VadeConv,
    /// The variational autoencoder of dense layers.
    Vae,
    /// The same with convolutions.
    VaeConv,
}

canonical_words!(LatentKind {
    Vade: "Vade",
    VadeConv: "VadeConv",
    Vae: "Vae",
    VaeConv: "VaeConv",
});

impl LatentKind {
    pub const ALL: [Self; 4] = [Self::Vade, Self::VadeConv, Self::Vae, Self::VaeConv];

    /// The name on the command line and in cards.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vade => "vade",
            Self::VadeConv => "vade_conv",
            Self::Vae => "vae",
            Self::VaeConv => "vae_conv",
        }
    }

    /// The network of that name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn from_name(name: &str) -> Result<Self, LearnError> {
        let found = Self::ALL.into_iter().find(|known| known.name() == name);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            LearnError::UnknownNetwork(name.into(), known)
        })
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Vade => "Variational deep embedding (Jiang et al. 2017) of stamps",
            Self::VadeConv => "Variational deep embedding (Jiang et al. 2017) with convolutions",
            Self::Vae => "Variational autoencoder of stamps (Huijse et al. 2018)",
            Self::VaeConv => "Variational autoencoder with convolutions (Huijse et al. 2018)",
        }
    }

    /// True where its prior is a mixture.
    pub const fn has_mixture(self) -> bool {
        matches!(self, Self::Vade | Self::VadeConv)
    }

    /// True where it looks at stamps with convolutions.
    pub const fn is_convolutional(self) -> bool {
        matches!(self, Self::VadeConv | Self::VaeConv)
    }

    /// Widths of its hidden layers unless a card says otherwise.
    pub fn usual_widths(self) -> Vec<usize> {
        match self {
            Self::Vade => vec![500, 500, 1000],
            Self::Vae | Self::VadeConv | Self::VaeConv => vec![128],
        }
    }

    /// Latent axes unless somebody says otherwise.
    pub const fn usual_dimensions(self) -> usize {
        if self.has_mixture() { 10 } else { 2 }
    }

    /// What it takes of an epoch: images of these roles.
    pub const fn input(channels: Vec<Role>) -> InputPlan {
        InputPlan {
            channels,
            side_px: 21,
            pixel_scale_arcsec: None,
            scaling: Scaling::AsinhPeak,
            is_in_detection_polarity: true,
            context_px: None,
        }
    }
}

/// What the size of a network depends on, apart from its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentShape {
    /// Images of each stamp.
    pub channels: usize,
    /// Pixels of a side.
    pub side_px: usize,
    /// Latent axes.
    pub dimensions: usize,
    /// Widths of the hidden layers; of convolutions the first alone counts.
    pub widths: Vec<usize>,
    /// Components of the mixture; 1 without one.
    pub components: usize,
    /// True for convolutions.
    pub is_convolutional: bool,
    /// How far from the middle pixels count, pixels; none where all count the same.
    pub focus_px: Option<f64>,
    /// Variance of a pixel in the middle; none where the network tells it.
    pub pixel_variance: Option<f64>,
}

/// Larger numbers in a card are a slip of the pen, or an attack.
const MOST: usize = 10_000;

impl LatentShape {
    /// The shape that a card tells.
    ///
    /// # Errors
    /// A part of a sentence, where the card tells none.
    pub fn of(card: &ModelCard) -> Result<Self, String> {
        let kind = LatentKind::from_name(&card.network).map_err(|error| error.to_string())?;
        let latent = card.latent.as_ref();
        let latent: &LatentCard = latent.ok_or("its card has no latent space")?;
        let plan = card.input.stamps().ok_or("its card has no stamps")?;
        let shape = Self {
            channels: plan.channels.len(),
            side_px: plan.side_px,
            dimensions: latent.dimensions,
            widths: latent.widths.clone(),
            components: latent.components.len(),
            is_convolutional: kind.is_convolutional(),
            focus_px: latent.focus_px,
            pixel_variance: latent.pixel_variance,
        };
        let numbers = [
            shape.channels,
            shape.side_px,
            shape.dimensions,
            shape.components,
            shape.widths.len(),
        ];
        let all = numbers.iter().chain(&shape.widths);
        if all.clone().any(|number| !(1..=MOST).contains(number)) {
            return Err(format!(
                "its card describes an impossible network: {shape:?}"
            ));
        }
        let lengths = [shape.focus_px, shape.pixel_variance].into_iter().flatten();
        if lengths
            .into_iter()
            .any(|number| number.is_nan() || number <= 0.0)
        {
            return Err(format!(
                "its card describes an impossible network: {shape:?}"
            ));
        }
        if !kind.has_mixture() && shape.components != 1 {
            let count = shape.components;
            return Err(format!(
                "its card gives {count} components to {}",
                kind.name()
            ));
        }
        Ok(shape)
    }

    /// Numbers of a stamp.
    pub const fn pixels(&self) -> usize {
        self.channels * self.side_px * self.side_px
    }

    /// The first hidden width.
    pub(super) const fn base_width(&self) -> usize {
        match self.widths.as_slice() {
            [first, ..] => *first,
            [] => 1,
        }
    }
}
