//! What networks learn from: simulated candidates without end, or a labelled set.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use anyhow::{Context, bail};
use crossbeam_channel::{Receiver, bounded};

use super::{
    open::read_all_with,
    score::prepare_candidate,
    sequence_epochs::simulated_roles,
    simulation_order::{Kind, SimulationOrder},
    simulator::{prepare as prepare_order, simulator_of},
    stream::stream,
    training_sequences,
    truth_table::{TruthTable, class_of},
};
use crate::{
    domain::{Candidate, ImageSequence, InputPlan, ModelCard, ModelInput, Role, fnv},
    imaging::model_input::{Plane, prepare},
    io::Decoder,
    learn::{Example, Examples, Lessons},
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
            let (kind, roles) = match &card.input {
                ModelInput::Sequence(plan) => (Kind::Sequences, simulated_roles(plan)),
                _ => (Kind::Triplets, ROLES.to_vec()),
            };
            let order = SimulationOrder {
                survey: survey.clone(),
                templates: templates.clone(),
                kind,
                roles,
                seed: amount.seed,
                classes: Vec::new(),
                count: 0,
                out: PathBuf::new(),
            };
            let simulator = simulator_of(&order, &prepare_order(&order)?)?;
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
            let prepared = match &card.input {
                ModelInput::Sequence(plan) => {
                    let set = training_sequences::labelled(paths, labels, card, plan)?;
                    Prepared {
                        training: TrainingSet::Labelled(Arc::new(set.training)),
                        validation: Arc::new(set.validation),
                        notes: set.notes,
                    }
                }
                _ => labelled(paths, labels, card)?,
            };
            enough(prepared, card)
        }
    }
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

fn stamp_plan(card: &ModelCard) -> anyhow::Result<&InputPlan> {
    let plan = card.input.stamps();
    plan.with_context(|| format!("{} does not look at single epochs", card.name))
}

/// Simulated candidates as the model takes them.
fn simulated_lessons(
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
        _ => Arc::new(simulated(simulator, range, threads, card)?),
    })
}

/// True for one object in so many: it is kept for validation, always the same.
pub(super) fn is_for_validation(candidate: &Candidate) -> bool {
    fnv::fnv1a(fnv::FNV_START, candidate.id.bytes()).rotate_left(17) % VALIDATED == 0
}

/// A labelled set that something can be learned from.
fn enough(prepared: Prepared, card: &ModelCard) -> anyhow::Result<Prepared> {
    if let TrainingSet::Labelled(training) = &prepared.training {
        if training.is_empty() || prepared.validation.is_empty() {
            let why = prepared.notes.join("; ");
            bail!(
                "{} examples can be learned from and {} are kept for validation: too few{}{why}",
                training.len(),
                prepared.validation.len(),
                if why.is_empty() { "" } else { "; " }
            );
        }
        let first = training.classes()[0];
        if training.classes().iter().all(|class| *class == first) {
            let class = &card.classes[usize::from(first)];
            bail!("all labels are {class}: a network learns from more than one class");
        }
    }
    Ok(prepared)
}

/// Simulated triplets as examples.
fn simulated(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    card: &ModelCard,
) -> anyhow::Result<Examples> {
    let plan = stamp_plan(card)?;
    let mut examples = Examples::new(plan.channels.len(), plan.side_px);
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
    let input = prepare_sequence(sequence, 0, has_snr, card.input.stamps()?)?;
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

/// A labelled set, divided by object.
fn labelled(
    paths: &[PathBuf],
    labels: Option<&PathBuf>,
    card: &ModelCard,
) -> anyhow::Result<Prepared> {
    let plan = stamp_plan(card)?;
    let decoder = Decoder::default();
    let opened = read_all_with(paths, &decoder);
    let table = labels.map(|table| TruthTable::read(table)).transpose()?;
    let shape = || Examples::new(plan.channels.len(), plan.side_px);
    let (mut training, mut validation) = (shape(), shape());
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut unlabelled = 0_usize;
    for (_, candidate) in opened.catalogue.iter() {
        let set = if is_for_validation(candidate) {
            &mut validation
        } else {
            &mut training
        };
        let inputs = prepare_candidate(candidate, plan, &decoder);
        for (epoch, input) in inputs.into_iter().enumerate() {
            let label = match &table {
                Some(table) => table.label(candidate, epoch),
                None => candidate.truth.as_ref(),
            };
            let class = label.and_then(|label| class_of(label, &card.classes));
            match (label, class, input) {
                (_, Some(class), Ok(input)) => {
                    let class = class as u8;
                    set.push(&Example { input, class })?;
                }
                (Some(_), Some(_), Err(why)) => *left_out.entry(why.to_string()).or_default() += 1,
                (Some(label), None, _) => {
                    let why = format!("label \"{label}\" is no class of {}", card.name);
                    *left_out.entry(why).or_default() += 1;
                }
                (None, ..) => unlabelled += 1,
            }
        }
    }
    if unlabelled > 0 {
        left_out.insert("no label".into(), unlabelled);
    }
    let read = opened.problems.iter();
    let read = read.chain(table.iter().flat_map(|table| &table.problems));
    let mut notes: Vec<String> = read.map(ToString::to_string).collect();
    let counts = left_out.into_iter();
    notes.extend(counts.map(|(why, count)| format!("{count} epochs left out: {why}")));
    Ok(Prepared {
        training: TrainingSet::Labelled(Arc::new(training)),
        validation: Arc::new(validation),
        notes,
    })
}
