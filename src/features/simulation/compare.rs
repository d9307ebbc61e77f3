//! Simulated sequences held against real ones: two-sample tests of what can be measured on the
//! images, and a forest that tries to tell them apart.
//!
//! The simulation is given the times and conditions of the real sequences and the spread of their
//! magnitudes, so that what is left to differ is the image model itself.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, ensure};
use statrs::stats_tests::{
    NaNPolicy,
    ks_test::{KSTwoSampleAlternativeMethod, ks_twosample},
};

use crate::{
    domain::{Detector, FieldVisits, ImageSequence, Role, Templates, ranking::area_under_roc},
    imaging::{
        appearance::{Appearance, FEATURES, appearances, features},
        statistics::{median, percentile_of_sorted, sorted},
    },
    io::{
        Decoder,
        figure::{Comparison, write_comparisons},
    },
    lightcurve::separability::{
        GroupedRow, linear_separability, separability, separability_of_unseen,
    },
    simulate::{Distribution, SequenceClass, SequenceOrder, SequenceSimulator, Simulate, Survey},
    workspace::{assemble::assemble, open::read_all_with},
};

#[derive(Clone, Debug)]
pub struct CompareOrder {
    /// Real sequences: files and folders.
    pub real: Vec<PathBuf>,
    /// The class that is compared; real candidates of others are left out.
    pub class: SequenceClass,
    /// How the sky is observed, but for conditions and magnitudes.
    pub survey: Survey,
    /// Point-spread functions and light curves.
    pub templates: Templates,
    /// Simulated sequences.
    pub count: usize,
    pub seed: u64,
}

/// One quantity of both samples; a value for each sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Name with unit.
    pub name: String,
    /// Of the real and of the simulated sequences.
    pub samples: [Vec<f64>; 2],
    /// Largest distance of the two cumulative distributions (Kolmogorov & Smirnov).
    pub ks_distance: f64,
    /// Probability of a distance at least as large in samples of one distribution.
    pub p_value: f64,
}

/// One number of the images, over a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeatureReport {
    pub name: &'static str,
    /// Area under the ROC curve of this number by itself, at least 0.5.
    pub area: f64,
    /// 16th, 50th and 84th percentile in real and in simulated sequences.
    pub percentiles: [[f64; 3]; 2],
}

#[derive(Clone, Debug, PartialEq)]
pub struct CompareReport {
    pub quantities: Vec<Quantity>,
    /// Area under the ROC curve of the forest that tells real from simulated, out of bag.
    pub separability: f64,
    /// The same of fields that the forest has not seen; none where there are too few fields.
    pub separability_of_unseen: Option<f64>,
    /// The same area of a logistic regression, the lightest classifier.
    pub linear_separability: f64,
    /// What each feature tells by itself, the most telling first.
    pub features: Vec<FeatureReport>,
    /// Real and simulated sequences.
    pub counts: [usize; 2],
    /// Real epochs left out for want of a condition.
    pub dropped_epochs: usize,
}

/// Sequences that are simulated first, for their magnitudes alone.
const FIRST_TRY: usize = 60;

/// Compares.
///
/// # Errors
/// Where there are too few real sequences of the class, or nothing can be simulated.
pub fn compare(order: &CompareOrder) -> anyhow::Result<CompareReport> {
    let (real, dropped_epochs) = real_sequences(order)?;
    let simulated = simulated_sequences(order, &real)?;
    let samples = [&real, &simulated];
    let seen = samples.map(|sample| sample.iter().map(appearances).collect::<Vec<_>>());
    let rows = [0, 1].map(|side: usize| -> Vec<GroupedRow> {
        let both = samples[side].iter().zip(&seen[side]);
        let row = |(sequence, seen): (&ImageSequence, &Vec<Appearance>)| GroupedRow {
            numbers: features(sequence, seen).into(),
            group: field_of(sequence),
        };
        both.map(row).collect()
    });
    let [a, b] = &rows;
    let separability = separability(a, b, order.seed).map_err(anyhow::Error::msg)?;
    let separability_of_unseen =
        separability_of_unseen(a, b, order.seed).map_err(anyhow::Error::msg)?;
    Ok(CompareReport {
        quantities: quantities(&[0, 1].map(|side| measures(&seen[side])))?,
        separability,
        separability_of_unseen,
        linear_separability: linear_separability(a, b).map_err(anyhow::Error::msg)?,
        features: feature_reports(&rows),
        counts: samples.map(Vec::len),
        dropped_epochs,
    })
}

