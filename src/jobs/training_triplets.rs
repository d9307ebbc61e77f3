//! Triplets to learn from: simulated ones without end, or a labelled set.

use std::{collections::BTreeMap, ops::Range, path::PathBuf, sync::Arc};

use anyhow::Context;

use super::{
    open::read_all_with,
    score::prepare_candidate,
    stream::stream,
    training_set::{IsKept, LabelledSet},
    truth_table::{TruthTable, class_of},
};
use crate::{
    domain::{ImageSequence, InputPlan, ModelCard, Role, fnv},
    imaging::model_input::{Plane, prepare},
    io::Decoder,
    learn::{Example, Examples},
    simulate::Simulate,
};

/// Roles that are simulated: what a model may take, and the variance that S/N is computed from.
pub(super) const ROLES: [Role; 5] = [
    Role::Science,
    Role::Reference,
    Role::Difference,
    Role::Snr,
    Role::Variance,
];
/// Candidates simulated ahead of the one that is prepared.
const ROOM: usize = 512;

fn stamp_plan(card: &ModelCard) -> anyhow::Result<&InputPlan> {
    let plan = card.input.stamps();
    plan.with_context(|| format!("{} does not look at single epochs", card.name))
}

/// Simulated triplets as examples.
pub(super) fn simulated(
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
pub(super) fn labelled(
    paths: &[PathBuf],
    labels: Option<&PathBuf>,
    card: &ModelCard,
    is_kept: IsKept,
) -> anyhow::Result<LabelledSet> {
    let plan = stamp_plan(card)?;
    let decoder = Decoder::default();
    let opened = read_all_with(paths, &decoder);
    let table = labels.map(|table| TruthTable::read(table)).transpose()?;
    let shape = || Examples::new(plan.channels.len(), plan.side_px);
    let (mut training, mut validation) = (shape(), shape());
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut unlabelled = 0_usize;
    for (_, candidate) in opened.catalogue.iter() {
        let set = if is_kept(candidate) {
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
    Ok(LabelledSet {
        training: Arc::new(training),
        validation: Arc::new(validation),
        notes,
    })
}
