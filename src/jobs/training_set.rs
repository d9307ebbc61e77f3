//! What networks learn from: simulated triplets without end, or a labelled set.

use std::{
    io,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
    time::Duration,
};

use anyhow::{Context, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::{
    reporter::CancelToken,
    simulation_order::{Kind, SimulationOrder},
    simulator::{prepare as prepare_order, simulator_of},
    stream::stream,
    training_labels::{OpenedSet, labelled, labelled_files},
    truths::Truths,
};
use crate::{
    domain::{ImageSequence, InputPlan, ModelCard, Role, fnv},
    imaging::model_input::{Plane, prepare},
    io::Decoder,
    learn::{Example, Examples},
    simulate::Simulate,
};

/// Triplets that validation is made with have numbers from here on, which no training reaches.
const VALIDATION_FROM: u64 = 1 << 40;
/// Roles that are simulated: what a model may take, and the variance that S/N is computed from.
const ROLES: [Role; 5] = [
    Role::Science,
    Role::Reference,
    Role::Difference,
    Role::Snr,
    Role::Variance,
];
/// Candidates simulated ahead of the one that is prepared.
const ROOM: usize = 512;

/// What is told where the simulator's thread ended.
const BROKE_OFF: &str = "the simulator broke off";

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingData {
    /// Triplets of a survey, new ones in every chunk.
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
                format!("simulated triplets of survey {survey}{templates}")
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

    /// Everything of it that decides the result.
    pub(super) fn fingerprint(&self) -> String {
        match self {
            Self::Simulation { .. } | Self::Labelled { .. } => format!("{self:?}"),
            Self::Opened(set) => set.fingerprint(),
        }
    }
}

/// Chunks of examples, one after the other.
pub(super) enum TrainingSet {
    /// Every chunk is new.
    Simulated(Chunks),
    /// Every chunk is the whole set.
    Labelled(Arc<Examples>),
}

/// A set to learn from, and one to validate with that nothing is learned from.
pub(super) struct Prepared {
    pub training: TrainingSet,
    pub validation: Examples,
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
    /// True where the next chunk is there; it is waited for so long at most.
    pub fn fetch(&mut self, patience: Duration) -> anyhow::Result<bool> {
        match self {
            Self::Simulated(chunks) => chunks.fetch(patience),
            Self::Labelled(_) => Ok(true),
        }
    }

    /// The next chunk.
    pub fn next(&mut self) -> anyhow::Result<Arc<Examples>> {
        match self {
            Self::Simulated(chunks) => chunks.next(),
            Self::Labelled(examples) => Ok(examples.clone()),
        }
    }
}

/// What reads labelled sets.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub decoder: &'a Decoder,
    pub cancel: &'a CancelToken,
}

/// Prepares training and validation.
///
/// # Errors
/// Where the survey or the labelled set cannot be used.
pub(super) fn prepare_set(
    data: &TrainingData,
    card: &ModelCard,
    amount: Amount,
    sources: Sources<'_>,
) -> anyhow::Result<Prepared> {
    match data {
        TrainingData::Simulation { survey, templates } => {
            let order = SimulationOrder {
                survey: survey.clone(),
                templates: templates.clone(),
                kind: Kind::Triplets,
                roles: ROLES.to_vec(),
                seed: amount.seed,
                classes: Vec::new(),
                count: 0,
                out: PathBuf::new(),
            };
            let simulator = simulator_of(&order, &prepare_order(&order)?)?;
            let card = Arc::new(card.clone());
            let until = VALIDATION_FROM + amount.validation as u64;
            let validation = simulated(&simulator, VALIDATION_FROM..until, amount.threads, &card)?;
            Ok(Prepared {
                training: TrainingSet::Simulated(Chunks::start(simulator, card, amount)?),
                validation,
                notes: Vec::new(),
            })
        }
        TrainingData::Labelled { paths, labels } => {
            labelled_files(paths, labels.as_deref(), card, sources)
        }
        TrainingData::Opened(set) => {
            labelled(&set.catalogue, Truths::Labels(&set.book), card, sources)
        }
    }
}

/// A thread that prepares the next chunk while one is learned from.
pub(super) struct Chunks {
    ready: Receiver<anyhow::Result<Examples>>,
    fetched: Option<Arc<Examples>>,
    thread: Option<JoinHandle<()>>,
}

impl Chunks {
    fn start(
        simulator: Arc<dyn Simulate>,
        card: Arc<ModelCard>,
        amount: Amount,
    ) -> io::Result<Self> {
        let (sender, ready) = bounded(0);
        let chunk = amount.chunk as u64;
        let thread = Builder::new().name("chunks".into()).spawn(move || {
            for number in amount.first_chunk.. {
                let range = number * chunk..(number + 1) * chunk;
                let examples = simulated(&simulator, range, amount.threads, &card);
                if sender.send(examples).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            ready,
            fetched: None,
            thread: Some(thread),
        })
    }

    fn fetch(&mut self, patience: Duration) -> anyhow::Result<bool> {
        if self.fetched.is_none() {
            match self.ready.recv_timeout(patience) {
                Ok(chunk) => self.fetched = Some(Arc::new(chunk?)),
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => bail!(BROKE_OFF),
            }
        }
        Ok(true)
    }

    fn next(&mut self) -> anyhow::Result<Arc<Examples>> {
        if let Some(chunk) = self.fetched.take() {
            return Ok(chunk);
        }
        let chunk = self.ready.recv().context(BROKE_OFF)??;
        Ok(Arc::new(chunk))
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

/// Simulated triplets as examples.
fn simulated(
    simulator: &Arc<dyn Simulate>,
    range: std::ops::Range<u64>,
    threads: usize,
    card: &ModelCard,
) -> anyhow::Result<Examples> {
    let mut examples = Examples::new(card.input.channels.len(), card.input.side_px);
    for sequence in stream(simulator, range, threads, ROOM)? {
        if let Some(example) = example(&sequence, card) {
            examples.push(&example)?;
        }
    }
    Ok(examples)
}

/// A simulated triplet as the model sees it; none where its input cannot be prepared, as in use.
///
/// Of every two one has the S/N that its survey computed, the other the one that is estimated where
/// a survey gives none: the model must know both.
pub(super) fn example(sequence: &ImageSequence, card: &ModelCard) -> Option<Example> {
    let has_snr = fnv::fnv1a(fnv::FNV_START, sequence.id.bytes()) & 0x100 == 0;
    let input = prepare_sequence(sequence, 0, has_snr, &card.input)?;
    let class = sequence.class()?;
    let class = card.classes.iter().position(|known| known == class)?;
    Some(Example {
        input,
        class: class as u8,
    })
}

fn prepare_sequence(
    sequence: &ImageSequence,
    epoch: usize,
    has_snr: bool,
    plan: &InputPlan,
) -> Option<Vec<f32>> {
    let is_known = |role: Role| has_snr || !matches!(role, Role::Snr | Role::Variance);
    let planes = sequence.images.iter().filter_map(|(role, _)| {
        Some(Plane {
            role: *role,
            width: sequence.width,
            height: sequence.height,
            pixels: sequence.image(*role, epoch)?,
            arcsec_per_px: Some(f64::from(sequence.detector.pixel_scale_arcsec)),
        })
    });
    let planes: Vec<_> = planes.filter(|plane| is_known(plane.role)).collect();
    prepare(&planes, plan).ok()
}
