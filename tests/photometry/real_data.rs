//! Real stars and alerts, where they are at hand.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use destello::{
    domain::{Candidate, Role},
    imaging::photometry::{Brightness, Method},
    io::Decoder,
    jobs::{
        open::read_all,
        photometry::{PhotometryOrder, measure_candidate},
    },
};

fn data(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("DESTELLO_REAL_DATA") else {
        println!("SKIPPED: DESTELLO_REAL_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(folder))
}

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
    let residual = |epoch: &destello::jobs::photometry::EpochPhotometry| {
        let given = candidate.epochs[epoch.epoch].mag?;
        match epoch.brightness? {
            Brightness::Magnitude { mag, .. } => Some((epoch.epoch, mag - f64::from(given))),
            Brightness::Limit(_) => None,
        }
    };
    found.epochs.iter().filter_map(residual).collect()
}

#[test]
fn bright_constant_stars_of_hits_stay_constant() {
    let Some(folder) = data("hits/NonVariable") else {
        return;
    };
    let opened = read_all(&[folder]);
    for method in Method::ALL {
        let order = PhotometryOrder {
            method,
            ..PhotometryOrder::default()
        };
        let (mut offsets, mut scatters) = (Vec::new(), Vec::new());
        for (_, star) in opened.catalogue.iter() {
            let mags: Vec<f64> = star
                .epochs
                .iter()
                .filter_map(|e| Some(f64::from(e.mag?)))
                .collect();
            if mags.is_empty() || !(17.0..19.5).contains(&median(mags)) {
                continue;
            }
            let found: Vec<f64> = residuals(star, &order)
                .into_iter()
                .map(|(_, r)| r)
                .collect();
            if found.len() >= 10 {
                offsets.push(median(found.clone()));
                scatters.push(scatter(&found));
            }
        }
        let (count, offset, spread) = (offsets.len(), median(offsets.clone()), scatter(&offsets));
        let within = median(scatters);
        println!(
            "{}: {count} stars of g 17 to 19.5: measured - MAG {offset:+.3}, spread between stars \
             {spread:.3}, scatter of a star {within:.4} mag",
            method.name()
        );
    }
}

#[test]
fn zz_differences_of_ztf_have_the_magnitudes_of_their_alerts() {
    let Some(folder) = data("ztf/packets") else {
        return;
    };
    let opened = read_all(&[folder]);
    for method in Method::ALL {
        let order = PhotometryOrder {
            method,
            on: Role::Difference,
            ..PhotometryOrder::default()
        };
        let mut all = Vec::new();
        let mut by_kind: BTreeMap<bool, Vec<f64>> = BTreeMap::new();
        for (_, object) in opened.catalogue.iter() {
            for (epoch, residual) in residuals(object, &order) {
                let err = object.epochs[epoch].mag_err.unwrap_or(9.0);
                all.push(residual);
                by_kind.entry(err < 0.1).or_default().push(residual);
            }
        }
        println!(
            "{method:?}: {} alerts, median {:+.3}, scatter {:.3}",
            all.len(),
            median(all.clone()),
            scatter(&all)
        );
        for (bright, values) in by_kind {
            println!(
                "   bright {bright}: {} median {:+.3} scatter {:.3}",
                values.len(),
                median(values.clone()),
                scatter(&values)
            );
        }
    }
}
