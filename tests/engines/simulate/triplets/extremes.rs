//! Any survey that can be read gives triplets: no panic, no pixels that nobody asked for.

use std::sync::Arc;

use destello::{
    domain::{Role, Templates},
    simulate::{Distribution, Simulate, SimulationError, Survey, TripletOrder, TripletSimulator},
};

use super::made::{ROLES, simulator, survey};

/// What makes a survey extreme; the function gives a constant.
type Change = fn(&mut Survey, &dyn Fn(f64) -> Distribution);

fn exercise(name: &str, survey: Survey) {
    let side = survey.stamp_side_px;
    let simulator = simulator(survey, &[], 1);
    for index in 0..150 {
        let made = simulator.candidate(index);
        assert_eq!([made.width, made.height], [side; 2]);
        assert_eq!(made.images.len(), ROLES.len());
        for (role, pixels) in &made.images {
            assert_eq!(pixels.len(), side * side, "{name} {index} {role:?}");
            let is_finite = |pixel: &f32| pixel.is_finite() || pixel.is_nan();
            assert!(pixels.iter().all(is_finite), "{name} {index} {role:?}");
        }
    }
}

#[test]
fn extreme_surveys_do_not_panic() {
    let constant = |value| Distribution::Constant(value);
    let cases: [(&str, Change); 7] = [
        ("tiny stamps", |survey, _| survey.stamp_side_px = 11),
        ("wide stars", |survey, of| {
            survey.stamp_side_px = 11;
            survey.triplets.fwhm_px = Some(of(30.0));
        }),
        ("sharp stars", |survey, of| {
            survey.triplets.fwhm_px = Some(of(0.3));
        }),
        ("no sky", |survey, of| {
            survey.detector.read_noise_e = of(0.0);
            for band in &mut survey.bands {
                band.sky_adu = of(0.0);
            }
        }),
        ("nothing but zeros", |survey, of| {
            survey.detector.is_quantised = false;
            survey.detector.read_noise_e = of(0.0);
            for band in &mut survey.bands {
                band.sky_adu = of(0.0);
            }
        }),
        ("saturated sky", |survey, of| {
            survey.detector.saturation_adu = of(50.0);
        }),
        ("large stamps", |survey, _| survey.stamp_side_px = 63),
    ];
    for (name, change) in cases {
        let mut survey = survey("mixed");
        change(&mut survey, &constant);
        exercise(name, survey);
    }
}

#[test]
fn pixels_are_missing_only_where_a_kind_or_a_strip_takes_them() {
    let mut survey = survey("mixed");
    survey.triplets.missing_share = 0.0;
    let simulator = simulator(survey, &[], 2);
    for index in 0..400 {
        let made = simulator.candidate(index);
        let truth = made.truth.as_ref().unwrap();
        if ["edge", "masked_block"].contains(&&*truth.kind) {
            continue;
        }
        for (role, pixels) in &made.images {
            assert!(
                pixels.iter().all(|pixel| pixel.is_finite()),
                "{} {role:?}",
                truth.kind
            );
        }
    }
}

#[test]
fn impossible_orders_are_refused_with_a_sentence() {
    let order = |survey: Survey, kinds: &[&str], roles: &[Role]| {
        TripletSimulator::new(TripletOrder {
            survey: Arc::new(survey),
            templates: Arc::new(Templates::default()),
            kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
            roles: roles.to_vec(),
            seed: 0,
        })
        .map(|_| ())
    };
    let all = [Role::Science];
    let unknown = order(survey("mixed"), &["gremlin"], &all);
    assert!(matches!(unknown, Err(SimulationError::UnknownClass { .. })));
    assert!(matches!(
        order(survey("mixed"), &[], &[]),
        Err(SimulationError::Order(_))
    ));
    let mut even = survey("mixed");
    even.stamp_side_px = 20;
    assert!(matches!(
        order(even, &[], &all),
        Err(SimulationError::Survey { .. })
    ));
}
