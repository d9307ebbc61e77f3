//! A trained network with its card: what scores candidates.

use std::sync::{Arc, OnceLock};

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    Architecture, Compute, LearnError, Network, NetworkShape,
    infer::{self, Choice, Engine, Epochs, Reference, States},
    model_file,
};
use crate::domain::{InputPlan, ModelCard, ModelId, ModelInput, SequencePlan};

/// A model on a device.
#[derive(Clone, Debug)]
pub struct Model {
    card: ModelCard,
    id: ModelId,
    network: Network,
    compute: Compute,
    /// What computes it, looked for when it is needed first.
    engine: Arc<OnceLock<Choice>>,
}

impl Model {
    /// A network with a card; `network` may be one in training.
    pub fn new(mut card: ModelCard, network: &Network, compute: &Compute) -> Self {
        let network = network.valid().fork(&compute.plain());
        card.parameters = network.num_params();
        let fingerprint = model_file::fingerprint(&card, &network);
        Self {
            id: ModelId::new(&card.name, fingerprint),
            card,
            network,
            compute: compute.clone(),
            engine: Arc::default(),
        }
    }

    /// An untrained network of that architecture.
    ///
    /// # Errors
    /// Where the card names no network.
    pub fn untrained(card: ModelCard, compute: &Compute) -> Result<Self, LearnError> {
        let architecture = Architecture::from_name(&card.network)?;
        // Weights are drawn where they are looked at first.
        let _drawing = Compute::drawing();
        let network = architecture.init(NetworkShape::of(&card), &compute.plain());
        Ok(Self::new(card, &network, compute))
    }

    /// The same model with further classes, which it hardly ever names before it is taught them.
    ///
    /// # Errors
    /// Where its network can have none.
    pub fn with_new_classes(&self, names: &[String]) -> Result<Self, LearnError> {
        if names.is_empty() {
            return Ok(self.clone());
        }
        let network = self.network.clone().with_more_classes(names.len())?;
        let mut card = self.card.clone();
        card.classes.extend_from_slice(names);
        Ok(Self::new(card, &network, &self.compute))
    }

    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// What it takes of every single epoch.
    ///
    /// # Errors
    /// Where it takes sequences.
    pub fn stamps(&self) -> Result<&InputPlan, LearnError> {
        let stamps = self.card.input.stamps();
        stamps.ok_or(LearnError::Kind("single epochs", "sequences"))
    }

    /// What it takes of a sequence.
    ///
    /// # Errors
    /// Where it takes single epochs.
    pub const fn sequence(&self) -> Result<&SequencePlan, LearnError> {
        match &self.card.input {
            ModelInput::Sequence(plan) => Ok(plan),
            _ => Err(LearnError::Kind("sequences", "single epochs")),
        }
    }

    /// Its card, to be filled in. The identity is that of the weights and stays.
    pub const fn card_mut(&mut self) -> &mut ModelCard {
        &mut self.card
    }

    pub const fn id(&self) -> &ModelId {
        &self.id
    }

    /// The same on the CPU.
    #[must_use]
    pub fn on_cpu(&self) -> Self {
        if !self.compute.is_gpu() {
            return self.clone();
        }
        self.on(&Compute::cpu())
    }

    pub const fn compute(&self) -> &Compute {
        &self.compute
    }

    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// The same model on another device.
    #[must_use]
    pub fn on(&self, compute: &Compute) -> Self {
        Self {
            network: self.network.clone().fork(&compute.plain()),
            compute: compute.clone(),
            engine: Arc::default(),
            ..self.clone()
        }
    }

    /// Class probabilities of prepared inputs, one after the other: `classes` numbers for each.
    ///
    /// # Errors
    /// Where the inputs are not whole ones, or the device fails.
    pub fn score(&self, inputs: &[f32]) -> Result<Vec<f32>, LearnError> {
        let size = self.stamps()?.len();
        if size == 0 || !inputs.len().is_multiple_of(size) {
            return Err(LearnError::Input {
                expected: size,
                found: inputs.len(),
            });
        }
        self.with_engine(|engine| engine.score(inputs))
    }

    /// Class probabilities (sequence, epoch, class) of the next epochs of sequences, whose states become those
    /// after them.
    ///
    /// # Errors
    /// Where it takes single epochs, or the device fails.
    pub fn next_epochs(
        &self,
        epochs: &Epochs,
        states: &mut States,
    ) -> Result<Vec<f32>, LearnError> {
        self.with_engine(|engine| engine.follow(epochs, states))
    }

    /// The same model, computed by burn whatever is faster: what other engines are compared with.
    #[must_use]
    pub fn by_burn(&self) -> Self {
        Self {
            engine: Arc::new(Choice::default().into()),
            ..self.clone()
        }
    }

    /// What computes it, in words.
    pub fn engine_name(&self) -> String {
        self.with_engine(|engine| engine.name())
    }

    /// Does something with the engine that computes it.
    pub(super) fn with_engine<T>(&self, work: impl FnOnce(&dyn Engine) -> T) -> T {
        if let Some(kernels) = &self.choice().kernels {
            return work(&**kernels);
        }
        work(&self.reference())
    }

    /// burn, which every other engine is compared with.
    pub(super) const fn reference(&self) -> Reference<'_> {
        Reference {
            card: &self.card,
            network: &self.network,
            compute: &self.compute,
        }
    }

    /// The engine that was chosen.
    pub(super) fn choice(&self) -> &Choice {
        let choose = || Choice::of(&self.card, &self.network, &self.compute);
        self.engine.get_or_init(choose)
    }

    /// (n, channel, y, x) on a device.
    pub(super) fn tensor(&self, inputs: &[f32], device: &Device) -> Result<Tensor<4>, LearnError> {
        Ok(infer::tensor(self.stamps()?, inputs, device))
    }
}
