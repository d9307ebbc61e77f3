//! Putting the opened set into a latent space, some stamps at a time.

use std::{sync::Arc, time::Instant};

use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, Embedding, InputPlan, LatentPoint, LatentSpace,
        ModelCard,
    },
    features::scoring::score::prepare_all,
    io::Decoder,
    learn::latent::Embedded,
    tasks::{Task, TaskContext, compute_queue::Priority, step_times::Phase},
    workspace::latent_registry::LatentRegistry,
};

/// How long a step is meant to take: somebody who clicks waits no longer. Half of what it may take, as a
/// disk may be slower than the step before it was.
const STEP_MS: f64 = 50.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 32.0;
const EPOCHS: (f64, f64) = (4.0, 2048.0);
/// Candidates of one step at most, however few epochs they have.
const MOST_AT_ONCE: usize = 2048;

/// Puts a set into the latent space of one model.
pub struct Embed {
    /// The name of a model that comes with the program, or a file.
    pub source: Arc<str>,
    pub catalogue: Arc<Catalogue>,
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
}

impl Task for Embed {
    const NAME: &'static str = "embedding";
    type Update = EmbedUpdate;
    type Output = ();

    fn run(self, cx: &TaskContext<EmbedUpdate>) -> anyhow::Result<()> {
        let model = self.models.model(&self.source, cx)?;
        let space = Arc::new(model.space());
        cx.update(EmbedUpdate::Space {
            space: space.clone(),
            card: Arc::new(model.card()),
        });
        let all = self.catalogue.len();
        let (mut done, mut refused, mut epochs_a_step) = (0, 0, FIRST_EPOCHS);
        while done < all {
            cx.check()?;
            let began = Instant::now();
            let chosen = self.choose(done, epochs_a_step);
            done += chosen.len();
            let prepared = prepare(&chosen, model.plan()?, &self.decoder);
            let epochs = prepared.len();
            let mut new = Embedding::new(space.clone());
            let mut inputs = Vec::new();
            for (point, input) in prepared {
                if let Ok(input) = input {
                    new.points.push(point);
                    inputs.extend(input);
                } else {
                    refused += 1;
                }
            }
            let prepared_ms = ms_since(began);
            let here = model.boxed();
            let step = move || {
                let began = Instant::now();
                (here.embed(&inputs), ms_since(began))
            };
            let phase = Phase::new(Self::NAME, "placing stamps");
            let (embedded, embedded_ms) = cx.compute(Priority::Soon, phase, step)?;
            let Embedded {
                means,
                responsibilities,
                errors,
            } = embedded?;
            (new.means, new.responsibilities, new.errors) = (means, responsibilities, errors);
            cx.progress(done, all);
            cx.update(EmbedUpdate::Placed {
                new: Box::new(new),
                refused,
            });
            // Half of the way to what would have filled the time: one slow disk is no rule.
            let fits = epochs as f64 * STEP_MS / (prepared_ms + embedded_ms).max(1.0);
            epochs_a_step = f64::midpoint(epochs_a_step, fits).clamp(EPOCHS.0, EPOCHS.1);
        }
        Ok(())
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

/// What goes into a model, or why nothing does.
type Input = Result<Vec<f32>, Arc<str>>;

/// Every epoch of the candidates, as a model of that plan takes it.
pub(crate) fn prepare(
    candidates: &[(CandidateIx, &Candidate)],
    plan: Option<&InputPlan>,
    decoder: &Decoder,
) -> Vec<(LatentPoint, Input)> {
    let points = |(candidate, known): &(CandidateIx, &Candidate)| {
        let candidate = *candidate;
        let epochs = 0..known.epochs.len() as u32;
        epochs.map(move |epoch| LatentPoint { candidate, epoch })
    };
    let Some(plan) = plan else {
        let points = candidates.iter().flat_map(points);
        return points.map(|point| (point, Ok(numbers(point)))).collect();
    };
    let known: Vec<_> = candidates.iter().map(|(_, candidate)| *candidate).collect();
    let inputs = prepare_all(&known, plan, decoder);
    let of_candidates = candidates.iter().zip(inputs);
    of_candidates
        .flat_map(|(candidate, inputs)| points(candidate).zip(inputs))
        .collect()
}

/// The input of a model that takes no stamps.
pub(crate) fn numbers(point: LatentPoint) -> Vec<f32> {
    vec![point.candidate.0 as f32, point.epoch as f32]
}
