//! What is drawn of eclipsing binaries.

use super::*;
use crate::domain::PhaseCurve;
use crate::simulate::light_curve::test_survey::{self, TestSurvey};

fn drawn(sky: &TestSurvey, templates: &Templates, seed: u64, count: u64) -> Vec<Drawn> {
    let magnitudes = test_survey::magnitudes();
    let one = |index| {
        let mut random = Random::of(seed, 0, index);
        sky.sample(|at| draw(&mut random, &magnitudes, templates, at))
    };
    (0..count).map(one).collect()
}

#[test]
fn all_kinds_occur_and_vary_as_demanded() {
    let sky = test_survey::hits();
    let all = drawn(&sky, &Templates::default(), 1, 1000);
    for kind in ["detached", "semidetached", "contact"] {
        let count = all.iter().filter(|one| one.truth.kind == kind).count();
        assert!(count > 100, "{kind}: {count}");
    }
    for one in &all {
        assert!(one.is_accepted, "{:?}", one.truth);
        let seen = (0..sky.visits.len()).map(|visit| sky.magnitude(&one.curve, visit));
        let seen: Vec<_> = seen.collect();
        let high = seen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = seen.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(high - low > 0.08);
        let mean = seen.iter().sum::<f64>() / seen.len() as f64;
        let error = |visit: usize| sky.sample(|at| at.magnitude_error(visit, mean));
        let deviating = (0..seen.len()).filter(|&k| (seen[k] - mean).abs() > 0.8 * error(k));
        assert!(deviating.count() > 5, "{:?}", one.truth);
    }
}

#[test]
fn periods_follow_the_law_of_their_kind() {
    let mut random = Random::of(5, 0, 0);
    let mut many = |kind: Kind| -> Vec<f64> {
        let mut periods: Vec<_> = (0..4001).map(|_| kind.period_days(&mut random)).collect();
        periods.sort_by(f64::total_cmp);
        periods
    };
    // Median, and the share below it by one standard deviation or quarter of the range.
    let detached = many(Kind::Detached);
    assert!(
        (detached[2000] - (0.35f64 * 8.0).sqrt()).abs() < 0.1,
        "{}",
        detached[2000]
    );
    assert!(detached[0] >= 0.35 && detached[4000] <= 8.0);
    let contact = many(Kind::Contact);
    assert!((contact[2000] - 0.37).abs() < 0.01, "{}", contact[2000]);
    assert!(
        (contact[635] - 0.37 * (-0.3f64).exp()).abs() < 0.01,
        "{}",
        contact[635]
    );
}

#[test]
fn the_mean_magnitude_is_the_one_drawn_and_the_primary_is_at_the_epoch() {
    for one in drawn(&test_survey::hits(), &Templates::default(), 2, 200) {
        let LightCurve::Periodic(star) = &one.curve else {
            panic!("{:?} is not periodic", one.curve);
        };
        let cycle = (0..512).map(|k| star.shape.at(f64::from(k) / 512.0));
        assert!((cycle.sum::<f64>() / 512.0).abs() < 1e-4);
        let depth = star.variation(star.epoch_mjd);
        assert!((0..512).all(|k| star.shape.at(f64::from(k) / 512.0) <= depth + 0.06));
    }
}

#[test]
fn a_table_is_the_model_it_was_made_of() {
    let mut random = Random::of(3, 0, 0);
    for kind in [Kind::Detached, Kind::SemiDetached, Kind::Contact] {
        for _ in 0..50 {
            let period_days = kind.period_days(&mut random);
            let shape = Shape::built_in(&mut random, kind, period_days);
            let table = shape.table();
            for _ in 0..50 {
                let phase = random.uniform(-3.0, 3.0);
                let (found, expected) = (table.at(phase), shape.magnitude(phase));
                assert!(
                    (found - expected).abs() < 0.02,
                    "{phase} {found} {expected} {shape:?}"
                );
            }
        }
    }
}

#[test]
fn a_template_is_the_shape_and_lends_its_period() {
    let template = PhaseCurve {
        kind: "contact".into(),
        period_days: Some(0.3),
        phases: [-0.5, -0.25, 0.0, 0.25, 0.5].into(),
        values: vec![0.4, 0.0, 0.6, 0.0, 0.4],
    };
    let templates = Templates {
        eclipsing_binaries: vec![template],
        ..Templates::default()
    };
    let all = drawn(&test_survey::hits(), &templates, 4, 300);
    let contact = all.iter().filter(|one| one.truth.kind == "contact");
    let mut periods = Vec::new();
    for one in contact {
        assert_eq!(
            one.truth.amplitude_mag.map(|mag| (mag * 1e6).round()),
            Some(600_000.0)
        );
        let period = one.truth.period_days.unwrap();
        let mjd = one.truth.epoch_mjd.unwrap() + 0.375 * period;
        let below = one.curve.magnitude(mjd, &crate::domain::Band::G) - one.truth.mag.unwrap();
        // Halfway from 0 to 0.4, less the mean of the cycle, 0.25.
        assert!((below + 0.05).abs() < 1e-5, "{below}");
        periods.push(period.ln() - 0.3f64.ln());
    }
    let spread = (periods.iter().map(|x| x * x).sum::<f64>() / periods.len() as f64).sqrt();
    assert!(
        periods.len() > 50 && (0.06..0.14).contains(&spread),
        "{spread}"
    );
}