fn real_sequences(order: &CompareOrder) -> anyhow::Result<(Vec<ImageSequence>, usize)> {
    const FEWEST: usize = 10;
    let decoder = Decoder::default();
    let opened = read_all_with(&order.real, &decoder);
    let usual = usual_detector(&order.survey);
    let mut found = Vec::new();
    let mut dropped = 0;
    for (_, candidate) in opened.catalogue.iter() {
        let class = candidate.truth.as_deref().map(SequenceClass::from_name);
        if class != Some(Ok(order.class)) {
            continue;
        }
        let assembled =
            assemble(candidate, Role::Science, usual, &decoder).map_err(anyhow::Error::msg)?;
        dropped += assembled.dropped;
        found.push(assembled.sequence);
    }
    ensure!(
        found.len() >= FEWEST,
        "{} real sequences of the class {} are too few to compare with: at least {FEWEST}",
        found.len(),
        order.class.name()
    );
    Ok((found, dropped))
}

/// The middle of the survey's detectors, for files that say nothing of theirs.
fn usual_detector(survey: &Survey) -> Detector {
    let middle = |distribution: &Distribution| distribution.quantile(0.5) as f32;
    Detector {
        pixel_scale_arcsec: survey.detector.pixel_scale_arcsec as f32,
        gain_e_per_adu: middle(&survey.detector.gain_e_per_adu),
        read_noise_e: middle(&survey.detector.read_noise_e),
        saturation_adu: middle(&survey.detector.saturation_adu),
    }
}

/// Simulates under the conditions and with the magnitudes of the real sequences.
fn simulated_sequences(
    order: &CompareOrder,
    real: &[ImageSequence],
) -> anyhow::Result<Vec<ImageSequence>> {
    let mut templates = order.templates.clone();
    templates.fields = real
        .iter()
        .map(|sequence| FieldVisits {
            field: field_of(sequence),
            visits: sequence
                .epochs
                .iter()
                .map(|epoch| epoch.visit.clone())
                .collect(),
        })
        .collect();
    let mut survey = order.survey.clone();
    // The real visits are those that were kept, and star stamps are cut out, not resampled: what
    // simulations for training vary on top of that would only show here.
    survey.psf.resampled_share_of_stars = Some(0.0);
    survey.cadence.dropout = Distribution::Constant(0.0);
    survey.cadence.late_start_share = 0.0;
    survey.cadence.borrowed_share = 0.0;
    let magnitudes: Vec<f64> = real.iter().filter_map(mean_magnitude).collect();
    let templates = Arc::new(templates);
    let simulate = |magnitudes: &[f64], count: usize| -> anyhow::Result<Vec<ImageSequence>> {
        let mut survey = survey.clone();
        survey.magnitudes.star = Distribution::of_values(magnitudes)
            .context("no real sequence has a magnitude that can be measured")?;
        let simulator = SequenceSimulator::new(SequenceOrder {
            survey: Arc::new(survey),
            templates: templates.clone(),
            classes: vec![order.class],
            roles: vec![Role::Science],
            seed: order.seed,
        })?;
        let numbers = 0..count as u64;
        // Real sequences do not know their widths either.
        let as_real = |index| {
            let mut sequence = simulator.candidate(index);
            for epoch in &mut sequence.epochs {
                epoch.psf_fwhm_px = None;
            }
            sequence
        };
        Ok(numbers.map(as_real).collect())
    };
    // Photometry with the reported seeing finds too much or too little light, on both skies alike:
    // a first try tells how much, so that the second has the true magnitudes.
    let offsets: Vec<f32> = simulate(&magnitudes, FIRST_TRY)?
        .iter()
        .filter_map(|sequence| Some((mean_magnitude(sequence)? - true_magnitude(sequence)?) as f32))
        .collect();
    let offset = median(&offsets).unwrap_or(0.0);
    let magnitudes: Vec<f64> = magnitudes
        .iter()
        .map(|magnitude| magnitude - offset)
        .collect();
    simulate(&magnitudes, order.count)
}

