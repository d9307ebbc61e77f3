//! Scoring in two steps on simulated nights of which 5 % are real: how much faster, and how many decisions change.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::Context;
use destello::{
    domain::{ImageSequence, InputPlan, Role, Templates},
    imaging::model_input::{Plane, prepare},
    learn::{Compute, Model, cascade::Cascade, model_file},
    simulate::{Simulate, Survey, TripletOrder, TripletSimulator},
};

use super::{Rates, is_one_core, processor_seconds};

/// Candidates of a night, and one of how many is real.
const NIGHT: u64 = 4000;
const ONE_REAL_IN: u64 = 20;
/// Reaches that are compared, logits.
const REACHES: [f32; 5] = [0.5, 1.0, 2.0, 3.0, 4.0];
/// Epochs at once, as in use.
const BATCH: usize = 256;

/// Rates of both ways, and shares as rates of one candidate.
///
/// # Errors
/// Where a model or a survey cannot be used.
pub fn rates() -> anyhow::Result<Rates> {
    let mut rates = Rates::new();
    for name in ["cap", "compact"] {
        let file = format!(
            "{}/assets/models/{name}.safetensors",
            env!("CARGO_MANIFEST_DIR")
        );
        let model = model_file::read(file.as_ref(), &Compute::cpu())?;
        for survey in ["mixed", "ztf", "rubin"] {
            let night = night(survey, model.stamps()?)?;
            let (full, scores) = timed(&night, |inputs| Ok(model.score(inputs)?))?;
            rates.push((format!("{name}, night of {survey}, all orientations"), full));
            for reach in REACHES {
                let found = two_steps(&model, &night, &scores, reach)?;
                for (what, value) in found {
                    let what = format!("{name}, night of {survey}, reach {reach}: {what}");
                    println!("{value:12.4}  {what}");
                    if (reach - Cascade::REACH).abs() < 1e-6 {
                        rates.push((what, value));
                    }
                }
            }
        }
    }
    Ok(rates)
}

fn two_steps(
    model: &Model,
    night: &[f32],
    full: &[f32],
    reach: f32,
) -> anyhow::Result<BTreeMap<&'static str, f64>> {
    let threshold = model.card().threshold;
    let cascade = Cascade { threshold, reach };
    let mut in_full = 0;
    let mut scores = Vec::new();
    let (rate, _) = timed(night, |inputs| {
        let scored = model.score_in_two_steps(inputs, cascade)?;
        in_full += scored.is_full.iter().filter(|is_full| **is_full).count();
        scores.extend_from_slice(&scored.probabilities);
        Ok(scored.probabilities)
    })?;
    let count = full.len() / 2;
    let rounds = scores.len() / full.len();
    let decisions = full.chunks(2).zip(scores.chunks(2));
    let changed = decisions.filter(|(a, b)| (a[1] >= threshold) != (b[1] >= threshold));
    Ok(BTreeMap::from([
        ("candidates a second", rate),
        (
            "share in full, %",
            100.0 * in_full as f64 / (count * rounds) as f64,
        ),
        (
            "decisions changed, %",
            100.0 * changed.count() as f64 / count as f64,
        ),
    ]))
}

/// Candidates a second, and what came out.
fn timed(
    night: &[f32],
    mut score: impl FnMut(&[f32]) -> anyhow::Result<Vec<f32>>,
) -> anyhow::Result<(f64, Vec<f32>)> {
    let size = night.len() / NIGHT as usize;
    let (started, processor) = (Instant::now(), processor_seconds()?);
    let mut all = Vec::new();
    for inputs in night.chunks(size * BATCH) {
        all.extend(score(inputs)?);
    }
    let seconds = if is_one_core() {
        processor_seconds()? - processor
    } else {
        started.elapsed().as_secs_f64()
    };
    Ok((NIGHT as f64 / seconds.max(1e-3), all))
}

/// The prepared inputs of a night.
fn night(survey: &str, plan: &InputPlan) -> anyhow::Result<Vec<f32>> {
    let simulator = |kind: &str| -> anyhow::Result<TripletSimulator> {
        Ok(TripletSimulator::new(TripletOrder {
            survey: Arc::new(Survey::built_in(survey)?),
            templates: Arc::new(Templates::default()),
            kinds: vec![kind.into()],
            roles: plan.channels.clone(),
            // None that anything was trained with.
            seed: 20_261_129,
        })?)
    };
    let (real, bogus) = (simulator("real")?, simulator("bogus")?);
    let mut inputs = Vec::with_capacity(NIGHT as usize * plan.len());
    let mut number = 0;
    while inputs.len() < NIGHT as usize * plan.len() {
        let made = if number % ONE_REAL_IN == 0 {
            real.candidate(number)
        } else {
            bogus.candidate(number)
        };
        number += 1;
        // What cannot be prepared is left out, as in use.
        inputs.extend(prepared(&made, plan).unwrap_or_default());
    }
    (!inputs.is_empty())
        .then_some(inputs)
        .context("an empty night")
}

fn prepared(made: &ImageSequence, plan: &InputPlan) -> Option<Vec<f32>> {
    let plane = |role: &Role| {
        Some(Plane {
            role: *role,
            width: made.width,
            height: made.height,
            pixels: made.image(*role, 0)?,
            arcsec_per_px: Some(f64::from(made.detector.pixel_scale_arcsec)),
        })
    };
    let planes: Vec<Plane<'_>> = plan.channels.iter().filter_map(plane).collect();
    prepare(&planes, plan).ok()
}
