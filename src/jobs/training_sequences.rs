//! Image sequences to learn from: simulated ones without end, or a labelled set.

use std::{collections::BTreeMap, ops::Range, path::PathBuf, sync::Arc};

use super::{
    open::read_all_with,
    sequence_epochs::{calibrated, of_simulated},
    stream::stream,
    training_set::{IsKept, LabelledSet},
    truth_table::{TruthTable, class_of},
};
use crate::{
    domain::{Candidate, ModelCard, SequencePlan},
    io::Decoder,
    learn::{Sequence, Sequences},
    simulate::Simulate,
};

/// Candidates simulated ahead of the one that is prepared.
const ROOM: usize = 64;
/// Candidates of a labelled set that are read at a time.
const AT_ONCE: usize = 64;

/// Simulated sequences of a range.
pub(super) fn simulated(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    plan: &SequencePlan,
    classes: &[String],
) -> anyhow::Result<Sequences> {
    let sequences = stream(simulator, range, threads, ROOM)?.filter_map(|sequence| {
        let class = sequence.class()?;
        let class = classes.iter().position(|known| known == class)?;
        Some(Sequence {
            epochs: of_simulated(&sequence, plan),
            class: class as u8,
        })
    });
    Ok(Sequences::new(plan, sequences))
}

/// Reads a labelled set; without a table the classes that the data give.
///
/// # Errors
/// Where the table cannot be read.
pub(super) fn labelled(
    paths: &[PathBuf],
    labels: Option<&PathBuf>,
    card: &ModelCard,
    plan: &SequencePlan,
    is_kept: IsKept,
) -> anyhow::Result<LabelledSet> {
    let decoder = Decoder::default();
    let opened = read_all_with(paths, &decoder);
    let table = labels.map(|table| TruthTable::read(table)).transpose()?;
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut known: Vec<(&Candidate, u8)> = Vec::new();
    for (_, candidate) in opened.catalogue.iter() {
        let label = match &table {
            Some(table) => table.label(candidate, 0),
            None => candidate.truth.as_ref(),
        };
        match label.map(|label| (label, class_of(label, &card.classes))) {
            Some((_, Some(class))) => known.push((candidate, class as u8)),
            Some((label, None)) => {
                let why = format!("label \"{label}\" is no class of {}", card.name);
                *left_out.entry(why).or_default() += 1;
            }
            None => *left_out.entry("no label".into()).or_default() += 1,
        }
    }
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    for some in known.chunks(AT_ONCE) {
        let candidates: Vec<&Candidate> = some.iter().map(|(candidate, _)| *candidate).collect();
        let epochs = calibrated(&candidates, plan, &decoder);
        for ((candidate, class), epochs) in some.iter().zip(epochs) {
            let usable: Vec<_> = epochs.into_iter().filter_map(Result::ok).collect();
            if usable.is_empty() {
                *left_out.entry("no usable epoch".into()).or_default() += 1;
                continue;
            }
            let set = if is_kept(candidate) {
                &mut validation
            } else {
                &mut training
            };
            set.push(Sequence {
                epochs: usable,
                class: *class,
            });
        }
    }
    let problems = opened.problems.iter();
    let problems = problems.chain(table.iter().flat_map(|table| &table.problems));
    let mut notes: Vec<String> = problems.map(ToString::to_string).collect();
    let counts = left_out.into_iter();
    notes.extend(counts.map(|(why, count)| format!("{count} candidates left out: {why}")));
    Ok(LabelledSet {
        training: Arc::new(Sequences::new(plan, training)),
        validation: Arc::new(Sequences::new(plan, validation)),
        notes,
    })
}