fn true_magnitude(sequence: &ImageSequence) -> Option<f64> {
    sequence.truth.as_ref()?.mag
}

/// The field whose exposures a sequence is made of.
fn field_of(sequence: &ImageSequence) -> String {
    let truth = sequence.truth.as_ref();
    truth.map_or_else(String::new, |truth| truth.field.clone())
}

/// Magnitude of the median flux, each on its epoch's zero point.
fn mean_magnitude(sequence: &ImageSequence) -> Option<f64> {
    use crate::imaging::photometry::{Method, light_curve};
    let measured = light_curve(sequence, Method::Optimal, Role::Science);
    let magnitudes: Vec<f32> = measured
        .iter()
        .zip(&sequence.epochs)
        .filter_map(|(measured, epoch)| epoch.visit.magnitude(measured.as_ref()?.flux))
        .map(|magnitude| magnitude as f32)
        .collect();
    median(&magnitudes)
}

/// Each feature by itself.
fn feature_reports(rows: &[Vec<GroupedRow>; 2]) -> Vec<FeatureReport> {
    let report = |(at, name): (usize, &&'static str)| {
        let columns = rows
            .each_ref()
            .map(|rows| -> Vec<f64> { rows.iter().map(|row| row.numbers[at]).collect() });
        let area = area_under_roc(&columns[0], &columns[1]).unwrap_or(f64::NAN);
        let percentiles = columns.map(|column| {
            let sorted = sorted(column.into_iter().map(|value| value as f32).collect());
            [16.0, 50.0, 84.0].map(|p| percentile_of_sorted(&sorted, p).unwrap_or(f64::NAN))
        });
        FeatureReport {
            name,
            area: area.max(1.0 - area),
            percentiles,
        }
    };
    let mut reports: Vec<_> = FEATURES.iter().enumerate().map(report).collect();
    reports.sort_by(|a, b| b.area.total_cmp(&a.area));
    reports
}

fn quantities(measured: &[Vec<[Option<f64>; 5]>; 2]) -> anyhow::Result<Vec<Quantity>> {
    let names = [
        "sky level (ADU)",
        "noise (ADU)",
        "width of the PSF (arcsec)",
        "log10 of S/N",
        "number of epochs",
    ];
    let of = |(at, name): (usize, &str)| {
        let samples = [0, 1].map(|side: usize| -> Vec<f64> {
            measured[side]
                .iter()
                .filter_map(|values| values[at])
                .collect()
        });
        let (ks_distance, p_value) = ks_twosample(
            samples[0].clone(),
            samples[1].clone(),
            KSTwoSampleAlternativeMethod::TwoSidedAsymptotic,
            NaNPolicy::Error,
        )
        .with_context(|| format!("the {name} cannot be compared"))?;
        Ok(Quantity {
            name: name.into(),
            samples,
            ks_distance,
            p_value,
        })
    };
    names.into_iter().enumerate().map(of).collect()
}

/// Medians over the epochs of each sequence, and their number.
fn measures(seen: &[Vec<Appearance>]) -> Vec<[Option<f64>; 5]> {
    let of = |all: &Vec<Appearance>| {
        let middle = |number: &dyn Fn(&Appearance) -> Option<f64>| {
            let values = all.iter().filter_map(number).map(|value| value as f32);
            median(&values.collect::<Vec<_>>())
        };
        [
            middle(&|a| a.sky_adu),
            middle(&|a| a.noise_adu),
            middle(&|a| a.fwhm_arcsec),
            middle(&|a| a.snr.filter(|snr| *snr > 0.0).map(f64::log10)),
            Some(all.len() as f64),
        ]
    };
    seen.iter().map(of).collect()
}

impl CompareReport {
    /// Writes the samples as histograms (SVG).
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_figure(&self, path: &Path) -> anyhow::Result<()> {
        let comparisons: Vec<_> = self
            .quantities
            .iter()
            .map(|quantity| Comparison {
                title: quantity.name.clone(),
                note: format!(
                    "KS distance {:.2}, p = {:.2}",
                    quantity.ks_distance, quantity.p_value
                ),
                samples: quantity.samples.clone(),
            })
            .collect();
        Ok(write_comparisons(
            path,
            ["real", "simulated"],
            &comparisons,
        )?)
    }
}
