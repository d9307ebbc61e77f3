//! Stamps to learn a latent space from. Labels are not needed; where there are some, they judge.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::bail;

use super::{LatentOrder, order::SOURCE_TEST};
use crate::{
    domain::{Candidate, Catalogue, InputPlan, ModelCard},
    features::{
        labelling::{truth_table::TruthTable, truths::Truths},
        scoring::score::prepare_candidate,
        training::{
            self,
            labelled_set::Sources,
            labels::is_for_validation,
            train::TrainingData,
            training_set::{VALIDATION_FROM, simulator_for},
        },
    },
    learn::{
        Example, Examples,
        latent::{clusters::UNLABELLED, upright::stand_up},
    },
    workspace::open::read_until,
};

/// The survey of the source domain.
const OLD_SURVEY: &str = "mixed";
/// Labels are counted in bytes, of which one means none.
const MOST_LABELS: usize = UNLABELLED as usize;

/// Stamps as a latent model takes them; classes are positions among `names`.
pub(crate) struct LatentSet {
    pub training: Examples,
    pub validation: Examples,
    /// False where validation looks at what was learned from.
    pub has_held_out: bool,
    /// Simulated stamps that nothing is learned from: the source domain of a model that is fine-tuned.
    pub source_domain: Option<Examples>,
    /// Labels that some of them have.
    pub names: Vec<Arc<str>>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Prepares what an order learns from.
///
/// # Errors
/// Where the survey or the stamp set cannot be used, or there is nothing to learn from.
pub(crate) fn prepare(
    order: &LatentOrder,
    card: &ModelCard,
    sources: Sources<'_>,
) -> anyhow::Result<LatentSet> {
    let mut set = match &order.data {
        TrainingData::Simulation { survey, templates } => {
            let simulator = simulator_for(survey, templates.as_ref(), card, order.seed)?;
            let classes = ["bogus".to_owned(), "real".to_owned()];
            let make = |range| {
                let threads = order.threads;
                training::triplets::simulated(&simulator, range, threads, &order.input, &classes)
            };
            let until = VALIDATION_FROM + order.validation as u64;
            LatentSet {
                training: make(0..order.examples as u64)?,
                validation: make(VALIDATION_FROM..until)?,
                has_held_out: true,
                source_domain: None,
                names: classes.map(Arc::from).to_vec(),
                notes: Vec::new(),
            }
        }
        TrainingData::Labelled { paths, labels } => {
            let opened = read_until(paths, sources.decoder, sources.cancel);
            let table = read_table(labels.as_deref())?;
            let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
            let mut set = of_catalogue(&opened.catalogue, truths, order, sources)?;
            let problems = opened.problems.iter().map(ToString::to_string);
            set.notes.splice(..0, problems.collect::<Vec<_>>());
            set
        }
        TrainingData::Opened(opened) => {
            let truths = Truths::Labels(&opened.book);
            of_catalogue(&opened.catalogue, truths, order, sources)?
        }
    };
    if set.training.is_empty() {
        let notes = set.notes.iter();
        let notes: String = notes.flat_map(|note| ["; ", note]).collect();
        bail!(
            "{} gives nothing to learn from{notes}",
            order.data.in_words()
        );
    }
    if order.parent.is_none() && order.components > set.training.len() {
        bail!(
            "{} components cannot be separated in {} stamps; --components takes fewer",
            order.components,
            set.training.len()
        );
    }
    if set.validation.is_empty() {
        // A handful of stamps: what is learned from is looked at again, and no figure is made of it.
        set.has_held_out = false;
        set.validation = set.training.clone();
    }
    if order.parent.is_some() && !matches!(order.data, TrainingData::Simulation { .. }) {
        replay(&mut set, order, card)?;
    }
    if order.is_upright {
        let all = [&mut set.training, &mut set.validation].into_iter();
        all.chain(&mut set.source_domain).for_each(stand_up);
    }
    Ok(set)
}

/// Simulated stamps beside those of the set, and some to see what is forgotten.
fn replay(set: &mut LatentSet, order: &LatentOrder, card: &ModelCard) -> anyhow::Result<()> {
    let simulator = simulator_for(OLD_SURVEY, None, card, order.seed)?;
    let classes = ["bogus".to_owned(), "real".to_owned()];
    let make = |from: u64, count: usize| {
        let range = from..from + count as u64;
        training::triplets::simulated(&simulator, range, order.threads, &order.input, &classes)
    };
    let places: Vec<u8> = classes
        .iter()
        .map(|name| place_of(name, &mut set.names))
        .collect();
    let named = |examples: Examples, into: &mut Examples| -> anyhow::Result<()> {
        let inputs = examples.inputs().chunks(examples.size().max(1));
        for (input, class) in inputs.zip(examples.classes()) {
            let class = places.get(usize::from(*class)).copied();
            into.push(&Example {
                input: input.into(),
                class: class.unwrap_or(UNLABELLED),
            })?;
        }
        Ok(())
    };
    named(make(0, order.replay)?, &mut set.training)?;
    let plan = &order.input;
    let mut source_domain = Examples::new(plan.channels.len(), plan.side_px);
    named(make(VALIDATION_FROM, SOURCE_TEST)?, &mut source_domain)?;
    set.source_domain = Some(source_domain);
    Ok(())
}

/// The place of a label among names, at the end where it is new.
fn place_of(name: &str, names: &mut Vec<Arc<str>>) -> u8 {
    let found = names.iter().position(|known| &**known == name);
    let place = found.unwrap_or_else(|| {
        names.push(name.into());
        names.len() - 1
    });
    u8::try_from(place).unwrap_or(UNLABELLED)
}

pub(crate) fn read_table(labels: Option<&Path>) -> anyhow::Result<Option<TruthTable>> {
    Ok(labels.map(TruthTable::read).transpose()?)
}

fn of_catalogue(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    order: &LatentOrder,
    sources: Sources<'_>,
) -> anyhow::Result<LatentSet> {
    let mut collection = Collection::new(&order.input);
    for (_, candidate) in catalogue.iter() {
        if sources.cancel.is_cancelled() {
            bail!("stopped");
        }
        if collection.training.len() >= order.examples {
            let count = collection.training.len();
            collection.notes.push(format!(
                "only the first {count} stamps are learned from; --examples takes more"
            ));
            break;
        }
        collection.take(candidate, truths, sources)?;
    }
    Ok(collection.set())
}

struct Collection<'a> {
    plan: &'a InputPlan,
    training: Examples,
    validation: Examples,
    places: BTreeMap<Arc<str>, u8>,
    names: Vec<Arc<str>>,
    left_out: BTreeMap<Arc<str>, usize>,
    notes: Vec<String>,
}

