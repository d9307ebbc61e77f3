//! A model of any kind: a network, one of others, or a forest.

use std::sync::Arc;

use anyhow::bail;

use crate::{
    domain::{ModelCard, ModelId},
    learn::{Model, foreign::ForeignModel},
    lightcurve::Forest,
};

#[derive(Clone)]
pub enum AnyModel {
    /// A network: it looks at stamps.
    Network(Box<Model>),
    /// A random forest: it looks at features of light curves.
    Forest(Arc<Forest>),
    /// A network of others: it looks at what its recipe names.
    Foreign(Arc<ForeignModel>),
}

/// A model that was found, and what the user must know about it.
pub struct FoundModel {
    /// The model, on a device that computes it rightly.
    pub model: AnyModel,
    /// Why that is not the device that was chosen.
    pub warning: Option<String>,
}

impl AnyModel {
    pub fn card(&self) -> &ModelCard {
        match self {
            Self::Network(model) => model.card(),
            Self::Forest(forest) => forest.card(),
            Self::Foreign(model) => model.card(),
        }
    }

    pub fn id(&self) -> &ModelId {
        match self {
            Self::Network(model) => model.id(),
            Self::Forest(forest) => forest.id(),
            Self::Foreign(model) => model.id(),
        }
    }

    /// The network.
    ///
    /// # Errors
    /// Where it is none: `wanted` says what a network is needed for ("explained").
    pub fn network(self, wanted: &str) -> anyhow::Result<Model> {
        match self {
            Self::Network(model) => Ok(*model),
            Self::Forest(forest) => bail!(
                "{} is a random forest, which looks at light curves: only networks can be {wanted}",
                forest.card().name
            ),
            Self::Foreign(model) => bail!(
                "{} is an imported ONNX network, which only scores: networks of destello can be {wanted}",
                model.card().name
            ),
        }
    }
}
