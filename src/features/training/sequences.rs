//! Image sequences to learn from: simulated ones without end, or a labelled set.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use anyhow::bail;

use super::{
    labelled_set::{IsKept, LabelledSet, Sources},
    note::{LeftOut, Reason, Things, no_usable_epoch},
};
use crate::{
    domain::{Candidate, Catalogue, ModelCard, SequencePlan, class_of},
    english,
    features::{
        labelling::truths::Truths,
        scoring::sequence_epochs::{Chosen, calibrated, of_simulated},
        simulation::stream::stream,
    },
    learn::{Sequence, Sequences},
    simulate::Simulate,
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
    let mut left_out = LeftOut::default();
    let mut known: Vec<(&Candidate, u8)> = Vec::new();
    for (_, candidate) in catalogue.iter() {
        if truths.is_silent(candidate) {
            continue;
        }
        match class_of_candidate(candidate, truths, card) {
            Ok(class) => known.push((candidate, class as u8)),
            Err(why) => left_out.add(why),
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
                left_out.add(no_usable_epoch());
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
    Ok(LabelledSet {
        training: Arc::new(Sequences::new(plan, training)),
        validation: Arc::new(Sequences::new(plan, validation)),
        learned,
        notes: left_out.notes(Things::Candidates),
    })
}

/// The class of a candidate: by the first epoch that is labelled, where labels are those of epochs.
fn class_of_candidate(
    candidate: &Candidate,
    truths: Truths<'_>,
    card: &ModelCard,
) -> Result<usize, Reason> {
    let labels = (0..candidate.epochs.len()).map(|epoch| truths.label(candidate, epoch));
    let mut why = english!("has no epoch").to_owned();
    for label in labels {
        match label {
            Ok(label) => {
                let class = class_of(&label, &card.classes);
                let model = Some(card.name.clone());
                return class.ok_or(Reason::NoClass { label, model });
            }
            Err(reason) => why = reason,
        }
    }
    Err(why.into())
}
