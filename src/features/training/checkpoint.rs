//! Trainings in files: what goes on where it was stopped.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::{
    curve::{CurvePoint, Losses},
    order::{TrainOrder, single},
};
use crate::{
    domain::ModelCard,
    io::whole_file::write_whole,
    learn::{Compute, Model, Network, checkpoint, model_file, trainer::TrainerStatus},
};

/// What a checkpoint holds beside weights.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// What was ordered: another order does not go on from here.
    pub order: String,
    /// How far the member under way is.
    #[serde(rename = "standing")]
    pub status: TrainerStatus,
    /// True where a network of the best validation is kept.
    pub has_best: bool,
    /// The learning curve so far.
    pub curve: Vec<CurvePoint>,
    /// Training loss so far.
    #[serde(default)]
    pub losses: Losses,
}

/// The file in which an unfinished training waits.
pub fn checkpoint_path(out: &Path) -> PathBuf {
    out.with_extension("checkpoint")
}

/// Writes a checkpoint beside the model file; the one before stays where that fails.
pub(crate) fn write_checkpoint(out: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let path = checkpoint_path(out);
    write_whole(&path, bytes)
        .with_context(|| format!("{}: the checkpoint cannot be written", path.display()))
}

/// A training that waits.
pub(crate) struct Checkpoint {
    /// What is no weight.
    pub header: Header,
    /// Weights and optimiser as they are.
    pub state: [Vec<u8>; 2],
    /// The network of the best validation.
    pub best: Option<Network>,
    /// Members of an ensemble that are trained.
    pub finished: Vec<Network>,
}

impl Checkpoint {
    /// Its bytes, for [`write_checkpoint`].
    pub fn to_bytes(
        &self,
        order: &TrainOrder,
        card: &ModelCard,
        compute: &Compute,
    ) -> anyhow::Result<Vec<u8>> {
        let network = |network: &Network| {
            let mut card = card.clone();
            card.network = single(order.architecture).name().into();
            card.members = 1;
            model_file::to_bytes(&Model::new(card, network, compute))
        };
        let mut blobs = self.state.to_vec();
        for kept in self.best.iter().chain(&self.finished) {
            blobs.push(network(kept)?);
        }
        Ok(checkpoint::to_bytes(&self.header, &blobs)?)
    }

    /// None where there is no checkpoint.
    pub fn read(
        order: &TrainOrder,
        card: &ModelCard,
        compute: &Compute,
    ) -> anyhow::Result<Option<Self>> {
        let path = checkpoint_path(&order.out);
        if !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).with_context(|| name.clone())?;
        let (header, blobs): (Header, _) =
            checkpoint::from_bytes(&bytes).with_context(|| name.clone())?;
        if header.order != order.fingerprint() {
            bail!(
                "{name} belongs to a training with other settings; take it away to start {} anew",
                card.name
            );
        }
        let mut blobs = blobs.into_iter();
        let state = [(); 2].map(|()| blobs.next().unwrap_or_default());
        let networks = blobs.map(|blob| {
            let model = model_file::from_bytes(&name, &blob, compute)?;
            Ok(model.network().clone())
        });
        let mut networks = networks.collect::<anyhow::Result<VecDeque<_>>>()?;
        let best = if header.has_best {
            networks.pop_front()
        } else {
            None
        };
        Ok(Some(Self {
            header,
            state,
            best,
            finished: networks.into(),
        }))
    }
}
