//! What networks learn from: simulated candidates without end, or a labelled set.

use std::{
    collections::BTreeSet,
    io,
    ops::Range,
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::{
    idle::Idle,
    labelled_set::OpenedSet,
    labels::{is_for_validation, labelled, labelled_files},
    note::Note,
    sequences, triplets,
};
use crate::{
    domain::{
        ModelCard, ModelInput,
        canonical::{Canonical, record},
    },
    features::{
        labelling::truths::Truths,
        simulation::{
            order::{Kind, SimulationOrder},
            simulator::{prepare as prepare_order, simulator_of},
        },
        training::labelled_set::Sources,
    },
    learn::Dataset,
    simulate::Simulate,
    tasks::thread::{self, Broken},
};

/// Triplets that validation is made with have numbers from here on, which no training reaches.
pub(crate) const VALIDATION_FROM: u64 = 1 << 40;
/// What is told where the simulator's thread ended.
const BROKE_OFF: &str = "the simulator broke off";

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingData {
    /// Candidates of a survey, new ones in every chunk: triplets or sequences, as the model takes.
    Simulation {
        /// Name of the survey, or its TOML file.
        survey: String,
        templates: Option<PathBuf>,
    },
    /// Stamps and a table of their labels; without a table the classes that the data give.
    Labelled {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        labels: Option<PathBuf>,
    },
    /// The set that is open in the window, and the labels of its project.
    Opened(OpenedSet),
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
            Self::Opened(set) => format!("stamps of {}, as labelled in its project", set.name),
        }
    }
}

/// Everything of it that decides the result.
impl Canonical for TrainingData {
    fn write(&self, text: &mut String) {
        match self {
            Self::Simulation { survey, templates } => record(
                text,
                "Simulation",
                &[("survey", survey), ("templates", templates)],
            ),
            Self::Labelled { paths, labels } => {
                record(text, "Labelled", &[("paths", paths), ("labels", labels)]);
            }
            Self::Opened(set) => text.push_str(&set.fingerprint()),
        }
    }
}

/// Chunks of examples, one after the other.
pub(crate) enum TrainingSet {
    /// Every chunk is new.
    Simulated(Chunks),
    /// Every chunk is the whole set.
    Labelled(Arc<dyn Dataset>),
}

/// A set to learn from, and one to validate with that nothing is learned from.
pub(crate) struct Prepared {
    pub training: TrainingSet,
    pub validation: Arc<dyn Dataset>,
    /// Identifiers of the labelled objects that both are of.
    pub learned: BTreeSet<Arc<str>>,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

/// How much is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    pub chunk: usize,
    pub first_chunk: u64,
    pub validation: usize,
    pub threads: usize,
    pub seed: u64,
}

impl TrainingSet {
    /// True where the next chunk is there; it is waited for so long at most.
    pub fn fetch(&mut self, patience: Duration) -> anyhow::Result<bool> {
        match self {
            Self::Simulated(chunks) => chunks.fetch(patience),
            Self::Labelled(_) => Ok(true),
        }
    }

