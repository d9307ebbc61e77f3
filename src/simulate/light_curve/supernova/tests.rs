//! Supernovae: shapes of the built-in families, redshift, and what is drawn.

use super::*;
use crate::domain::{Band, SupernovaTemplate};
use crate::simulate::light_curve::test_survey;

/// A built-in supernova at rest or redshifted, maximum of 20 mag in `band` at MJD 0.
fn built_in(kind: usize, redshift: f64, stretch: f64, band: &Band) -> SupernovaCurve {
    let table = Arc::clone(&KINDS[kind].table);
    let columns = table.columns(redshift);
    SupernovaCurve::new(table, columns, 1.0 / (1.0 + redshift) / stretch, band, 20.0)
}

fn magnitude(curve: &SupernovaCurve, day: f64, band: &Band) -> f64 {
    LightCurve::Supernova(curve.clone()).magnitude(day, band)
}

#[test]
fn type_ia_fades_by_1_1_mag_in_15_days_in_b_and_stretch_slows_it() {
    // g (480 nm) at this redshift is B (440 nm).
    let redshift = 480.0 / 440.0 - 1.0;
    for stretch in [0.8, 1.0, 1.2] {
        let curve = built_in(0, redshift, stretch, &Band::G);
        let day_15 = 15.0 * (1.0 + redshift) * stretch;
        let decline = magnitude(&curve, day_15, &Band::G) - 20.0;
        assert!((decline - 1.1).abs() < 0.02, "{decline}");
        // Faster ones fade more in 15 days of rest: Δm15 of stretch 0.8 is near 1.5.
        let decline = magnitude(&curve, 15.0 * (1.0 + redshift), &Band::G) - 20.0;
        let expected = [1.48, 1.1, 0.83][((stretch - 0.8) / 0.2).round() as usize];
        assert!((decline - expected).abs() < 0.06, "{stretch}: {decline}");
    }
}

#[test]
fn type_ia_has_a_second_maximum_in_the_infrared_only() {
    let curve = built_in(0, 0.0, 1.0, &Band::G);
    let is_brighter_later = |band| magnitude(&curve, 26.0, &band) < magnitude(&curve, 15.0, &band);
    assert!(is_brighter_later(Band::I) && is_brighter_later(Band::Y));
    assert!(!is_brighter_later(Band::G) && !is_brighter_later(Band::R));
}

#[test]
fn time_runs_slower_by_one_plus_z() {
    // Two bands that see the same wavelength, at rest and at z = 755/620 - 1.
    let redshift = 755.0 / 620.0 - 1.0;
    for kind in 0..5 {
        let at_rest = built_in(kind, 0.0, 1.0, &Band::R);
        let far = built_in(kind, redshift, 1.0, &Band::I);
        for day in [-9.0, -3.0, 4.0, 12.0, 33.0, 75.0] {
            let here = magnitude(&at_rest, day, &Band::R);
            let there = magnitude(&far, day * (1.0 + redshift), &Band::I);
            assert!(
                here.is_finite() == there.is_finite()
                    && (here.is_infinite() || (here - there).abs() < 1e-6),
                "{kind} {day}: {here} {there}"
            );
        }
    }
}

#[test]
fn redshift_makes_type_ia_red() {
    let color = |redshift| {
        let curve = built_in(0, redshift, 1.0, &Band::R);
        magnitude(&curve, 0.0, &Band::G) - magnitude(&curve, 0.0, &Band::R)
    };
    assert!(color(0.02) < 0.0 && color(0.4) > color(0.2) && color(0.4) > 0.3);
}

#[test]
fn core_collapse_has_plateau_line_two_peaks_or_none() {
    let [plateau, linear, two_peaks, stripped] =
        [1, 2, 3, 4].map(|kind| built_in(kind, 0.0, 1.0, &Band::R));
    let r = |curve: &SupernovaCurve, day| magnitude(curve, day, &Band::R) - 20.0;
    // Days from maximum: the plateau, flat to a third of a magnitude, ends some 90 days after it.
    for day in [5.0, 20.0, 40.0, 60.0] {
        assert!(r(&plateau, day) < 0.33, "{day}: {}", r(&plateau, day));
    }
    assert!(r(&plateau, 110.0) > 1.7);
    assert!(r(&linear, 60.0) > 1.2 && r(&linear, 60.0) < r(&linear, 100.0) - 1.0);
    // Blue light fades from the start, plateau or not.
    let g = |day| magnitude(&plateau, day, &Band::G);
    assert!(g(50.0) - g(0.0) > 0.8);
    // Type IIb dips between the cooling of its envelope and its main maximum.
    assert!(r(&two_peaks, -17.0) > r(&two_peaks, -19.0));
    assert!(r(&stripped, 15.0) > 0.4 && r(&stripped, 15.0) < 1.0);
    assert!(r(&stripped, -17.0) > 2.0);
}

