//! Injected against recovered counts.

use destello::{
    domain::Role,
    imaging::photometry::{Flags, Method, light_curve},
    simulate::SequenceClass,
};

use super::{compact, hits, make, mean, quantile, uniform};

/// Counts of a point source and their standard deviation, by weighted least squares of the
/// point-spread function and a level (Naylor 1998 with the level left free).
fn fit(stamp: &[f32], psf: &[f32], variance: &[f64]) -> (f64, f64) {
    let (mut pp, mut p1, mut one, mut pd, mut d1) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((d, p), v) in stamp.iter().zip(psf).zip(variance) {
        let (d, p) = (f64::from(*d), f64::from(*p));
        pp += p * p / v;
        p1 += p / v;
        one += 1.0 / v;
        pd += p * d / v;
        d1 += d / v;
    }
    let determinant = pp * one - p1 * p1;
    (
        (pd * one - d1 * p1) / determinant,
        (one / determinant).sqrt(),
    )
}

/// (S/N, pull, relative error) of every epoch that is not saturated.
fn recovered(mags: [f64; 2], count: u64) -> Vec<[f64; 3]> {
    let mut survey = compact(1.8);
    survey.magnitudes.star = uniform(mags[0], mags[1]);
    let roles = [Role::Science, Role::Psf];
    let mut found = Vec::new();
    for sequence in make(survey, SequenceClass::NonVariable, &roles, count) {
        let gain = f64::from(sequence.detector.gain_e_per_adu);
        let read = f64::from(sequence.detector.read_noise_e) / gain;
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            let stamp = sequence.image(Role::Science, at).unwrap();
            let psf = sequence.image(Role::Psf, at).unwrap();
            let truth = f64::from(epoch.true_counts_adu.unwrap());
            let sky = f64::from(epoch.visit.sky_adu);
            let expected = |p: &f32| sky + truth * f64::from(*p);
            let background = read * read + 1.0 / 12.0;
            let variance: Vec<_> = psf
                .iter()
                .map(|p| expected(p) / gain + background)
                .collect();
            let is_clean = stamp
                .iter()
                .zip(psf)
                .zip(&variance)
                .all(|((d, p), v)| (f64::from(*d) - expected(p)).abs() < 8.0 * v.sqrt());
            let brightest = stamp.iter().copied().fold(0.0, f32::max);
            if is_clean && brightest < 0.95 * sequence.detector.saturation_adu {
                let (counts, error) = fit(stamp, psf, &variance);
                found.push([
                    truth / error,
                    (counts - truth) / error,
                    counts / truth - 1.0,
                ]);
            }
        }
    }
    found
}

#[test]
fn counts_are_recovered_without_bias_from_faint_to_nearly_saturated() {
    let mut all = recovered([15.3, 19.0], 120);
    all.extend(recovered([19.0, 22.0], 160));
    all.extend(recovered([21.5, 24.0], 200));
    for [low, high] in [
        [5.0, 10.0],
        [10.0, 30.0],
        [30.0, 100.0],
        [100.0, 400.0],
        [400.0, 1e9],
    ] {
        let here: Vec<_> = all
            .iter()
            .filter(|[snr, ..]| (low..high).contains(snr))
            .collect();
        let pulls: Vec<_> = here.iter().map(|[_, pull, _]| *pull).collect();
        let errors: Vec<_> = here.iter().map(|[.., error]| *error).collect();
        let count = pulls.len() as f64;
        assert!(count > 300.0, "S/N {low} to {high}: only {count}");
        // One image in a hundred has a hot pixel, now and then in the star: quantiles leave that
        // out. Half the range of 68 % has a standard error of 0.96/√n, the median of 1.25/√n.
        let mut sorted = pulls;
        let [low_pull, center, high_pull] =
            [0.1587, 0.5, 0.8413].map(|share| quantile(&mut sorted, share));
        let scatter = 0.5 * (high_pull - low_pull);
        println!(
            "S/N {low} to {high}: {count} epochs, pull {center:.3} ± {scatter:.3}, mean relative \
             error {:.5}",
            mean(&errors)
        );
        let tolerance = 4.0 / count.sqrt();
        assert!(
            center.abs() < 1.25 * tolerance,
            "S/N {low} to {high}: {center}"
        );
        assert!(
            (scatter - 1.0).abs() < tolerance,
            "S/N {low} to {high}: {scatter}"
        );
    }
}

