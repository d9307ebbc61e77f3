//! Real stars and alerts, where they are at hand.

use crate::data;
use destello::{
    domain::{Candidate, DifferenceSign, Role},
    features::light_curve::photometry::{measure_candidate, order::PhotometryOrder},
    imaging::photometry::{Brightness, Method},
    io::Decoder,
    workspace::open::read_all,
};

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Half of the range that the middle 68 % take.
fn scatter(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    (at(0.84) - at(0.16)) / 2.0
}

/// Measured minus given magnitude of each epoch that has both.
fn residuals(candidate: &Candidate, order: &PhotometryOrder) -> Vec<(usize, f64)> {
    let found = measure_candidate(candidate, order, &Decoder::default());
    let residual = |epoch: &destello::features::light_curve::photometry::order::EpochPhotometry| {
        let given = candidate.epochs[epoch.epoch].mag?;
        match epoch.brightness? {
            Brightness::Magnitude { mag, .. } => Some((epoch.epoch, mag - f64::from(given))),
            Brightness::Limit(_) => None,
        }
    };
    found.epochs.iter().filter_map(residual).collect()
}

pub fn bright_constant_stars_of_hits_stay_constant() {
    let folder = data("hits/NonVariable");
    let opened = read_all(&[folder]);
    for method in Method::ALL {
        let order = PhotometryOrder {
            method,
            ..PhotometryOrder::default()
        };
        let (mut offsets, mut scatters) = (Vec::new(), Vec::new());
        for (_, star) in opened.catalogue.iter() {
            let mags = star.epochs.iter().filter_map(|epoch| epoch.mag);
            let mags: Vec<f64> = mags.map(f64::from).collect();
            if mags.is_empty() || !(17.0..19.5).contains(&median(mags)) {
                continue;
            }
            let found = residuals(star, &order).into_iter();
            let found: Vec<f64> = found.map(|(_, residual)| residual).collect();
            if found.len() >= 10 {
                offsets.push(median(found.clone()));
                scatters.push(scatter(&found));
            }
        }
        let (count, offset, spread) = (offsets.len(), median(offsets.clone()), scatter(&offsets));
        let within = median(scatters);
        let method = method.name();
        println!(
            "{method}: {count} stars of g 17 to 19.5: measured - MAG {offset:+.3}, spread between \
             stars {spread:.3}, scatter of a star {within:.3} mag"
        );
        // Measured: +0.01, 0.01 and 0.02. MAG is a Kron magnitude, one value a star.
        assert!(count > 150, "{method}: {count}");
        assert!(offset.abs() < 0.05, "{method}: {offset}");
        assert!(spread < 0.03, "{method}: {spread}");
        assert!(within < 0.03, "{method}: {within}");
    }
}

pub fn differences_of_ztf_have_the_magnitudes_of_their_alerts() {
    let folder = data("ztf/packets");
    let opened = read_all(&[folder]);
    let order = PhotometryOrder {
        on: Role::Difference,
        ..PhotometryOrder::default()
    };
    let (mut bright, mut all) = (Vec::new(), Vec::new());
    for (_, object) in opened.catalogue.iter() {
        let found = measure_candidate(object, &order, &Decoder::default());
        for epoch in &found.epochs {
            let known = &object.epochs[epoch.epoch];
            // A brightening is positive whatever the sign of the alert: both were subtracted so
            // that the detection is positive.
            let is_brighter = known.difference_sign == DifferenceSign::ScienceMinusReference;
            assert_eq!(epoch.measured.flux > 0.0, is_brighter, "{}", object.id);
        }
        for (epoch, residual) in residuals(object, &order) {
            all.push(residual);
            if object.epochs[epoch].mag_err.is_some_and(|err| err < 0.1) {
                bright.push(residual);
            }
        }
    }
    println!(
        "{} alerts: measured - magpsf {:+.3}, scatter {:.3} mag; {} with sigmapsf < 0.1: {:+.3}, \
         scatter {:.3}",
        all.len(),
        median(all.clone()),
        scatter(&all),
        bright.len(),
        median(bright.clone()),
        scatter(&bright)
    );
    // Measured: -0.01 and 0.24, +0.02 and 0.09; `sigmapsf` itself is 0.1 to 0.2 for the faint ones.
    assert!(all.len() >= 30 && bright.len() >= 10);
    assert!(median(all.clone()).abs() < 0.1);
    assert!(median(bright.clone()).abs() < 0.08);
    assert!(scatter(&bright) < 0.15 && scatter(&all) < 0.3);
}