#[test]
fn drawn_supernovae_are_half_ia_and_near_when_bright() {
    let (sky, magnitudes) = (test_survey::hits(), test_survey::magnitudes());
    let draws: Vec<_> = (0..2000)
        .map(|index| {
            let mut random = Random::of(6, 0, index);
            let drawn = sky.sample(|at| draw(&mut random, &magnitudes, &Templates::default(), at));
            assert!(drawn.is_accepted);
            drawn.truth
        })
        .collect();
    let count = |kind: &str| draws.iter().filter(|truth| truth.kind == kind).count();
    // Half of what is drawn; those that are seen to rise are somewhat more often of one type.
    assert!((800..1200).contains(&count("Ia")), "{}", count("Ia"));
    for kind in ["II-P", "II-L", "IIb", "Ib/c"] {
        assert!(count(kind) > 40, "{kind}: {}", count(kind));
    }
    let mean_redshift = |is_wanted: &dyn Fn(&Truth) -> bool| {
        let wanted = draws.iter().filter(|truth| is_wanted(truth));
        let values: Vec<_> = wanted.map(|truth| truth.redshift.unwrap()).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let bright = mean_redshift(&|truth| truth.kind == "Ia" && truth.mag.unwrap() < 20.0);
    let faint = mean_redshift(&|truth| truth.kind == "Ia" && truth.mag.unwrap() > 22.0);
    assert!(bright < 0.2 && faint > 0.3, "{bright} {faint}");
}

#[test]
fn some_appear_at_the_end_some_peak_and_some_only_fade() {
    let (sky, magnitudes) = (test_survey::hits(), test_survey::magnitudes());
    let [first, last] =
        [sky.visits.first(), sky.visits.last()].map(|visit| visit.unwrap().mjd.days());
    let (mut late, mut within, mut early, mut once) = (0, 0, 0, 0);
    for index in 0..1000 {
        let mut random = Random::of(7, 0, index);
        let drawn = sky.sample(|at| draw(&mut random, &magnitudes, &Templates::default(), at));
        let peak = drawn.truth.epoch_mjd.unwrap();
        late += usize::from(peak > last);
        within += usize::from((first..=last).contains(&peak));
        early += usize::from(peak < first);
        let detections = (0..sky.visits.len())
            .filter(|&visit| sky.magnitude(&drawn.curve, visit) < 23.6)
            .count();
        once += usize::from(detections == 1);
    }
    assert!(
        late > 100 && within > 300 && early > 10,
        "{late} {within} {early}"
    );
    // Those detected once, at the last visit, must not be taken for asteroids.
    assert!(once > 20, "{once}");
}

#[test]
fn a_template_gives_its_own_light_curve() {
    let (sky, magnitudes) = (test_survey::hits(), test_survey::magnitudes());
    let phases: Vec<_> = (-20..=80).map(f64::from).collect();
    let shape = |day: &f64| (-0.5 * (day / 12.0).powi(2)).exp() as f32;
    let flux: Vec<_> = phases.iter().map(shape).collect();
    let template = |model: &str| SupernovaTemplate {
        model: model.into(),
        redshift: 0.1,
        phases_days: phases.clone().into(),
        flux: vec![(Band::G, flux.clone())],
    };
    let templates = Templates {
        supernovae: vec![template("Ia-bell"), template("CC-bell")],
        ..Templates::default()
    };
    for index in 0..100 {
        let mut random = Random::of(8, 0, index);
        let drawn = sky.sample(|at| draw(&mut random, &magnitudes, &templates, at));
        assert!(drawn.truth.kind.ends_with("bell"));
        let peak = drawn.truth.mag.unwrap();
        let at = |day: f64| {
            let mjd = drawn.truth.epoch_mjd.unwrap() + day;
            drawn.curve.magnitude(mjd, &Band::G) - peak
        };
        assert!(at(0.0).abs() < 1e-5);
        // A bell stays a bell, as wide as stretch and redshift make it: 4 times as many
        // magnitudes below the peak in twice the time.
        assert!(
            (at(16.0) / at(8.0) - 4.0).abs() < 0.1,
            "{} {}",
            at(8.0),
            at(16.0)
        );
        assert!((at(8.0) - at(-8.0)).abs() < 0.01);
    }
}
