//! A trained latent network with its card.

use std::sync::Arc;

use burn::{
    module::Module,
    tensor::{Tensor, TensorData},
};

use super::{
    LatentKind, LatentNetwork, LatentShape, file,
    upright::{turn_back, turn_upright},
};
use crate::{
    domain::{InputPlan, LatentCard, LatentComponent, LatentSpace, ModelCard, ModelId},
    learn::{Compute, LearnError},
};

/// Stamps computed at once.
const BATCH: usize = 256;

/// Where stamps lie in a latent space.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedded {
    /// (stamp, axis): means of the latent vectors.
    pub means: Vec<f32>,
    /// (stamp, component): a row sums to 1.
    pub responsibilities: Vec<f32>,
    /// The mean square of input less reconstruction, weighted as in training.
    pub errors: Vec<f32>,
}

/// A model on a device.
#[derive(Clone, Debug)]
pub struct LatentModel {
    card: ModelCard,
    shape: LatentShape,
    id: ModelId,
    network: LatentNetwork,
    compute: Compute,
}

impl LatentModel {
    /// A network with a card; `network` may be one in training.
    ///
    /// # Errors
    /// Where the card tells of no latent space.
    pub fn new(
        mut card: ModelCard,
        network: &LatentNetwork,
        compute: &Compute,
    ) -> Result<Self, LearnError> {
        let shape = LatentShape::of(&card).map_err(|why| LearnError::File {
            file: card.name.clone(),
            why,
        })?;
        let network = network.valid().fork(&compute.plain());
        card.parameters = network.num_params();
        let id = ModelId::new(&card.name, file::fingerprint(&card, &network));
        Ok(Self {
            card,
            shape,
            id,
            network,
            compute: compute.clone(),
        })
    }

    /// An untrained network.
    ///
    /// # Errors
    /// Where the card names no network, or tells of no latent space.
    pub fn untrained(card: ModelCard, compute: &Compute) -> Result<Self, LearnError> {
        let refused = |why| LearnError::File {
            file: card.name.clone(),
            why,
        };
        let shape = LatentShape::of(&card).map_err(refused)?;
        let kind = LatentKind::from_name(&card.network)?;
        // Weights are drawn where they are looked at first.
        let _drawing = Compute::drawing();
        let network = LatentNetwork::init(kind, &shape, &compute.plain());
        Self::new(card, &network, compute)
    }

    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Its card, to be filled in. The identity is that of the weights and stays.
    pub const fn card_mut(&mut self) -> &mut ModelCard {
        &mut self.card
    }

    pub const fn id(&self) -> &ModelId {
        &self.id
    }

    pub const fn network(&self) -> &LatentNetwork {
        &self.network
    }

    pub const fn compute(&self) -> &Compute {
        &self.compute
    }

    /// What it takes of every epoch.
    ///
    /// # Errors
    /// Where its card has no stamps.
    pub fn plan(&self) -> Result<&InputPlan, LearnError> {
        let plan = self.card.input.stamps();
        plan.ok_or(LearnError::Kind("single epochs", "something else"))
    }

    /// The same model on another device.
    #[must_use]
    pub fn on(&self, compute: &Compute) -> Self {
        Self {
            network: self.network.clone().fork(&compute.plain()),
            compute: compute.clone(),
            ..self.clone()
        }
    }

    pub fn space(&self) -> LatentSpace {
        LatentSpace {
            model: self.id.clone(),
            dimensions: self.shape.dimensions,
            side_px: self.shape.side_px,
            components: self.components().into(),
        }
    }

    fn components(&self) -> Vec<LatentComponent> {
        match &self.network {
            LatentNetwork::Vade(network) => network.mixture.components(),
            LatentNetwork::Vae(_) => vec![LatentComponent {
                weight: 1.0,
                mean: Arc::from(vec![0.0; self.shape.dimensions]),
                variance: Arc::from(vec![1.0; self.shape.dimensions]),
            }],
        }
    }

