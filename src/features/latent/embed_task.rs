//! Putting the opened set into a latent space, some stamps at a time. What the project holds of it is not computed.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use super::kept_places::{Inputs, PlaceStore, push, to_compute};
use crate::{
    domain::{Candidate, CandidateIx, Catalogue, Embedding, LatentPoint, LatentSpace, ModelCard},
    features::scoring::{inputs::EpochInput, score_store::StoreFault},
    io::Decoder,
    learn::latent::Embedded,
    store::Project,
    tasks::{Task, TaskContext, compute_queue::Priority, step_times::Phase},
    workspace::{
        latent_models,
        latent_registry::{LatentCoder, LatentRegistry},
        scores::tally::Counts,
    },
};

/// How long a step is meant to take: somebody who clicks waits no longer. Half of what it may take, as a
/// disk may be slower than the step before it was.
const STEP_MS: f64 = 50.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 32.0;
const EPOCHS: (f64, f64) = (4.0, 2048.0);
/// Candidates of one step at most, however few epochs they have.
const MOST_AT_ONCE: usize = 2048;

/// Which places are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All: what the project does not hold is computed, and kept in it.
    All,
    /// Those that the project holds: no stamp is read, and nothing is computed.
    Kept,
}

/// Puts a set into the latent space of one model.
pub struct Embed {
    /// The name of a model that comes with the program, or a file.
    pub source: Arc<str>,
    pub catalogue: Arc<Catalogue>,
    /// What it holds is not computed again, and what is new is kept in it.
    pub project: Option<PathBuf>,
    pub wanted: Wanted,
    pub models: LatentRegistry,
    pub decoder: Arc<Decoder>,
}

#[derive(Clone, Debug)]
pub enum EmbedUpdate {
    /// The model was read.
    Space {
        space: Arc<LatentSpace>,
        card: Arc<ModelCard>,
    },
    /// Some more stamps have their place.
    Placed {
        /// Only the new points.
        new: Box<Embedding>,
        /// Epochs that have no place, so far: they lack a stamp, or it cannot be read.
        refused: usize,
    },
    /// The project cannot be used as it should.
    Fault(StoreFault),
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmbedOutcome {
    /// Places by where they came from.
    pub counts: Counts,
    /// Epochs of which the project holds nothing, where only what it holds was wanted.
    pub unplaced: usize,
}

impl Task for Embed {
    const NAME: &'static str = "embedding";
    type Update = EmbedUpdate;
    type Output = EmbedOutcome;

    fn run(self, cx: &TaskContext<EmbedUpdate>) -> anyhow::Result<EmbedOutcome> {
        match self.wanted {
            Wanted::All => self.place_all(cx),
            Wanted::Kept => self.show_kept(cx),
        }
    }
}

/// A model and the places that a project holds of it.
struct Ready {
    model: Box<dyn LatentCoder>,
    space: Arc<LatentSpace>,
    places: PlaceStore,
}

/// How far it is.
#[derive(Default)]
struct SoFar {
    done: usize,
    refused: usize,
    outcome: EmbedOutcome,
}

impl Embed {
    fn ready(&self, cx: &TaskContext<EmbedUpdate>) -> anyhow::Result<Ready> {
        let model = self.models.model(&self.source, cx)?;
        let space = Arc::new(model.space());
        let mut places = PlaceStore::open(
            self.project.as_deref(),
            space.clone(),
            model.plan()?,
            self.decoder.clone(),
        );
        places.check(&self.catalogue, cx.cancel_token())?;
        Ok(Ready {
            model,
            space,
            places,
        })
    }

    fn place_all(&self, cx: &TaskContext<EmbedUpdate>) -> anyhow::Result<EmbedOutcome> {
        let mut ready = self.ready(cx)?;
        cx.update(EmbedUpdate::Space {
            space: ready.space.clone(),
            card: Arc::new(ready.model.card()),
        });
        let mut so_far = SoFar::default();
        let placed = self.place_in_steps(&mut ready, &mut so_far, cx);
        // Also of what was stopped or failed.
        ready.places.write();
        report_fault(&mut ready.places, cx);
        placed?;
        Ok(so_far.outcome)
    }

    fn place_in_steps(
        &self,
        ready: &mut Ready,
        so_far: &mut SoFar,
        cx: &TaskContext<EmbedUpdate>,
    ) -> anyhow::Result<()> {
        let all = self.catalogue.len();
        let mut epochs_a_step = FIRST_EPOCHS;
        while so_far.done < all {
            cx.check()?;
            let began = Instant::now();
            let chosen = self.choose(so_far.done, epochs_a_step);
            let candidates: Vec<&Candidate> = chosen.iter().map(|(_, known)| *known).collect();
            let inputs = ready.places.inputs(&candidates);
            let inputs = inputs.unwrap_or_else(|| numbers_of(&chosen));
            let epochs: usize = inputs.iter().map(Vec::len).sum();
            let kept = inputs.iter().flatten();
            let kept = kept.filter(|input| matches!(input, EpochInput::Kept(_)));
            so_far.outcome.counts.kept += kept.count();
            let prepared_ms = ms_since(began);
            let (computed, computed_ms) = compute(&*ready.model, to_compute(&inputs), cx)?;
            so_far.outcome.counts.computed += computed.errors.len();
            let placed = ready.places.take(&candidates, inputs, &computed);
            report_fault(&mut ready.places, cx);
            let mut new = Embedding::new(ready.space.clone());
            for ((candidate, _), epochs) in chosen.iter().zip(placed) {
                for (epoch, place) in (0..).zip(epochs) {
                    let point = LatentPoint {
                        candidate: *candidate,
                        epoch,
                    };
                    let is_placed = place.is_ok_and(|numbers| push(&mut new, point, &numbers));
                    so_far.refused += usize::from(!is_placed);
                }
            }
            so_far.done += chosen.len();
            cx.progress(so_far.done, all);
            cx.update(EmbedUpdate::Placed {
                new: Box::new(new),
                refused: so_far.refused,
            });
            // Half of the way to what would have filled the time: one slow disk is no rule.
            let fits = epochs as f64 * STEP_MS / (prepared_ms + computed_ms).max(1.0);
            epochs_a_step = f64::midpoint(epochs_a_step, fits).clamp(EPOCHS.0, EPOCHS.1);
        }
        Ok(())
    }

