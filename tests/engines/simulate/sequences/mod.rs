//! Simulated image sequences: noise, widths, fluxes, conditions and recipes by statistics with
//! stated tolerances, the same pixels at every call, and nothing broken at the extremes.

mod classes;
mod conditions;
mod differences;
mod extremes;
mod noise;
mod photometry;
mod repeatable;
mod widths;

use std::sync::Arc;

use destello::{
    domain::{ImageSequence, Role},
    simulate::{Distribution, SequenceClass, SequenceOrder, SequenceSimulator, Simulate, Survey},
};

/// HiTS 2015.
fn hits() -> Survey {
    Survey::built_in("hits2015").unwrap()
}

/// HiTS with one point source on blank sky, in the middle pixel, and nothing resampled.
fn plain() -> Survey {
    let mut survey = hits();
    survey.neighbours.share = 0.0;
    survey.psf.resampled_share = 0.0;
    survey.psf.resampled_share_of_stars = None;
    survey.psf.centroid_jitter_px = 0.0;
    survey
}

/// The same with point-spread functions that lie within the stamp: round, nearly Gaussian and
/// never wider than this.
fn compact(widest_arcsec: f64) -> Survey {
    let mut survey = plain();
    survey.psf.moffat_beta = Distribution::Constant(30.0);
    survey.psf.ellipticity = Distribution::Constant(0.0);
    survey.site.seeing_arcsec = uniform(1.0, widest_arcsec);
    survey
}

/// A uniform distribution.
fn uniform(low: f64, high: f64) -> Distribution {
    #[derive(serde::Deserialize)]
    struct One {
        x: Distribution,
    }
    let text = format!("x = {{ uniform = [{low:?}, {high:?}] }}");
    toml::from_str::<One>(&text).unwrap().x
}

fn simulator(survey: Survey, classes: &[SequenceClass], roles: &[Role]) -> SequenceSimulator {
    let made = SequenceSimulator::new(SequenceOrder {
        survey: Arc::new(survey),
        templates: Arc::default(),
        classes: classes.to_vec(),
        roles: roles.to_vec(),
        seed: 20_150_217,
    });
    made.unwrap()
}

fn make(survey: Survey, class: SequenceClass, roles: &[Role], count: u64) -> Vec<ImageSequence> {
    let simulator = simulator(survey, &[class], roles);
    (0..count).map(|index| simulator.candidate(index)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let center = mean(values);
    let squares = values.iter().map(|value| (value - center).powi(2));
    (squares.sum::<f64>() / values.len() as f64).sqrt()
}

/// The value that this share is below.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