    /// Where prepared stamps lie, one after the other (channel, y, x).
    ///
    /// # Errors
    /// Where the inputs are not whole ones, or the device fails.
    pub fn embed(&self, inputs: &[f32]) -> Result<Embedded, LearnError> {
        let mut all = Embedded::default();
        self.in_batches(inputs, |model, inputs| {
            let mean = model.network.coder().encode(inputs.clone()).mean;
            let drawn = model.network.coder().decode(mean.clone());
            let errors = model.network.errors(inputs, drawn);
            let count = mean.dims()[0];
            all.errors.extend(model.compute.numbers(errors)?);
            match &model.network {
                LatentNetwork::Vade(network) => {
                    let logs = network.mixture.log_responsibilities(mean.clone());
                    all.responsibilities
                        .extend(model.compute.numbers(logs.exp())?);
                }
                LatentNetwork::Vae(_) => {
                    all.responsibilities.extend(std::iter::repeat_n(1.0, count));
                }
            }
            all.means.extend(model.compute.numbers(mean)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Places some more of prepared stamps after those that are placed so far; true after the last.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub fn embed_more(&self, inputs: &[f32], so_far: &mut Embedded) -> Result<bool, LearnError> {
        let size = self.shape.pixels();
        check_whole(inputs, size)?;
        let from = (so_far.errors.len() * size).min(inputs.len());
        let until = (from + BATCH * size).min(inputs.len());
        let more = self.embed(&inputs[from..until])?;
        so_far.means.extend(more.means);
        so_far.responsibilities.extend(more.responsibilities);
        so_far.errors.extend(more.errors);
        Ok(until == inputs.len())
    }

    /// What prepared stamps look like to the model, (stamp, channel, y, x): encoded, and decoded from
    /// the mean; turned as the stamps are.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub fn reconstruct(&self, inputs: &[f32]) -> Result<Vec<f32>, LearnError> {
        let mut all = Vec::with_capacity(inputs.len());
        self.in_batches(inputs, |model, inputs| {
            let coder = model.network.coder();
            let drawn = coder.decode(coder.encode(inputs).mean);
            all.extend(model.compute.numbers(drawn)?);
            Ok(())
        })?;
        if self.is_upright() {
            let (channels, side) = (self.shape.channels, self.shape.side_px);
            let turns = turn_upright(&mut inputs.to_vec(), channels, side);
            turn_back(&mut all, channels, side, &turns);
        }
        Ok(all)
    }

    /// Latent vectors (vector, axis) as pictures: (vector, channel, y, x).
    ///
    /// # Errors
    /// Where the vectors are not whole ones, or the device fails.
    pub fn decode(&self, vectors: &[f32]) -> Result<Vec<f32>, LearnError> {
        let axes = self.shape.dimensions;
        check_whole(vectors, axes)?;
        let mut all = Vec::with_capacity(vectors.len() / axes * self.shape.pixels());
        for batch in vectors.chunks(BATCH * axes) {
            let data = TensorData::new(batch.to_vec(), [batch.len() / axes, axes]);
            let batch = Tensor::<2>::from_data(data, &self.compute.plain());
            all.extend(self.compute.numbers(self.network.coder().decode(batch))?);
        }
        Ok(all)
    }

    /// The first of a picture's channels, which [`LatentSpace`] speaks of.
    pub fn first_channel(&self, pictures: &[f32]) -> Vec<f32> {
        let square = self.shape.side_px * self.shape.side_px;
        let pictures = pictures.chunks_exact(self.shape.pixels());
        pictures
            .flat_map(|picture| picture[..square].iter().copied())
            .collect()
    }

    fn is_upright(&self) -> bool {
        self.card
            .latent
            .as_ref()
            .is_some_and(|card: &LatentCard| card.is_upright)
    }

    fn in_batches(
        &self,
        inputs: &[f32],
        mut work: impl FnMut(&Self, Tensor<2>) -> Result<(), LearnError>,
    ) -> Result<(), LearnError> {
        let size = self.shape.pixels();
        check_whole(inputs, size)?;
        for batch in inputs.chunks(BATCH * size) {
            let mut batch = batch.to_vec();
            if self.is_upright() {
                turn_upright(&mut batch, self.shape.channels, self.shape.side_px);
            }
            let shape = [batch.len() / size, size];
            let data = TensorData::new(batch, shape);
            work(self, Tensor::from_data(data, &self.compute.plain()))?;
        }
        Ok(())
    }
}

fn check_whole(numbers: &[f32], size: usize) -> Result<(), LearnError> {
    if size == 0 || !numbers.len().is_multiple_of(size) {
        return Err(LearnError::Input {
            expected: size,
            found: numbers.len(),
        });
    }
    Ok(())
}
