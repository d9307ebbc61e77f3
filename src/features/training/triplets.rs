//! Triplets to learn from: simulated ones without end, or a labelled set.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use anyhow::{Context, bail};

use super::{
    labelled_set::{IsKept, LabelledSet, Sources},
    note::{LeftOut, Reason, Things},
};
use crate::{
    domain::{Candidate, Catalogue, ImageSequence, InputPlan, ModelCard, Role, class_of, fnv},
    english,
    features::{labelling::truths::Truths, simulation::stream::stream},
    imaging::model_input::{Plane, prepare},
    learn::{Example, Examples},
    simulate::Simulate,
};

/// Roles that are simulated: what a model may take, and the variance that S/N is computed from.
pub(crate) const ROLES: [Role; 5] = [
    Role::Science,
    Role::Reference,
    Role::Difference,
    Role::Snr,
    Role::Variance,
];
/// Candidates simulated ahead of the one that is prepared.
const CAPACITY: usize = 512;

pub(crate) fn stamp_plan(card: &ModelCard) -> anyhow::Result<&InputPlan> {
    let plan = card.input.stamps();
    plan.with_context(|| format!("{} does not look at single epochs", card.name))
}

/// Simulated triplets as examples.
pub(crate) fn simulated(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    plan: &InputPlan,
    classes: &[String],
) -> anyhow::Result<Examples> {
    let mut examples = Examples::new(plan.planes(), plan.side_px);
    for sequence in stream(simulator, range, threads, CAPACITY)? {
        if let Some(example) = example(&sequence, plan, classes) {
            examples.push(&example)?;
        }
    }
    Ok(examples)
}

/// Of the triplets for a network that sees the whole cutout, one in so many is cut to the middle alone, and one to
/// something between: surveys bring stamps of many sizes.
const CUT_SHARE: u64 = 7;

/// Pixels to leave out on each side of a stamp, by what its number is hashed to.
fn margin_px(hash: u64, side: usize, plan: &InputPlan) -> usize {
    let most = side.saturating_sub(plan.side_px) / 2;
    match (plan.context_px, hash / 512 % CUT_SHARE) {
        (Some(_), 0) => most,
        (Some(_), 1) => (hash / 4096 % (most as u64 + 1)) as usize,
        _ => 0,
    }
}

/// A simulated triplet as the model sees it; none where its input cannot be prepared, as in use.
///
/// Of every two one has the S/N that its survey computed, the other the one that is estimated where
/// a survey gives none: the model must know both.
fn example(sequence: &ImageSequence, plan: &InputPlan, classes: &[String]) -> Option<Example> {
    let hash = fnv::fnv1a(fnv::FNV_START, sequence.id.bytes());
    let has_snr = hash & 0x100 == 0;
    let margin = margin_px(hash, sequence.width, plan);
    let input = prepare_sequence(sequence, 0, has_snr, margin, plan)?;
    let class = sequence.class()?;
    let class = classes.iter().position(|known| known == class)?;
    Some(Example {
        input,
        class: class as u8,
    })
}

fn prepare_sequence(
    sequence: &ImageSequence,
    epoch: usize,
    has_snr: bool,
    margin: usize,
    plan: &InputPlan,
) -> Option<Vec<f32>> {
    let [width, height] = [sequence.width, sequence.height].map(|side| side - 2 * margin);
    // The rows of the middle.
    let cut = |pixels: &[f32]| -> Vec<f32> {
        let rows = pixels.chunks_exact(sequence.width.max(1));
        let rows = rows.skip(margin).take(height);
        rows.flat_map(|row| row[margin..margin + width].iter().copied())
            .collect()
    };
    let cut: Vec<(Role, Vec<f32>)> = if margin == 0 {
        Vec::new()
    } else {
        let images = sequence.images.iter();
        let images = images.filter_map(|(role, _)| Some((*role, sequence.image(*role, epoch)?)));
        images.map(|(role, pixels)| (role, cut(pixels))).collect()
    };
    let image = |role: Role| {
        let cut = cut.iter().find(|(known, _)| *known == role);
        cut.map(|(_, pixels)| &pixels[..])
            .or_else(|| sequence.image(role, epoch))
    };
    let is_known = |role: Role| has_snr || !matches!(role, Role::Snr | Role::Variance);
    let planes = sequence.images.iter().filter_map(|(role, _)| {
        Some(Plane {
            role: *role,
            width,
            height,
            pixels: image(*role)?,
            arcsec_per_px: Some(f64::from(sequence.detector.pixel_scale_arcsec)),
        })
    });
    let planes: Vec<_> = planes.filter(|plane| is_known(plane.role)).collect();
    prepare(&planes, plan).ok()
}

/// A labelled set, divided by object.
///
/// # Errors
/// Where it was stopped.
pub(crate) fn labelled(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    card: &ModelCard,
    sources: Sources<'_>,
    is_kept: IsKept<'_>,
) -> anyhow::Result<LabelledSet> {
    let mut sheet = Sheet::new(card, stamp_plan(card)?);
    for (_, candidate) in catalogue.iter() {
        if sources.cancel.is_cancelled() {
            bail!("stopped");
        }
        sheet.take(candidate, truths, sources, is_kept(candidate))?;
    }
    Ok(LabelledSet {
        training: Arc::new(sheet.training),
        validation: Arc::new(sheet.validation),
        learned: sheet.learned,
        notes: sheet.left_out.notes(Things::Epochs),
    })
}

struct Sheet<'a> {
    card: &'a ModelCard,
    plan: &'a InputPlan,
    training: Examples,
    validation: Examples,
    left_out: LeftOut,
    learned: BTreeSet<Arc<str>>,
}

impl<'a> Sheet<'a> {
    fn new(card: &'a ModelCard, plan: &'a InputPlan) -> Self {
        let empty = || Examples::new(plan.planes(), plan.side_px);
        Self {
            card,
            plan,
            training: empty(),
            validation: empty(),
            left_out: LeftOut::default(),
            learned: BTreeSet::new(),
        }
    }

    fn take(
        &mut self,
        candidate: &Candidate,
        truths: Truths<'_>,
        sources: Sources<'_>,
        is_kept: bool,
    ) -> anyhow::Result<()> {
        if truths.is_silent(candidate) {
            return Ok(());
        }
        let of = truths.labelled_epoch(candidate);
        let class = |epoch| {
            if of.is_some_and(|of| of != epoch) {
                let why = english!("the label belongs to another epoch");
                return Err(Reason::Other(why.into()));
            }
            let label = truths.label(candidate, epoch)?;
            let class = class_of(&label, &self.card.classes);
            let model = Some(self.card.name.clone());
            class.ok_or(Reason::NoClass { label, model })
        };
        let classes: Vec<_> = (0..candidate.epochs.len()).map(class).collect();
        if classes.iter().all(Result::is_err) {
            // Nothing of it is decoded.
            let reasons = classes.into_iter().filter_map(Result::err);
            reasons.for_each(|why| self.left_out.add(why));
            return Ok(());
        }
        let inputs = sources.prepared(candidate, self.plan);
        for (class, input) in classes.into_iter().zip(&*inputs) {
            match (class, input) {
                (Ok(class), Ok(input)) => {
                    let (class, input) = (class as u8, input.clone());
                    let set = if is_kept {
                        &mut self.validation
                    } else {
                        &mut self.training
                    };
                    set.push(&Example { input, class })?;
                    self.learned.insert(candidate.id.clone());
                }
                (Ok(_), Err(why)) => self.left_out.add(why.to_string().into()),
                (Err(why), _) => self.left_out.add(why),
            }
        }
        Ok(())
    }
}
