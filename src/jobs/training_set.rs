//! What networks learn from: simulated candidates without end, or a labelled set.

use std::{
    io,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use anyhow::{Context, bail};
use crossbeam_channel::{Receiver, bounded};

use super::{
    sequence_epochs::simulated_roles,
    simulation_order::{Kind, SimulationOrder},
    simulator::{prepare as prepare_order, simulator_of},
    training_sequences, training_triplets,
};
use crate::{
    domain::{Candidate, ModelCard, ModelInput, fnv},
    learn::Lessons,
    simulate::Simulate,
};

/// Triplets that validation is made with have numbers from here on, which no training reaches.
const VALIDATION_FROM: u64 = 1 << 40;
/// One labelled object in so many is kept for validation.
const VALIDATED: u64 = 6;

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingData {
    /// Candidates of a survey, new ones in every chunk: triplets or sequences, as the model takes.
    Simulation {
        /// Name of the survey, or its TOML file.
        survey: String,
        /// Folder of templates.
        templates: Option<PathBuf>,
    },
    /// Stamps and a table of their labels; without a table the classes that the data give.
    Labelled {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Table of labels.
        labels: Option<PathBuf>,
    },
}

impl TrainingData {
    /// What it is, for the card.
    pub fn in_words(&self) -> String {
        match self {
            Self::Simulation { survey, templates } => {
                let templates = match templates {
                    Some(folder) => format!(" with the templates of {}", folder.display()),
                    None => String::new(),
                };
                format!("simulated candidates of survey {survey}{templates}")
            }
            Self::Labelled { paths, .. } => {
                let paths = paths.iter().map(|path| path.display().to_string());
                format!(
                    "labelled stamps of {}",
                    paths.collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

/// Chunks of examples, one after the other.
pub(super) enum TrainingSet {
    /// Every chunk is new.
    Simulated(Chunks),
    /// Every chunk is the whole set.
    Labelled(Arc<dyn Lessons>),
}

/// A set to learn from, and one to validate with that nothing is learned from.
pub(super) struct Prepared {
    pub training: TrainingSet,
    pub validation: Arc<dyn Lessons>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// How much is simulated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    pub chunk: usize,
    pub first_chunk: u64,
    pub validation: usize,
    pub threads: usize,
    pub seed: u64,
}

impl TrainingSet {
    /// The next chunk.
    pub fn next(&mut self) -> anyhow::Result<Arc<dyn Lessons>> {
        match self {
            Self::Simulated(chunks) => chunks.next(),
            Self::Labelled(examples) => Ok(examples.clone()),
        }
    }
}

/// Prepares training and validation.
///
/// # Errors
/// Where the survey or the labelled set cannot be used.
pub(super) fn prepare_set(
    data: &TrainingData,
    card: &ModelCard,
    amount: Amount,
) -> anyhow::Result<Prepared> {
    match data {
        TrainingData::Simulation { survey, templates } => {
            let simulator = simulator_for(survey, templates.as_ref(), card, amount.seed)?;
            let card = card.clone();
            let threads = amount.threads;
            let make = move |range| simulated_lessons(&simulator, range, threads, &card);
            let until = VALIDATION_FROM + amount.validation as u64;
            let validation = make(VALIDATION_FROM..until)?;
            Ok(Prepared {
                training: TrainingSet::Simulated(Chunks::start(make, amount)?),
                validation,
                notes: Vec::new(),
            })
        }
        TrainingData::Labelled { paths, labels } => {
            let labels = labels.as_ref();
            let set = read_labelled(paths, labels, card, is_for_validation)?;
            enough(&set, card)?;
            Ok(Prepared {
                training: TrainingSet::Labelled(set.training),
                validation: set.validation,
                notes: set.notes,
            })
        }
    }
}

/// The simulator of what a model takes.
///
/// # Errors
/// Where the survey or the templates cannot be used.
pub(super) fn simulator_for(
    survey: &str,
    templates: Option<&PathBuf>,
    card: &ModelCard,
    seed: u64,
) -> anyhow::Result<Arc<dyn Simulate>> {
    let (kind, roles) = match &card.input {
        ModelInput::Sequence(plan) => (Kind::Sequences, simulated_roles(plan)),
        _ => (Kind::Triplets, training_triplets::ROLES.to_vec()),
    };
    let order = SimulationOrder {
        survey: survey.to_owned(),
        templates: templates.cloned(),
        kind,
        roles,
        seed,
        classes: Vec::new(),
        count: 0,
        out: PathBuf::new(),
    };
    Ok(simulator_of(&order, &prepare_order(&order)?)?)
}

/// A thread that prepares the next chunk while one is learned from.
pub(super) struct Chunks {
    ready: Receiver<anyhow::Result<Arc<dyn Lessons>>>,
    thread: Option<JoinHandle<()>>,
}

impl Chunks {
    fn start(
        make: impl Fn(Range<u64>) -> anyhow::Result<Arc<dyn Lessons>> + Send + 'static,
        amount: Amount,
    ) -> io::Result<Self> {
        let (sender, ready) = bounded(0);
        let chunk = amount.chunk as u64;
        let thread = Builder::new().name("chunks".into()).spawn(move || {
            for number in amount.first_chunk.. {
                let range = number * chunk..(number + 1) * chunk;
                if sender.send(make(range)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            ready,
            thread: Some(thread),
        })
    }

    fn next(&mut self) -> anyhow::Result<Arc<dyn Lessons>> {
        self.ready.recv().context("the simulator broke off")?
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        let (_, nothing) = bounded(0);
        self.ready = nothing;
        // It ends with the chunk that it is making; nobody needs to wait for that.
        drop(self.thread.take());
    }
}

/// Simulated candidates as the model takes them.
pub(super) fn simulated_lessons(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    card: &ModelCard,
) -> anyhow::Result<Arc<dyn Lessons>> {
    Ok(match &card.input {
        ModelInput::Sequence(plan) => Arc::new(training_sequences::simulated(
            simulator,
            range,
            threads,
            plan,
            &card.classes,
        )?),
        _ => Arc::new(training_triplets::simulated(
            simulator, range, threads, card,
        )?),
    })
}

/// True for one object in so many: it is kept for validation, always the same.
pub(super) fn is_for_validation(candidate: &Candidate) -> bool {
    fnv::fnv1a(fnv::FNV_START, candidate.id.bytes()).rotate_left(17) % VALIDATED == 0
}

/// Labelled candidates, divided by object.
pub(super) struct LabelledSet {
    pub training: Arc<dyn Lessons>,
    pub validation: Arc<dyn Lessons>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Says which objects are kept for validation.
pub(super) type IsKept = fn(&Candidate) -> bool;

/// Reads a labelled set as the model takes it; without a table the classes that the data give.
///
/// # Errors
/// Where the table cannot be read.
pub(super) fn read_labelled(
    paths: &[PathBuf],
    labels: Option<&PathBuf>,
    card: &ModelCard,
    is_kept: IsKept,
) -> anyhow::Result<LabelledSet> {
    match &card.input {
        ModelInput::Sequence(plan) => {
            training_sequences::labelled(paths, labels, card, plan, is_kept)
        }
        _ => training_triplets::labelled(paths, labels, card, is_kept),
    }
}

/// That something can be learned from a labelled set.
fn enough(set: &LabelledSet, card: &ModelCard) -> anyhow::Result<()> {
    if set.training.is_empty() || set.validation.is_empty() {
        let why: String = set.notes.iter().map(|note| format!("; {note}")).collect();
        bail!(
            "{} examples can be learned from and {} are kept for validation: too few{why}",
            set.training.len(),
            set.validation.len(),
        );
    }
    several_classes(&*set.training, card)
}

/// That a set has more than one class.
pub(super) fn several_classes(set: &dyn Lessons, card: &ModelCard) -> anyhow::Result<()> {
    let mut classes = set.classes().iter();
    if let Some(first) = classes.next()
        && classes.all(|class| class == first)
    {
        let class = &card.classes[usize::from(*first)];
        bail!("all labels are {class}: a network learns from more than one class");
    }
    Ok(())
}
