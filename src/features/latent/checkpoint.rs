//! Trainings of latent models in files: what goes on where it was stopped.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::{LatentOrder, train::LatentPoint};
use crate::{
    domain::ModelCard,
    features::training::train::checkpoint_path,
    io::whole_file::write_whole,
    learn::{
        Compute, checkpoint,
        latent::{LatentModel, LatentNetwork, file, trainer::LatentTrainerStatus},
    },
};

/// What a checkpoint holds beside weights.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// What was ordered: another order does not go on from here.
    pub order: String,
    #[serde(rename = "standing")]
    pub status: LatentTrainerStatus,
    /// The learning curve so far.
    pub curve: Vec<LatentPoint>,
}

/// A training that waits.
pub(crate) struct Checkpoint {
    /// What is no weight.
    pub header: Header,
    /// Weights and optimisers as they are.
    pub state: [Vec<u8>; 3],
    /// The network of the best validation.
    pub best: Option<LatentNetwork>,
}

impl Checkpoint {
    /// Writes it beside the model file; the one before stays where that fails.
    pub fn write(
        &self,
        order: &LatentOrder,
        card: &ModelCard,
        compute: &Compute,
    ) -> anyhow::Result<()> {
        let mut blobs = self.state.to_vec();
        if let Some(best) = &self.best {
            blobs.push(file::to_bytes(&LatentModel::new(
                card.clone(),
                best,
                compute,
            )?)?);
        }
        let path = checkpoint_path(&order.out);
        write_whole(&path, &checkpoint::to_bytes(&self.header, &blobs)?)
            .with_context(|| format!("{}: the checkpoint cannot be written", path.display()))
    }

    /// None where there is no checkpoint.
    ///
    /// # Errors
    /// Where it cannot be read, or belongs to another order.
    pub fn read(order: &LatentOrder, compute: &Compute) -> anyhow::Result<Option<Self>> {
        let path = checkpoint_path(&order.out);
        if !order.has_file() || !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).with_context(|| name.clone())?;
        let (header, blobs): (Header, _) =
            checkpoint::from_bytes(&bytes).with_context(|| name.clone())?;
        if header.order != order.fingerprint() {
            bail!("{name} belongs to a training with other settings; take it away to start anew");
        }
        let mut blobs = blobs.into_iter();
        let state = [(); 3].map(|()| blobs.next().unwrap_or_default());
        let best = blobs.next();
        let best = best.map(|bytes| file::from_bytes(&name, &bytes, compute));
        Ok(Some(Self {
            header,
            state,
            best: best.transpose()?.map(|model| model.network().clone()),
        }))
    }
}