impl<'a> Collection<'a> {
    fn new(plan: &'a InputPlan) -> Self {
        let empty = || Examples::new(plan.channels.len(), plan.side_px);
        Self {
            plan,
            training: empty(),
            validation: empty(),
            places: BTreeMap::new(),
            names: Vec::new(),
            left_out: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    fn take(
        &mut self,
        candidate: &Candidate,
        truths: Truths<'_>,
        sources: Sources<'_>,
    ) -> anyhow::Result<()> {
        let inputs = prepare_candidate(candidate, self.plan, sources.decoder);
        for (epoch, input) in inputs.into_iter().enumerate() {
            match input {
                Ok(input) => {
                    let label = truths.label(candidate, epoch).ok();
                    let class = label.map_or(UNLABELLED, |label| self.place(label));
                    let set = if is_for_validation(candidate) {
                        &mut self.validation
                    } else {
                        &mut self.training
                    };
                    set.push(&Example { input, class })?;
                }
                Err(why) => *self.left_out.entry(why).or_default() += 1,
            }
        }
        Ok(())
    }

    /// The place of a label among the names; labels beyond the last place are none.
    fn place(&mut self, label: Arc<str>) -> u8 {
        if let Some(place) = self.places.get(&label) {
            return *place;
        }
        if self.names.len() >= MOST_LABELS {
            return UNLABELLED;
        }
        let place = self.names.len() as u8;
        self.names.push(label.clone());
        self.places.insert(label, place);
        place
    }

    fn set(self) -> LatentSet {
        let left_out = self.left_out.iter();
        let left_out = left_out.map(|(why, count)| format!("{count} epochs left out: {why}"));
        let mut set = LatentSet {
            notes: self.notes.into_iter().chain(left_out).collect(),
            training: self.training,
            validation: self.validation,
            has_held_out: true,
            source_domain: None,
            names: self.names,
        };
        if set.training.is_empty() {
            // A single candidate that chance would keep for validation is learned from.
            std::mem::swap(&mut set.training, &mut set.validation);
        }
        set
    }
}
