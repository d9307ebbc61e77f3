//! Extreme surveys: every pixel is a number, none exceeds saturation, and nothing panics.

use std::sync::Arc;

use destello::{
    domain::{FieldVisits, PsfTemplate, Role, Templates},
    imaging::Moffat,
    simulate::{Distribution, SequenceClass, SequenceOrder, SequenceSimulator, Simulate, Survey},
};

use super::{hits, simulator};

fn check(name: &str, simulator: &SequenceSimulator, indices: std::ops::Range<u64>, most: usize) {
    for index in indices {
        let sequence = simulator.candidate(index);
        let count = sequence.epochs.len();
        assert!((1..=most).contains(&count), "{name}: {count} epochs");
        let pixels = count * sequence.width * sequence.height;
        for (role, cube) in &sequence.images {
            assert_eq!(cube.len(), pixels, "{name}: {role:?}");
            assert!(
                cube.iter().all(|p| p.is_finite()),
                "{name}: {role:?} of {index}"
            );
        }
        let science = sequence.cube(Role::Science).unwrap();
        let limit = sequence.detector.saturation_adu * 1.000_01;
        assert!(science.iter().all(|p| *p <= limit), "{name}: {index}");
        for epoch in &sequence.epochs {
            assert!(
                epoch
                    .true_counts_adu
                    .is_some_and(|counts| counts.is_finite() && counts >= 0.0)
            );
            assert!(epoch.centroid_px.iter().all(|place| place.is_finite()));
        }
        assert!(sequence.truth.unwrap().snr.is_none_or(f64::is_finite));
    }
}

fn all_magnitudes(survey: &mut Survey, mag: f64) {
    let magnitudes = &mut survey.magnitudes;
    for of in [
        &mut magnitudes.star,
        &mut magnitudes.supernova_peak,
        &mut magnitudes.galaxy,
        &mut magnitudes.host,
        &mut magnitudes.asteroid,
        &mut survey.neighbours.magnitude,
    ] {
        *of = Distribution::Constant(mag);
    }
}

/// A name and what it does to a survey.
type Extreme = (&'static str, fn(&mut Survey));

const EXTREMES: [Extreme; 11] = [
    ("hardly any light", |survey| all_magnitudes(survey, 40.0)),
    ("everything saturated", |survey| {
        all_magnitudes(survey, -5.0);
    }),
    ("sky above saturation", |survey| {
        survey.detector.saturation_adu = Distribution::Constant(50.0);
    }),
    ("no sky", |survey| {
        survey.bands[0].sky_adu = Distribution::Constant(0.0);
    }),
    ("no noise of reading", |survey| {
        survey.bands[0].sky_adu = Distribution::Constant(0.0);
        survey.detector.read_noise_e = Distribution::Constant(0.0);
        survey.detector.is_quantised = false;
    }),
    ("one visit", |survey| {
        survey.cadence.visits = Distribution::Constant(1.0);
        survey.cadence.least_visits = 1;
    }),
    ("every visit lost", |survey| {
        survey.cadence.dropout = Distribution::Constant(1.0);
        survey.cadence.least_visits = 1;
    }),
    ("hopeless seeing", |survey| {
        survey.site.seeing_arcsec = Distribution::Constant(60.0);
    }),
    ("no seeing", |survey| {
        survey.site.seeing_arcsec = Distribution::Constant(0.01);
    }),
    ("very flat", |survey| {
        survey.psf.ellipticity = Distribution::Constant(0.9);
    }),
    ("crowded", |survey| {
        survey.neighbours.share = 1.0;
        survey.neighbours.number = Distribution::Constant(60.0);
    }),
];

#[test]
fn extreme_surveys_break_nothing() {
    for (name, change) in EXTREMES {
        let mut survey = hits();
        change(&mut survey);
        survey.check().unwrap();
        check(
            name,
            &simulator(survey, &SequenceClass::ALL, &Role::ALL),
            0..14,
            30,
        );
    }
}

#[test]
fn tiny_and_large_stamps_of_every_survey_work() {
    for name in Survey::built_in_names() {
        for side in [11, 255] {
            let mut survey = Survey::built_in(name).unwrap();
            survey.stamp_side_px = side;
            survey.cadence.most_visits = 2;
            survey.cadence.least_visits = 1;
            let simulator = simulator(survey, &SequenceClass::ALL, &Role::ALL);
            check(name, &simulator, 0..7, 2);
        }
    }
}

#[test]
fn many_seeds_of_the_surveys_that_come_with_the_program_work() {
    for name in Survey::built_in_names() {
        let survey = Survey::built_in(name).unwrap();
        let most = survey.cadence.most_visits;
        let simulator = simulator(survey, &SequenceClass::ALL, &[Role::Science]);
        check(name, &simulator, 0..210, most);
    }
}

/// Templates of point-spread functions and of visits.
fn templates() -> Templates {
    let psf = |fwhm_px: f64| {
        let mut pixels = vec![0.0; 441];
        Moffat::round(fwhm_px, 4.0).add_to(&mut pixels, 21, [10.1, 9.8], 1.0);
        PsfTemplate {
            side: 21,
            pixels: pixels.into(),
            seeing_arcsec: (0.27 * fwhm_px) as f32,
            center_px: [10.1, 9.8],
        }
    };
    let source = simulator(hits(), &[SequenceClass::NonVariable], &[Role::Psf]);
    let field = |index: u64| FieldVisits {
        field: format!("Blind15A_{index:02}"),
        visits: source
            .candidate(index)
            .epochs
            .into_iter()
            .map(|epoch| epoch.visit)
            .collect(),
    };
    Templates {
        psfs: (0..20)
            .map(|step| psf(4.0 + 0.2 * f64::from(step)))
            .collect(),
        fields: (0..5).map(field).collect(),
        ..Templates::default()
    }
}

#[test]
fn templates_of_psfs_and_visits_are_used() {
    let templates = templates();
    let made = SequenceSimulator::new(SequenceOrder {
        survey: Arc::new(hits()),
        templates: Arc::new(templates.clone()),
        classes: SequenceClass::ALL.to_vec(),
        roles: Role::ALL.to_vec(),
        seed: 3,
    });
    let simulator = made.unwrap();
    check("templates", &simulator, 0..28, 30);
    for index in 0..28 {
        let sequence = simulator.candidate(index);
        let name = sequence.truth.unwrap().field;
        let field = templates
            .fields
            .iter()
            .find(|field| field.field == name)
            .unwrap();
        let times: Vec<_> = field.visits.iter().map(|visit| visit.mjd).collect();
        assert!(
            sequence
                .epochs
                .iter()
                .all(|epoch| times.contains(&epoch.visit.mjd))
        );
    }
}