    /// Reports the places that the project holds. The space is reported before the first of them.
    fn show_kept(&self, cx: &TaskContext<EmbedUpdate>) -> anyhow::Result<EmbedOutcome> {
        let mut so_far = SoFar::default();
        let holds_some = self.project.as_deref().is_some_and(|project| {
            let card = latent_models::card_of(&self.source);
            card.is_some_and(|card| holds_places(project, &card.name))
        });
        if !holds_some {
            return Ok(so_far.outcome);
        }
        let ready = self.ready(cx)?;
        let all = if ready.places.is_empty() {
            0
        } else {
            self.catalogue.len()
        };
        let (mut is_begun, mut unknown) = (false, 0);
        while so_far.done < all {
            cx.check()?;
            let chosen = self.choose(so_far.done, EPOCHS.1);
            let mut new = Embedding::new(ready.space.clone());
            for (candidate, about) in &chosen {
                so_far.refused += ready.places.refused(about);
                for (epoch, place) in (0..).zip(ready.places.known(about)) {
                    let point = LatentPoint {
                        candidate: *candidate,
                        epoch,
                    };
                    let is_placed = place.is_some_and(|numbers| push(&mut new, point, &numbers));
                    unknown += usize::from(!is_placed);
                }
            }
            so_far.done += chosen.len();
            so_far.outcome.counts.kept += new.len();
            cx.progress(so_far.done, all);
            if new.is_empty() && !is_begun {
                continue;
            }
            if !std::mem::replace(&mut is_begun, true) {
                cx.update(EmbedUpdate::Space {
                    space: ready.space.clone(),
                    card: Arc::new(ready.model.card()),
                });
            }
            cx.update(EmbedUpdate::Placed {
                new: Box::new(new),
                refused: so_far.refused,
            });
        }
        so_far.outcome.unplaced = unknown.saturating_sub(so_far.refused);
        Ok(so_far.outcome)
    }
}

/// One step of the network in its turn, and how long it took, milliseconds; no turn where there is nothing to compute.
fn compute(
    model: &dyn LatentCoder,
    inputs: Vec<f32>,
    cx: &TaskContext<EmbedUpdate>,
) -> anyhow::Result<(Embedded, f64)> {
    if inputs.is_empty() {
        return Ok((Embedded::default(), 0.0));
    }
    let here = model.boxed();
    let step = move || {
        let began = Instant::now();
        (here.embed(&inputs), ms_since(began))
    };
    let phase = Phase::new(Embed::NAME, "placing stamps");
    let (embedded, took_ms) = cx.compute(Priority::Soon, phase, step)?;
    Ok((embedded?, took_ms))
}

/// Whether a project holds places of any version of a model of that name: a look that reads no model.
fn holds_places(project: &Path, name: &str) -> bool {
    let found = Project::open_existing(project).and_then(|project| project.has_scores_of(name));
    found.unwrap_or_else(|error| {
        log::warn!("{error}; no place in a latent space is taken from it");
        false
    })
}

fn report_fault(places: &mut PlaceStore, cx: &TaskContext<EmbedUpdate>) {
    if let Some(fault) = places.take_fault() {
        cx.update(EmbedUpdate::Fault(fault));
    }
}

impl Embed {
    /// Candidates from the first that is not done, with about so many epochs; one at least.
    fn choose(&self, done: usize, epochs_a_step: f64) -> Vec<(CandidateIx, &Candidate)> {
        let mut chosen = Vec::new();
        let mut epochs = 0.0;
        for (ix, candidate) in self.catalogue.since(done).take(MOST_AT_ONCE) {
            let of_this = candidate.epochs.len() as f64;
            if !chosen.is_empty() && epochs + of_this > epochs_a_step {
                break;
            }
            epochs += of_this;
            chosen.push((ix, candidate));
        }
        chosen
    }
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Every epoch of the candidates, for a model that takes no stamps.
fn numbers_of(candidates: &[(CandidateIx, &Candidate)]) -> Inputs {
    let of_candidate = |(candidate, about): &(CandidateIx, &Candidate)| {
        let candidate = *candidate;
        let epochs = 0..about.epochs.len() as u32;
        let inputs = epochs.map(|epoch| numbers(LatentPoint { candidate, epoch }));
        inputs.map(|input| EpochInput::Ready(input, 0)).collect()
    };
    candidates.iter().map(of_candidate).collect()
}

/// The input of a model that takes no stamps.
pub(crate) fn numbers(point: LatentPoint) -> Vec<f32> {
    vec![point.candidate.0 as f32, point.epoch as f32]
}