    /// The next chunk.
    pub fn next(&mut self) -> anyhow::Result<Arc<dyn Dataset>> {
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
pub(crate) fn prepare_set(
    data: &TrainingData,
    card: &ModelCard,
    amount: Amount,
    sources: Sources<'_>,
) -> anyhow::Result<Prepared> {
    match data {
        TrainingData::Simulation { survey, templates } => {
            let simulator = simulator_for(survey, templates.as_ref(), card, amount.seed)?;
            let card = card.clone();
            let threads = amount.threads;
            let make = move |range| simulated_dataset(&simulator, range, threads, &card);
            let until = VALIDATION_FROM + amount.validation as u64;
            let validation = make(VALIDATION_FROM..until)?;
            Ok(Prepared {
                training: TrainingSet::Simulated(Chunks::start(make, amount)?),
                validation,
                learned: BTreeSet::new(),
                notes: Vec::new(),
            })
        }
        TrainingData::Labelled { paths, labels } => {
            labelled_files(paths, labels.as_deref(), card, sources, &is_for_validation)?
                .prepared(card)
        }
        TrainingData::Opened(set) => {
            let truths = Truths::Labels(&set.book);
            labelled(&set.catalogue, truths, card, sources, &is_for_validation)?.prepared(card)
        }
    }
}

/// The simulator of what a model takes.
///
/// # Errors
/// Where the survey or the templates cannot be used.
pub(crate) fn simulator_for(
    survey: &str,
    templates: Option<&PathBuf>,
    card: &ModelCard,
    seed: u64,
) -> anyhow::Result<Arc<dyn Simulate>> {
    let (kind, roles) = match &card.input {
        ModelInput::Sequence(plan) => (Kind::Sequences, vec![plan.role]),
        _ => (Kind::Triplets, triplets::ROLES.to_vec()),
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
pub(crate) struct Chunks {
    ready: Receiver<anyhow::Result<Arc<dyn Dataset>>>,
    fetched: Option<Arc<dyn Dataset>>,
    /// From when on the first chunk was there.
    idle: Arc<OnceLock<Idle>>,
    thread: Option<JoinHandle<()>>,
}

impl Chunks {
    fn start(
        make: impl Fn(Range<u64>) -> anyhow::Result<Arc<dyn Dataset>> + Send + 'static,
        amount: Amount,
    ) -> io::Result<Self> {
        let (sender, ready) = bounded(0);
        let chunk = amount.chunk as u64;
        let broken = sender.clone();
        let idle = Arc::new(OnceLock::<Idle>::new());
        let of_both = idle.clone();
        let work = move || {
            for number in amount.first_chunk.. {
                let range = number * chunk..(number + 1) * chunk;
                let made = make(range);
                let send = || sender.send(made);
                let sent = match of_both.get() {
                    Some(idle) => idle.simulator(send),
                    None => send(),
                };
                if sent.is_err() {
                    return;
                }
            }
        };
        let thread = thread::start("chunks", work, move |end| {
            if end.is_err() {
                // Nobody listens where the training was given up.
                broken
                    .send(Err(anyhow!(Broken::sentence("the simulator"))))
                    .unwrap_or_default();
            }
        })?;
        Ok(Self {
            ready,
            fetched: None,
            idle,
            thread: Some(thread),
        })
    }

    fn fetch(&mut self, patience: Duration) -> anyhow::Result<bool> {
        if self.fetched.is_none() {
            let receive = || self.ready.recv_timeout(patience);
            let received = match self.idle.get() {
                Some(idle) => idle.learner(receive),
                None => receive(),
            };
            match received {
                Ok(chunk) => {
                    self.fetched = Some(chunk?);
                    self.idle.get_or_init(Idle::default);
                }
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => bail!(BROKE_OFF),
            }
        }
        Ok(true)
    }

    fn next(&mut self) -> anyhow::Result<Arc<dyn Dataset>> {
        if let Some(chunk) = self.fetched.take() {
            return Ok(chunk);
        }
        let receive = || self.ready.recv();
        let received = match self.idle.get() {
            Some(idle) => idle.learner(receive),
            None => receive(),
        };
        self.idle.get_or_init(Idle::default);
        received.context(BROKE_OFF)?
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        if let Some(idle) = self.idle.get() {
            log::info!("{}", idle.in_words());
        }
        let (_, nothing) = bounded(0);
        self.ready = nothing;
        // It ends with the chunk that it is making; nobody needs to wait for that.
        drop(self.thread.take());
    }
}

/// Simulated candidates as the model takes them.
pub(crate) fn simulated_dataset(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    card: &ModelCard,
) -> anyhow::Result<Arc<dyn Dataset>> {
    Ok(match &card.input {
        ModelInput::Sequence(plan) => Arc::new(sequences::simulated(
            simulator,
            range,
            threads,
            plan,
            &card.classes,
        )?),
        _ => Arc::new(triplets::simulated(
            simulator,
            range,
            threads,
            triplets::stamp_plan(card)?,
            &card.classes,
        )?),
    })
}