/// (measured over true counts, pull, true S/N) of `light_curve` for every epoch without a flag.
fn light_curves(count: u64) -> Vec<[f64; 3]> {
    let mut survey = hits();
    survey.neighbours.share = 0.0;
    survey.psf.resampled_share = 0.0;
    survey.psf.resampled_share_of_stars = None;
    let roles = [Role::Science, Role::Psf];
    let mut found = Vec::new();
    for sequence in make(survey, SequenceClass::NonVariable, &roles, count) {
        let measured = light_curve(&sequence, Method::Optimal, Role::Science);
        for (epoch, measured) in sequence.epochs.iter().zip(measured) {
            let truth = f64::from(epoch.true_counts_adu.unwrap());
            if let Some(measured) = measured.filter(|found| found.flags == Flags::default()) {
                found.push([
                    measured.flux / truth,
                    (measured.flux - truth) / measured.flux_err,
                    truth / measured.flux_err,
                ]);
            }
        }
    }
    found
}

#[test]
fn light_curves_by_the_ordered_psf_are_the_whole_light() {
    // Moffat profiles leave 8 to 15 % of the light beyond the stamp in bad seeing.
    let found = light_curves(400);
    for [low, high] in [[20.0, 60.0], [60.0, 200.0], [20.0, 200.0]] {
        let here = found.iter().filter(|found| (low..high).contains(&found[2]));
        let here: Vec<_> = here.collect();
        assert!(here.len() > 300, "S/N {low} to {high}: {}", here.len());
        let mut ratios: Vec<_> = here.iter().map(|found| found[0]).collect();
        let ratio = quantile(&mut ratios, 0.5);
        let mut pulls: Vec<_> = here.iter().map(|found| found[1]).collect();
        let [below, center, above] = [0.1587, 0.5, 0.8413].map(|at| quantile(&mut pulls, at));
        let scatter = 0.5 * (above - below);
        println!(
            "S/N {low} to {high}: {} epochs, ratio {ratio:.4}, pull {center:.3} ± {scatter:.3}",
            here.len()
        );
        assert!((ratio - 1.0).abs() < 0.015, "S/N {low} to {high}: {ratio}");
        assert!(
            (scatter - 1.0).abs() < 0.15,
            "S/N {low} to {high}: {scatter}"
        );
    }
}

#[test]
fn the_snr_of_the_truth_is_that_of_optimal_photometry() {
    let mut survey = compact(1.8);
    survey.magnitudes.star = uniform(18.0, 23.0);
    let roles = [Role::Science, Role::Psf];
    let mut ratios = Vec::new();
    for sequence in make(survey, SequenceClass::NonVariable, &roles, 100) {
        let gain = f64::from(sequence.detector.gain_e_per_adu);
        let read = f64::from(sequence.detector.read_noise_e) / gain;
        let mut best = 0.0_f64;
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            let counts = f64::from(epoch.true_counts_adu.unwrap());
            let psf = sequence.image(Role::Psf, at).unwrap();
            let background = f64::from(epoch.visit.sky_adu) / gain + read * read + 1.0 / 12.0;
            let information = psf
                .iter()
                .map(|p| f64::from(*p))
                .map(|p| p * p / (background + counts * p / gain));
            best = best.max(counts * information.sum::<f64>().sqrt());
        }
        ratios.push(sequence.truth.unwrap().snr.unwrap() / best);
    }
    // The CCD equation counts the source's photons once. Weights that are best for source and sky
    // together take in some of their noise twice, so that it is right for faint and for bright
    // sources and up to 7 % too good between.
    assert!(
        ratios.iter().all(|ratio| (0.99..1.08).contains(ratio)),
        "{ratios:?}"
    );
    assert!((mean(&ratios) - 1.045).abs() < 0.02, "{}", mean(&ratios));
}
