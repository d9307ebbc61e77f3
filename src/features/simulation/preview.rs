//! A look at what a simulation would make: a few candidates as small pictures.

use super::{
    order::{Kind, SimulationOrder},
    simulator::{Simulators, prepare},
};
use crate::{
    domain::{ImageSequence, Role, Stamp},
    imaging::{Marks, Preset},
    simulate::SequenceClass,
    tasks::{Task, TaskContext},
};

const TRIPLETS: u64 = 8;
/// Pictures of a row, shared by its roles.
const PICTURES: usize = 9;
const ROLES: usize = 3;

/// Candidates as pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// One for each class, or for each of the first triplets.
    pub rows: Vec<PreviewRow>,
}

/// One candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    pub class: String,
    /// Its kind and magnitude.
    pub caption: String,
    /// For each role some epochs in order of time.
    pub lines: Vec<(Role, Vec<Picture>)>,
}

/// A stamp in destello's look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

/// Shows what an order would make.
pub struct MakePreview {
    pub order: SimulationOrder,
    /// By whom.
    pub simulators: Simulators,
}

impl Task for MakePreview {
    const NAME: &'static str = "preview";
    type Update = ();
    type Output = Preview;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Preview> {
        let prepared = prepare(&self.order)?;
        let mut rows = Vec::new();
        for (order, index) in shown(&self.order) {
            cx.check()?;
            let simulator = (self.simulators.of())(&order, &prepared)?;
            rows.push(row(&simulator.candidate(index)));
        }
        Ok(Preview { rows })
    }
}

/// Orders and numbers of the candidates shown: one of each class, or the first triplets.
fn shown(order: &SimulationOrder) -> Vec<(SimulationOrder, u64)> {
    if order.kind == Kind::Triplets {
        return (0..TRIPLETS).map(|index| (order.clone(), index)).collect();
    }
    let all = || {
        SequenceClass::ALL
            .map(|class| class.name().to_owned())
            .to_vec()
    };
    let classes = match &order.classes[..] {
        [] => all(),
        some => some.to_vec(),
    };
    let only = |class: String| SimulationOrder {
        classes: vec![class],
        ..order.clone()
    };
    classes.into_iter().map(|class| (only(class), 0)).collect()
}

fn row(sequence: &ImageSequence) -> PreviewRow {
    let truth = sequence.truth.clone().unwrap_or_default();
    let mag = truth.mag.map(|mag| format!("{mag:.1} mag"));
    let period = truth.period_days.map(|days| format!("{days:.2} d"));
    let snr = truth.snr.map(|snr| format!("S/N {snr:.0}"));
    let kind = Some(truth.kind.replace('_', " ")).filter(|kind| !kind.is_empty());
    let facts: Vec<String> = [kind, mag, period, snr].into_iter().flatten().collect();
    let images = sequence.images.iter().take(ROLES);
    let each = (PICTURES / images.len().max(1)).max(1);
    let epochs = epochs_shown(sequence, each);
    PreviewRow {
        class: truth.class.into(),
        caption: facts.join(", "),
        lines: images
            .map(|(role, _)| (*role, pictures(sequence, *role, &epochs)))
            .collect(),
    }
}

/// Epochs spread over the sequence, among them the one at which the target is brightest.
fn epochs_shown(sequence: &ImageSequence, count: usize) -> Vec<usize> {
    let all = sequence.epochs.len();
    if all <= count {
        return (0..all).collect();
    }
    let counts = |at: &usize| sequence.epochs[*at].true_counts_adu.unwrap_or(f32::MIN);
    let brightest = (0..all)
        .max_by(|a, b| counts(a).total_cmp(&counts(b)))
        .unwrap_or(0);
    let last = (count - 1).max(1);
    let mut epochs: Vec<usize> = (0..count).map(|at| at * (all - 1) / last).collect();
    if let Some(nearest) = epochs.iter_mut().min_by_key(|at| at.abs_diff(brightest)) {
        *nearest = brightest;
    }
    epochs
}

/// The stamps in destello's look: limits hold over the epochs, and science and reference share
/// them.
fn pictures(sequence: &ImageSequence, role: Role, epochs: &[usize]) -> Vec<Picture> {
    let stamp = |role: Role, at: &usize| {
        let pixels = sequence.image(role, *at)?;
        let mut stamp = Stamp::new(sequence.width, sequence.height, pixels);
        stamp.saturation = Some(sequence.detector.saturation_adu);
        Some(stamp)
    };
    let stamps_of = |role| epochs.iter().filter_map(move |at| stamp(role, at));
    let stamps: Vec<Stamp> = stamps_of(role).collect();
    let shared: Vec<Stamp> = match role {
        Role::Science => stamps_of(Role::Reference).collect(),
        Role::Reference => stamps_of(Role::Science).collect(),
        _ => Vec::new(),
    };
    let locked: Vec<&Stamp> = stamps.iter().chain(&shared).collect();
    let look = Preset::Destello.recipe(role).look_over(&locked);
    let picture = |stamp: &Stamp| {
        let look = look.of(stamp);
        let marks = Marks::of(stamp);
        let rows = stamp.pixels.chunks_exact(stamp.width);
        let color = |value: &f32| look.color(*value, marks.classify(*value));
        Picture {
            width: stamp.width,
            height: stamp.height,
            // Row 0 is at the bottom, as FITS images are drawn.
            rgb: rows.rev().flatten().flat_map(color).collect(),
        }
    };
    stamps.iter().map(picture).collect()
}
