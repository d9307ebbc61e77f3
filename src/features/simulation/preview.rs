//! A look at what a simulation would make: a few candidates as small pictures. Only the newest
//! request is served.

use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    order::{Kind, SimulationOrder},
    simulate::BROKEN,
    simulator::{Prepared, SimulatorOf, prepare},
};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{ImageSequence, Role, Stamp},
    imaging::{Marks, Preset},
    simulate::{SequenceClass, SimulationError},
    tasks::thread,
};

/// Triplets shown.
const TRIPLETS: u64 = 8;
/// Pictures of a row, shared by its roles.
const PICTURES: usize = 9;
/// Roles shown.
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
    /// Its class.
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

struct Request {
    serial: u64,
    order: SimulationOrder,
}

/// The way to the thread that makes previews; it ends when this is dropped.
pub struct Previewer {
    newest: Arc<Mutex<Option<Request>>>,
    nudge: Sender<()>,
}

impl Previewer {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the system gives none.
    pub fn start(simulator_of: Arc<SimulatorOf>, reporter: Reporter) -> std::io::Result<Self> {
        // One nudge is enough for any number of requests.
        let (nudge, nudges) = bounded(1);
        let newest = Arc::new(Mutex::new(None));
        let maker = Maker {
            newest: newest.clone(),
            simulator_of,
            reporter,
        };
        thread::start("previews", move || maker.run(&nudges), |_| ())?;
        Ok(Self { newest, nudge })
    }

    /// Asks for a preview instead of all that were asked for before.
    pub fn request(&self, serial: u64, order: SimulationOrder) {
        let request = Request { serial, order };
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        // A full channel holds a nudge already.
        self.nudge.try_send(()).unwrap_or_default();
    }
}

struct Maker {
    newest: Arc<Mutex<Option<Request>>>,
    simulator_of: Arc<SimulatorOf>,
    reporter: Reporter,
}

impl Maker {
    fn run(&self, nudges: &Receiver<()>) {
        while nudges.recv().is_ok() {
            let newest = self.lock().take();
            let Some(Request { serial, order }) = newest else {
                continue;
            };
            // A preview that breaks down must not take the later ones with it.
            let made = thread::caught("preview", || self.preview(&order))
                .unwrap_or_else(|_| Err(SimulationError::Order(BROKEN.into())));
            let preview = match made {
                Ok(Some(preview)) => Ok(Arc::new(preview)),
                Ok(None) => continue,
                Err(error) => Err(error.to_string()),
            };
            if !self.reporter.send(JobEvent::Previewed { serial, preview }) {
                return;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Request>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pictures; none where a newer request came meanwhile.
    fn preview(&self, order: &SimulationOrder) -> Result<Option<Preview>, SimulationError> {
        let prepared = prepare(order)?;
        let mut rows = Vec::new();
        for (order, index) in shown(order) {
            if self.lock().is_some() {
                return Ok(None);
            }
            rows.push(self.row(&order, &prepared, index)?);
        }
        Ok(Some(Preview { rows }))
    }

    fn row(
        &self,
        order: &SimulationOrder,
        prepared: &Prepared,
        index: u64,
    ) -> Result<PreviewRow, SimulationError> {
        let simulator = (self.simulator_of)(order, prepared)?;
        Ok(row(&simulator.candidate(index)))
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
