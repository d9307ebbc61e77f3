//! Real sources: what was injected is what is measured.

use destello::{
    domain::{ImageSequence, Role},
    simulate::{Distribution, Simulate},
};

use super::made::{Stamp, candidates, fwhm_px, mean, plain_survey, simulator, snr, target};

#[test]
fn the_measured_snr_is_the_injected_one() {
    for wanted in [8.0, 20.0, 60.0] {
        let mut survey = plain_survey("hits2015");
        survey.triplets.snr = Distribution::Constant(wanted);
        survey.triplets.faint_share = 0.0;
        // Resampling correlates noise, which no pipeline's variance knows of.
        survey.psf.resampled_share = 0.0;
        let made = candidates(survey, "hostless", 500);
        let found = mean(made.iter().map(snr));
        // Scatter 1.1 over √500 is 0.05. The highest of 49 places is a little above the truth,
        // whole pixels lose 1 %, mismatch takes a little of either sign.
        assert!(
            (found - wanted).abs() < 0.35 + 0.02 * wanted,
            "{wanted}: {found}"
        );
    }
}

#[test]
fn counts_in_the_difference_are_the_true_ones() {
    let mut survey = plain_survey("hits2015");
    survey.triplets.snr = Distribution::log_uniform(30.0, 100.0);
    survey.triplets.faint_share = 0.0;
    let made = candidates(survey, "hostless", 300);
    // What has faded has no counts in the science image.
    let has_light = |made: &&ImageSequence| made.epochs[0].true_counts_adu > Some(0.0);
    let ratio = made.iter().filter(has_light).map(|made| {
        let difference = Stamp::of(made, Role::Difference);
        let psf = Stamp::of(made, Role::Psf);
        let inside = |stamp: &Stamp, center| -> f64 {
            let light = stamp
                .by_radius(center)
                .filter(|(r, _)| *r < 1.2 * fwhm_px(made));
            light.map(|(_, value)| value).sum()
        };
        let counts = f64::from(made.epochs[0].true_counts_adu.unwrap());
        inside(&difference, target(made)) / inside(&psf, [10.0, 10.0]) / counts
    });
    let mut ratios: Vec<_> = ratio.collect();
    ratios.sort_by(f64::total_cmp);
    // The median: where the reference is the wider one the difference has its width, and
    // neighbours leave residuals.
    let median = ratios[ratios.len() / 2];
    assert!((median - 1.0).abs() < 0.03, "{median}");
}

#[test]
fn sources_are_point_like_in_the_difference() {
    let mut survey = plain_survey("hits2015");
    survey.triplets.snr = Distribution::Constant(80.0);
    survey.triplets.faint_share = 0.0;
    for kind in ["hostless", "variable_star", "nuclear", "faint_in_reference"] {
        let made = candidates(survey.clone(), kind, 120);
        let likeness = made.iter().map(|made| {
            let difference = Stamp::of(made, Role::Difference);
            let psf = Stamp::of(made, Role::Psf);
            // Radial profiles do not depend on where in its pixel the source lies.
            let width = fwhm_px(made);
            let rings = [0.0, 0.25, 0.5, 0.75, 1.0].map(|r| [r * width, (r + 0.25) * width]);
            let a = rings.map(|ring| difference.ring_mean(target(made), ring));
            let b = rings.map(|ring| psf.ring_mean([10.0, 10.0], ring));
            let product =
                |a: &[f64; 5], b: &[f64; 5]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
            product(&a, &b).abs() / (product(&a, &a) * product(&b, &b)).sqrt()
        });
        let likeness = mean(likeness);
        assert!(likeness > 0.98, "{kind}: {likeness}");
    }
}

#[test]
fn the_snr_is_log_uniform() {
    let mut survey = plain_survey("hits2015");
    survey.triplets.faint_share = 0.0;
    let simulator = simulator(survey, &["hostless"], 3);
    let [low, high] = [7.0_f64, 100.0];
    let mut inside: Vec<_> = (0..1500)
        .map(|index| snr(&simulator.candidate(index)))
        .filter(|snr| (low..high).contains(snr))
        .map(|snr| (snr / low).ln() / (high / low).ln())
        .collect();
    inside.sort_by(f64::total_cmp);
    let count = inside.len() as f64;
    let distance = inside
        .iter()
        .enumerate()
        .map(|(at, value)| (value - (at as f64 + 0.5) / count).abs())
        .fold(0.0, f64::max);
    // Kolmogorov's 0.1 % limit is 1.95/√n.
    assert!(distance < 1.95 / count.sqrt(), "{distance} of {count}");
}

#[test]
fn the_kinds_are_what_their_names_say() {
    let at = |made: &_, role| {
        let stamp = Stamp::of(made, role);
        let [sky, sigma] = stamp.sky();
        (stamp.ring_mean(target(made), [0.0, 1.5]) - sky) / sigma
    };
    for made in candidates(plain_survey("hits2015"), "hostless", 60) {
        let truth = made.truth.as_ref().unwrap();
        assert!(truth.host_mag.is_none() && truth.mag.is_some() && truth.trail_px.is_none());
    }
    for made in candidates(plain_survey("hits2015"), "in_host", 60) {
        let truth = made.truth.as_ref().unwrap();
        assert!(truth.host_mag.is_some() && truth.host_offset_arcsec.is_some());
    }
    let stars = candidates(plain_survey("hits2015"), "variable_star", 200);
    let fading = stars.iter().filter(|made| {
        let difference = Stamp::of(made, Role::Difference);
        difference.ring_mean(target(made), [0.0, 1.5]) < 0.0
    });
    let fading = fading.count();
    assert!((60..115).contains(&fading), "{fading} of 200 fade");
    let quiet = mean(stars.iter().map(|made| at(made, Role::Reference)));
    assert!(quiet > 3.0, "{quiet}");
    let asteroids = candidates(plain_survey("hits2015"), "asteroid", 200);
    let trails = asteroids
        .iter()
        .filter_map(|made| made.truth.as_ref()?.trail_px);
    let long = trails.filter(|trail| *trail > 1.0).count();
    assert!((90..180).contains(&long), "{long}");
}
