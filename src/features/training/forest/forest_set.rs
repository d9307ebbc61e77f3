//! What forests learn from and are judged by: light curves of simulated and of labelled objects.

use std::{path::PathBuf, sync::Arc};

use anyhow::bail;

use super::order::{FEWEST_EPOCHS, SimulatedObjects};
use crate::{
    domain::{ImageSequence, Role, class_of, fnv},
    english,
    features::{
        scoring::forest_curve::{of_candidate, of_sequence},
        simulation::{
            order::{Kind, SimulationOrder},
            simulator::{prepare, simulator_of},
        },
        training::{
            input_memory::InputMemory,
            label_source::{LabelSource, OpenedLabels},
            labelled_set::Sources,
            labels::part_of_id,
            note::{LeftOut, Note, Reason, Things},
        },
    },
    io::Decoder,
    lightcurve::{
        LightCurve,
        features::features,
        growing::{Example, Origin},
    },
    simulate::Simulate,
    tasks::{cancel::CancelToken, parallel::in_parallel},
};

/// Objects that validation is made with have numbers from here on, which no training reaches.
pub(crate) const VALIDATION_FROM: u64 = 1 << 40;
/// One labelled object in so many is kept for validation.
const VALIDATED: u64 = 6;

/// A light curve with its class.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownCurve {
    /// Identifier of the object.
    pub id: Arc<str>,
    /// Class, by position.
    pub class: u8,
    /// Its measurements.
    pub curve: LightCurve,
}

impl KnownCurve {
    /// The whole and some beginnings of it, as rows of features; none where it is too short.
    /// Lengths of beginnings are even from the fewest to one less than all, and the identifier
    /// decides them.
    pub(crate) fn example(&self, origin: Origin, beginnings: usize) -> Option<Example> {
        let whole = self.curve.len();
        if whole < FEWEST_EPOCHS {
            return None;
        }
        let mut rows = vec![features(&self.curve)];
        let lengths = (whole - FEWEST_EPOCHS) as u64;
        for number in (0..beginnings).take_while(|_| lengths > 0) {
            let bytes = self.id.bytes().chain((number as u64).to_le_bytes());
            let random = fnv::fnv1a(fnv::FNV_START, bytes).rotate_left(17);
            let length = FEWEST_EPOCHS + (random % lengths) as usize;
            rows.push(features(&self.curve.prefix(length)));
        }
        Some(Example {
            class: self.class,
            origin,
            rows,
        })
    }
}

/// A simulator of sequences of all seven classes.
///
/// # Errors
/// Where survey or templates cannot be used.
pub(crate) fn simulator(order: &SimulatedObjects, seed: u64) -> anyhow::Result<Arc<dyn Simulate>> {
    let order = SimulationOrder {
        kind: Kind::Sequences,
        survey: order.survey.clone(),
        templates: order.templates.clone(),
        classes: Vec::new(),
        roles: vec![Role::Science],
        count: 0,
        seed,
        out: PathBuf::new(),
    };
    Ok(simulator_of(&order, &prepare(&order)?)?)
}

/// `make` of each simulated light curve, in the order of the numbers; none where it was cancelled.
pub(crate) fn simulated<T: Send>(
    simulator: &Arc<dyn Simulate>,
    classes: &[String],
    numbers: std::ops::Range<u64>,
    threads: usize,
    cancel: &CancelToken,
    report: &(dyn Fn(usize) + Sync),
    make: &(dyn Fn(KnownCurve) -> Option<T> + Sync),
) -> anyhow::Result<Option<Vec<T>>> {
    let one = |number: u64| known(simulator.candidate(number), classes).and_then(make);
    let made = in_parallel(numbers, threads, cancel, report, &one)?;
    Ok(made.map(|made| made.into_iter().flatten().collect()))
}

fn known(sequence: ImageSequence, classes: &[String]) -> Option<KnownCurve> {
    let class = sequence.class()?;
    let class = classes.iter().position(|known| known == class)? as u8;
    let id = sequence.id.clone();
    let curve = LightCurve::new(of_sequence(sequence).into_iter().flatten());
    Some(KnownCurve { id, class, curve })
}

#[derive(Debug, Default)]
pub struct LabelledSet {
    /// Its objects.
    pub curves: Vec<KnownCurve>,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

impl LabelledSet {
    /// Those to learn from, and those to validate with: which is which, the identifier decides.
    pub(crate) fn divided(self) -> (Vec<KnownCurve>, Vec<KnownCurve>) {
        let is_kept = |known: &KnownCurve| part_of_id(&known.id, VALIDATED) == 0;
        self.curves.into_iter().partition(|known| !is_kept(known))
    }
}

/// Measures labelled objects; where it was cancelled, none.
///
/// # Errors
/// Where the table cannot be read, or no object has a class and a light curve.
pub fn labelled(
    source: &LabelSource,
    classes: &[String],
    threads: usize,
    cancel: &CancelToken,
    report: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<Option<LabelledSet>> {
    let decoder = &Decoder::default();
    let opened = OpenedLabels::open(
        source,
        Sources {
            decoder,
            cancel,
            memory: &InputMemory::default(),
        },
    )?;
    let truths = opened.truths();
    let candidates = opened.catalogue().iter().map(|(_, found)| found);
    let candidates: Vec<_> = candidates.filter(|one| !truths.is_silent(one)).collect();
    let one = |number: u64| -> Result<KnownCurve, Reason> {
        let candidate = candidates[number as usize];
        let label = truths.label(candidate, candidate.first_look());
        let label = label.map_err(|_why| Reason::Other(english!("no label").into()))?;
        let class = class_of(&label, classes);
        let class = class.ok_or(Reason::NoClass { label, model: None })?;
        let curve = of_candidate(candidate, decoder).whole();
        let id = candidate.id.clone();
        let class = class as u8;
        let is_long = curve.len() >= FEWEST_EPOCHS;
        let known = is_long.then_some(KnownCurve { id, class, curve });
        known.ok_or(Reason::FewEpochs(FEWEST_EPOCHS))
    };
    let all = candidates.len();
    let made = in_parallel(
        0..all as u64,
        threads,
        cancel,
        &|done| report(done, all),
        &one,
    )?;
    let Some(made) = made else {
        return Ok(None);
    };
    let mut left_out = LeftOut::default();
    let mut set = LabelledSet::default();
    for one in made {
        match one {
            Ok(known) => set.curves.push(known),
            Err(why) => left_out.add(why),
        }
    }
    set.notes = opened.problems().to_vec();
    set.notes.extend(left_out.notes(Things::Objects));
    if set.curves.is_empty() {
        let why = set.notes.first().map(|why| format!(": {why}"));
        bail!(
            "of {all} candidates none can be learned from{}",
            why.unwrap_or_default()
        );
    }
    Ok(Some(set))
}
