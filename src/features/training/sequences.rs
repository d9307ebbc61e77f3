//! Image sequences to learn from: simulated ones without end, or a labelled set.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use anyhow::bail;

use super::labelled_set::{IsKept, LabelledSet, Sources};
use crate::{
    domain::{Candidate, Catalogue, ModelCard, SequencePlan, class_of},
    english,
    features::{
        labelling::truths::Truths,
        scoring::sequence_epochs::{Chosen, calibrated, of_simulated},
        simulation::stream::stream,
    },
    language::translated,
    learn::{Sequence, Sequences},
    simulate::Simulate,
    text,
};

/// Candidates simulated ahead of the one that is prepared.
const CAPACITY: usize = 64;
/// Candidates of a labelled set that are read at a time.
const AT_ONCE: usize = 64;

/// Simulated sequences of a range.
pub(crate) fn simulated(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    plan: &SequencePlan,
    classes: &[String],
) -> anyhow::Result<Sequences> {
    let sequences = stream(simulator, range, threads, CAPACITY)?.filter_map(|sequence| {
        let class = sequence.class()?;
        let class = classes.iter().position(|known| known == class)?;
        Some(Sequence {
            epochs: of_simulated(&sequence, plan),
            class: class as u8,
        })
    });
    Ok(Sequences::new(plan, sequences))
}

/// A labelled set, divided by object.
///
/// # Errors
/// Where it was stopped.
pub(crate) fn labelled(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    card: &ModelCard,
    plan: &SequencePlan,
    sources: Sources<'_>,
    is_kept: IsKept<'_>,
) -> anyhow::Result<LabelledSet> {
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut known: Vec<(&Candidate, u8)> = Vec::new();
    for (_, candidate) in catalogue.iter() {
        if truths.is_silent(candidate) {
            continue;
        }
        match class_of_candidate(candidate, truths, card) {
            Ok(class) => known.push((candidate, class as u8)),
            Err(why) => *left_out.entry(why).or_default() += 1,
        }
    }
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    let mut learned = BTreeSet::new();
    for some in known.chunks(AT_ONCE) {
        if sources.cancel.is_cancelled() {
            bail!("stopped");
        }
        let candidates = some.iter().map(|(candidate, _)| *candidate);
        let unknown = candidates.filter(|one| sources.memory.sequence(one).is_none());
        let chosen: Vec<Chosen<'_>> = unknown.clone().map(Chosen::all).collect();
        let epochs = calibrated(&chosen, plan, sources.decoder);
        for (candidate, epochs) in unknown.collect::<Vec<_>>().into_iter().zip(epochs) {
            let usable = epochs.into_iter().filter_map(|(_, epoch)| epoch.ok());
            sources.memory.keep_sequence(candidate, usable.collect());
        }
        for (candidate, class) in some {
            let usable = sources.memory.sequence(candidate).unwrap_or_default();
            if usable.is_empty() {
                *left_out
                    .entry(english!("no usable epoch").into())
                    .or_default() += 1;
                continue;
            }
            let set = if is_kept(candidate) {
                &mut validation
            } else {
                &mut training
            };
            learned.insert(candidate.id.clone());
            set.push(Sequence {
                epochs: usable.to_vec(),
                class: *class,
            });
        }
    }
    let counts = left_out.into_iter();
    Ok(LabelledSet {
        training: Arc::new(Sequences::new(plan, training)),
        validation: Arc::new(Sequences::new(plan, validation)),
        learned,
        notes: counts
            .map(|(why, count)| {
                text!(
                    "{count} candidates left out: {why}",
                    count,
                    why = translated(&why)
                )
            })
            .collect(),
    })
}

/// The class of a candidate: by the first epoch that is labelled, where labels are those of epochs.
fn class_of_candidate(
    candidate: &Candidate,
    truths: Truths<'_>,
    card: &ModelCard,
) -> Result<usize, String> {
    let labels = (0..candidate.epochs.len()).map(|epoch| truths.label(candidate, epoch));
    let mut why = english!("has no epoch").to_owned();
    for label in labels {
        match label {
            Ok(label) => {
                let class = class_of(&label, &card.classes);
                return class.ok_or_else(|| {
                    text!(
                        "label \"{label}\" is no class of {model}",
                        label,
                        model = card.name
                    )
                });
            }
            Err(reason) => why = reason,
        }
    }
    Err(why)
}
