//! What a person orders to be trained, and what the order says of the model.

use std::path::PathBuf;

use anyhow::bail;

use super::{clock::today, training_set::TrainingData};
use crate::{
    domain::{ModelCard, TrainingRecord},
    learn::{Architecture, schedule::Schedule},
    simulate::SequenceClass,
};

/// What is to be trained.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOrder {
    /// Which network.
    pub architecture: Architecture,
    /// What from.
    pub data: TrainingData,
    /// How.
    pub schedule: Schedule,
    /// Random seed; member `m` of an ensemble has `seed + m`.
    pub seed: u64,
    /// Members of an ensemble; 1 for anything else.
    pub members: usize,
    /// Simulated examples that are made at a time.
    pub chunk: usize,
    /// How often each is presented.
    pub passes: usize,
    /// Simulated examples to validate with.
    pub validation: usize,
    /// Threads that simulate.
    pub threads: usize,
    /// The model's name; none for that of the architecture.
    pub name: Option<String>,
    /// The command that makes the model again, for the card.
    pub command: String,
    /// Commit of destello, for the card.
    pub commit: String,
    /// The model file.
    pub out: PathBuf,
}

impl TrainOrder {
    /// Why nothing can be trained by it.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.architecture == Architecture::Braai {
            bail!("braai is imported with `destello models import`, not trained");
        }
        if self.schedule.batch == 0 || self.schedule.steps == 0 || self.schedule.validate_every == 0
        {
            bail!("a training has at least one step of one example");
        }
        if self.chunk < self.schedule.batch || self.passes == 0 || self.members == 0 {
            bail!("a chunk holds at least one batch, presented at least once");
        }
        if self
            .out
            .extension()
            .is_none_or(|ending| ending != "safetensors")
        {
            bail!("{}: a model file ends in .safetensors", self.out.display());
        }
        if let Some(folder) = self.out.parent()
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            bail!("{}: there is no such folder", folder.display());
        }
        Ok(())
    }

    /// What the network tells apart.
    fn classes(&self) -> Vec<String> {
        if self.architecture.is_recurrent() {
            let classes = SequenceClass::ALL.map(SequenceClass::name);
            classes.map(str::to_owned).to_vec()
        } else {
            vec!["bogus".into(), "real".into()]
        }
    }

    /// The card of the model to be, without its figures.
    pub(super) fn card(&self) -> ModelCard {
        let architecture = self.architecture;
        let steps = self.schedule.steps * self.members as u64;
        ModelCard {
            format: ModelCard::FORMAT,
            name: self
                .name
                .clone()
                .unwrap_or_else(|| architecture.name().into()),
            about: architecture.about().into(),
            network: architecture.name().into(),
            members: self.members,
            parameters: 0,
            input: architecture.input(),
            classes: self.classes(),
            threshold: 0.5,
            training: TrainingRecord {
                data: self.data.in_words(),
                recipe: self.schedule.in_words(),
                command: self.command.clone(),
                seed: self.seed,
                examples: steps * self.schedule.batch as u64,
                commit: self.commit.clone(),
                date: today(),
            },
            figures: std::collections::BTreeMap::default(),
        }
    }

    /// Everything that decides the result.
    pub(super) fn fingerprint(&self) -> String {
        let TrainOrder {
            architecture,
            data,
            schedule,
            seed,
            members,
            chunk,
            passes,
            validation,
            ..
        } = self;
        format!(
            "{architecture:?} {data:?} {schedule:?} {seed} {members} {chunk} {passes} {validation}"
        )
    }
}

/// A member of an ensemble, or the network itself.
pub(super) const fn single(architecture: Architecture) -> Architecture {
    match architecture {
        Architecture::Cape => Architecture::Cap,
        other => other,
    }
}
